import type {
  ComponentDeploymentSpecification,
  CreateComponentVersionRequest,
  DescribeComponentRequest,
  GetComponentRequest,
  ListComponentsRequest,
  ListComponentVersionsRequest,
} from '@aws-sdk/client-greengrassv2'
import { NotEmulated } from '../base/aws-error.ts'
import { ClientTokens } from '../base/client-tokens.ts'
import type { CloudContext, Operations } from '../base/cloud-context.ts'
import type { Tags } from '../base/tags.ts'
import { checkOneOf, conflict, greengrassPage, notFound, requireMatch, validationError } from '../base/validate.ts'
import { isObject } from '../iot/shadow-document.ts'

type ComponentVersionState = 'REQUESTED' | 'INITIATED' | 'DEPLOYABLE'

interface ComponentVersion {
  readonly name: string
  readonly version: string
  readonly recipe: Recipe
  readonly createdAtMs: number
  state: ComponentVersionState
}

/** Creation is asynchronous and takes seconds. [gg: CreateComponentVersion] */
const INITIATED_AFTER_MS = 1_000
const DEPLOYABLE_AFTER_MS = 5_000

/** The private components of the account and their versions. */
export class ComponentRegistry {
  readonly #ctx: CloudContext
  readonly #tags: Tags
  readonly #tokens: ClientTokens
  readonly #versions = new Map<string, ComponentVersion>()

  constructor(ctx: CloudContext, tags: Tags) {
    this.#ctx = ctx
    this.#tags = tags
    this.#tokens = new ClientTokens(ctx.clock, 'component version')
  }

  /** Whether the ARN names a component, or a version of one, that there is. */
  exists(arn: string): boolean {
    const [name, version] = partsOf(arn)
    return version === undefined ? this.#versionsOf(name).length > 0 : this.#versions.has(keyOf(name, version))
  }

  isDeployable(name: string, version: string): boolean {
    return this.#versions.get(keyOf(name, version))?.state === 'DEPLOYABLE'
  }

  /** Components of a CreateDeployment that no deployable version satisfies, as "name version". */
  missing(components: Readonly<Record<string, ComponentDeploymentSpecification>>): string[] {
    return Object.entries(components)
      .filter(([name, { componentVersion = '' }]) => !this.isDeployable(name, componentVersion))
      .map(([name, { componentVersion }]) => `${name} ${componentVersion}`)
  }

  /** Registers a version that existed before the rehearsal. */
  install(name: string, version: string): void {
    this.#add({ ComponentName: name, ComponentVersion: version, RecipeFormatVersion: '2020-01-25' }).state =
      'DEPLOYABLE'
  }

  readonly operations: Operations = {
    CreateComponentVersion: ({ clientToken, ...input }: CreateComponentVersionRequest) => {
      if (input.lambdaFunction !== undefined) throw new NotEmulated('CreateComponentVersion lambdaFunction')
      if (clientToken !== undefined) requireMatch('clientToken', clientToken)
      return this.#tokens.once(clientToken, input, () => this.#create(input))
    },
    DescribeComponent: ({ arn }: DescribeComponentRequest) => {
      const found = this.#byArn(arn)
      return {
        arn,
        componentName: found.name,
        componentVersion: found.version,
        creationTimestamp: new Date(found.createdAtMs),
        publisher: found.recipe.ComponentPublisher,
        description: found.recipe.ComponentDescription,
        status: { componentState: found.state, message: 'NONE' },
        tags: this.#tags.of(arn as string),
      }
    },
    GetComponent: ({ arn, recipeOutputFormat }: GetComponentRequest) => {
      checkOneOf('recipeOutputFormat', recipeOutputFormat, ['JSON', 'YAML'])
      if (recipeOutputFormat === 'YAML') throw new NotEmulated('GetComponent recipeOutputFormat YAML')
      const recipe = Buffer.from(JSON.stringify(this.#byArn(arn).recipe))
      return { recipeOutputFormat: 'JSON', recipe, tags: this.#tags.of(arn as string) }
    },
    ListComponents: (input: ListComponentsRequest) => {
      checkOneOf('scope', input.scope, ['PRIVATE', 'PUBLIC'])
      if (input.scope === 'PUBLIC') throw new NotEmulated('ListComponents of scope PUBLIC')
      const names = [...new Set([...this.#versions.values()].map(({ name }) => name))].sort()
      const { items, nextToken } = greengrassPage(names, input)
      return { components: items.map((name) => this.#listed(name)), nextToken }
    },
    ListComponentVersions: (input: ListComponentVersionsRequest) => {
      const [name] = partsOf(requireMatch('componentArn', input.arn))
      const versions = this.#versionsOf(name)
      if (versions.length === 0) throw notFound(input.arn as string, 'Component')
      const { items, nextToken } = greengrassPage(versions, input)
      return {
        componentVersions: items.map(({ version }) => ({
          componentName: name,
          componentVersion: version,
          arn: this.#arn(name, version),
        })),
        nextToken,
      }
    },
    DeleteComponent: ({ arn }: DescribeComponentRequest) => {
      const { name, version } = this.#byArn(arn)
      this.#versions.delete(keyOf(name, version))
      return {}
    },
  }

  #create({ inlineRecipe, tags }: CreateComponentVersionRequest): object {
    this.#tags.check(tags)
    const added = this.#add(parseRecipe(inlineRecipe))
    const arn = this.#arn(added.name, added.version)
    this.#tags.set(arn, tags)
    this.#ctx.clock.after(INITIATED_AFTER_MS, () => {
      added.state = 'INITIATED'
    })
    this.#ctx.clock.after(DEPLOYABLE_AFTER_MS, () => {
      added.state = 'DEPLOYABLE'
    })
    return {
      arn,
      componentName: added.name,
      componentVersion: added.version,
      creationTimestamp: new Date(added.createdAtMs),
      status: { componentState: added.state, message: 'NONE' },
    }
  }

  #listed(name: string): object {
    const { version, createdAtMs, recipe } = this.#versionsOf(name)[0] as ComponentVersion
    return {
      arn: this.#arn(name),
      componentName: name,
      latestVersion: {
        arn: this.#arn(name, version),
        componentVersion: version,
        creationTimestamp: new Date(createdAtMs),
        publisher: recipe.ComponentPublisher,
        description: recipe.ComponentDescription,
      },
    }
  }

  #add(recipe: Recipe): ComponentVersion {
    const name = requireMatch('componentName', recipe.ComponentName)
    const version = requireMatch('componentVersion', recipe.ComponentVersion)
    if (!SEMANTIC_VERSION.test(version))
      throw validationError('componentVersion', `"${version}" is not major.minor.patch`)
    const key = keyOf(name, version)
    if (this.#versions.has(key)) {
      throw conflict(this.#arn(name, version), 'ComponentVersion', `Component ${name} ${version} already exists`)
    }
    const added: ComponentVersion = {
      name,
      version,
      recipe,
      createdAtMs: this.#ctx.clock.nowMs(),
      state: 'REQUESTED',
    }
    this.#versions.set(key, added)
    return added
  }

  /** Newest version first. */
  #versionsOf(name: string): ComponentVersion[] {
    return [...this.#versions.values()]
      .filter((version) => version.name === name)
      .sort((a, b) => compareVersions(b.version, a.version))
  }

  #byArn(arn: string | undefined): ComponentVersion {
    const [name, version] = partsOf(requireMatch('componentVersionArn', arn))
    const found = this.#versions.get(keyOf(name, version as string))
    if (found === undefined) throw notFound(arn as string, 'ComponentVersion')
    return found
  }

  #arn(name: string, version?: string): string {
    const component = `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:components:${name}`
    return version === undefined ? component : `${component}:versions:${version}`
  }
}

interface Recipe {
  readonly ComponentName?: string
  readonly ComponentVersion?: string
  readonly ComponentPublisher?: string
  readonly ComponentDescription?: string
  readonly RecipeFormatVersion?: string
}

const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/

const keyOf = (name: string, version: string): string => `${name}@${version}`

/** Name and, if the ARN has one, version. */
const partsOf = (arn: string): [string, string | undefined] =>
  (arn.split(':components:')[1] ?? '').split(':versions:') as [string, string | undefined]

/** By number; a release is newer than its own pre-releases. [semver 2.0.0, items 11.2 and 11.3] */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => /^(\d+)\.(\d+)\.(\d+)(-\S*)?/.exec(version)) as RegExpExecArray[]
  for (const place of [1, 2, 3]) {
    const difference = Number(left?.[place]) - Number(right?.[place])
    if (difference !== 0) return difference
  }
  return Number(left?.[4] === undefined) - Number(right?.[4] === undefined) || (a < b ? -1 : a > b ? 1 : 0)
}

function parseRecipe(inlineRecipe: Uint8Array | undefined): Recipe {
  if (inlineRecipe === undefined) throw validationError('inlineRecipe', 'is required')
  let recipe: unknown
  try {
    recipe = JSON.parse(Buffer.from(inlineRecipe).toString())
  } catch {
    throw new NotEmulated('a component recipe that is not JSON')
  }
  if (!isObject(recipe)) throw validationError('inlineRecipe', 'is not a JSON object')
  return recipe as Recipe
}
