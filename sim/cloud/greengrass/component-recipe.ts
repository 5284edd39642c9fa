import { parse, stringify } from 'yaml'
import { isObject, parseJson } from '../base/json.ts'
import { validationError } from './validate.ts'

/** The members of a component's recipe that the control plane reads. */
export interface Recipe {
  readonly ComponentName?: string
  readonly ComponentVersion?: string
  readonly ComponentPublisher?: string
  readonly ComponentDescription?: string
  readonly RecipeFormatVersion?: string
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

export const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

/** By number; a release is newer than its own pre-releases. [source: semver] */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => /^(\d+)\.(\d+)\.(\d+)(-\S*)?/.exec(version)) as RegExpExecArray[]
  for (const place of [1, 2, 3]) {
    const difference = Number(left?.[place]) - Number(right?.[place])
    if (difference !== 0) return difference
  }
  return Number(left?.[4] === undefined) - Number(right?.[4] === undefined) || (a < b ? -1 : a > b ? 1 : 0)
}
