import { NotEmulated } from '../base/aws-error.ts'
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

/** @throws AwsError ValidationException; NotEmulated for YAML */
export function parseRecipe(inlineRecipe: Uint8Array | undefined): Recipe {
  if (inlineRecipe === undefined) throw validationError('inlineRecipe', 'is required')
  const recipe = parseJson(Buffer.from(inlineRecipe).toString())
  if (recipe === undefined) throw new NotEmulated('a component recipe that is not JSON')
  if (!isObject(recipe)) throw validationError('inlineRecipe', 'is not a JSON object')
  return recipe as Recipe
}

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
