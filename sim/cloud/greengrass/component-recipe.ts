import { parse, stringify } from 'yaml'
import { isObject, type JsonValue, parseJson } from '../base/json.ts'
import { validationError } from './validate.ts'
import { parseRequirement } from './version-requirement.ts'

/** The members of a component's recipe that the control plane reads. */
export interface Recipe {
  readonly ComponentName?: string
  readonly ComponentVersion?: string
  readonly ComponentPublisher?: string
  readonly ComponentDescription?: string
  readonly RecipeFormatVersion?: string
  readonly ComponentType?: string
  readonly ComponentDependencies?: JsonValue
  readonly Manifests?: JsonValue
}

/** JSON or YAML. [source: component-creation] @throws AwsError ValidationException */
export function parseRecipe(inlineRecipe: Uint8Array | undefined): Recipe {
  if (inlineRecipe === undefined) throw validationError('inlineRecipe', 'is required')
  const recipe = parseText(Buffer.from(inlineRecipe).toString())
  if (!isObject(recipe)) throw validationError('inlineRecipe', 'is not an object in JSON or YAML')
  if (recipe.RecipeFormatVersion !== FORMAT_VERSION) {
    throw validationError('RecipeFormatVersion', `is not ${FORMAT_VERSION}`)
  }
  for (const member of TEXT_MEMBERS) {
    const value = recipe[member]
    if (value !== undefined && typeof value !== 'string') throw validationError(member, 'is not a string')
  }
  requireDependencies(recipe.ComponentDependencies)
  return recipe as Recipe
}

/** Every JSON text is YAML as well. Undefined for text that is neither. */
function parseText(text: string): unknown {
  try {
    return parseJson(text) ?? parse(text)
  } catch {
    return undefined
  }
}

export const recipeText = (recipe: Recipe, format: 'JSON' | 'YAML'): string =>
  format === 'JSON' ? JSON.stringify(recipe) : stringify(recipe)

const FORMAT_VERSION = '2020-01-25'
const TEXT_MEMBERS = ['ComponentName', 'ComponentVersion', 'ComponentPublisher', 'ComponentDescription'] as const

/** What the control plane needs of dependencies to resolve them. [source: recipe-format] @throws AwsError ValidationException */
function requireDependencies(dependencies: JsonValue | undefined): void {
  if (dependencies === undefined) return
  if (!isObject(dependencies)) throw validationError('ComponentDependencies', 'is not an object')
  for (const [name, dependency] of Object.entries(dependencies)) {
    const { VersionRequirement: requirement } = isObject(dependency) ? dependency : { VersionRequirement: null }
    const isRequirement = typeof requirement === 'string' && parseRequirement(requirement) !== null
    if (requirement !== undefined && !isRequirement) {
      throw validationError('ComponentDependencies', `of ${name} has no valid VersionRequirement`)
    }
  }
}
