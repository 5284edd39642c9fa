import { NotEmulated } from '../base/aws-error.ts'
import { isObject, type JsonObject, memberOf } from '../base/json.ts'
import type { Recipe } from './component-recipe.ts'

export type PlatformAttributes = Readonly<Record<string, string>>

/** A component that another one depends on, and in which versions. */
export interface Dependency {
  readonly name: string
  readonly requirement: string
}

/** [source: recipe-format] */
const ANY_VERSION = '>=0.0.0'

export const dependenciesOf = ({ ComponentDependencies: dependencies }: Recipe): readonly Dependency[] =>
  Object.entries(isObject(dependencies) ? dependencies : {}).map(([name, dependency]) => {
    const requirement = isObject(dependency) ? dependency.VersionRequirement : undefined
    return { name, requirement: typeof requirement === 'string' ? requirement : ANY_VERSION }
  })

/** The URIs of the artifacts of all manifests. */
export const artifactUrisOf = (recipe: Recipe): readonly string[] =>
  manifestsOf(recipe)
    .flatMap(({ Artifacts: artifacts }) => (Array.isArray(artifacts) ? artifacts : []))
    .flatMap((artifact) => (isObject(artifact) ? [artifact.URI ?? artifact.Uri] : []))
    .filter((uri) => typeof uri === 'string')

/** What each manifest requires of a platform; of a manifest without requirements, nothing. */
export const platformsOf = (recipe: Recipe): readonly { readonly attributes: PlatformAttributes }[] =>
  manifestsOf(recipe).map(({ Platform: platform }) => ({
    attributes: Object.fromEntries(
      Object.entries(isObject(platform) ? platform : {}).map(([name, wanted]) => [name, textOf(wanted)]),
    ),
  }))

/** Whether a device of this platform meets a manifest; a recipe without manifests is for all. @throws NotEmulated */
export function supports(recipe: Recipe, platform: PlatformAttributes): boolean {
  const platforms = platformsOf(recipe)
  const isMet = ({ attributes }: { readonly attributes: PlatformAttributes }): boolean =>
    Object.entries(attributes).every(([name, wanted]) => meets(wanted, memberOf(platform, name)))
  return platforms.length === 0 || platforms.some(isMet)
}

/**
 * An exact value, `*` for any or none, or a regular expression between slashes. Of these only words and `|` are emulated:
 * an expression from outside could run without end. [source: recipe-format]
 */
function meets(wanted: string, actual: string | undefined): boolean {
  if (wanted === '*') return true
  const [, expression] = /^\/(.*)\/$/s.exec(wanted) ?? []
  if (expression === undefined) return actual === wanted
  if (expression === '.*' || expression === '.+') return actual !== undefined
  if (!/^[\w|-]+$/.test(expression)) throw new NotEmulated(`the platform requirement ${wanted}`)
  return actual !== undefined && expression.split('|').includes(actual)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const manifestsOf = ({ Manifests: manifests }: Recipe): readonly JsonObject[] =>
  Array.isArray(manifests) ? manifests.filter(isObject) : []
