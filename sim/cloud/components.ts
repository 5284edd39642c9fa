import type {
  ComponentDeploymentSpecification,
  CreateComponentVersionRequest,
  DescribeComponentRequest,
  ListComponentsRequest,
  ListComponentVersionsRequest,
} from '@aws-sdk/client-greengrassv2'
import { AwsError, NotEmulated } from './aws-error.ts'
import type { CloudContext, Operations } from './cloud-context.ts'
import { page } from './paging.ts'
import { requireMatch, validationError } from './validate.ts'

export type ComponentVersionState = 'REQUESTED' | 'INITIATED' | 'DEPLOYABLE' | 'FAILED'

interface ComponentVersion {
  readonly name: string
  readonly version: string
  readonly publisher: string | undefined
  readonly description: string | undefined
  readonly recipe: string
  readonly createdAtMs: number
  state: ComponentVersionState
}

/** Creation is asynchronous and takes seconds. [gg: CreateComponentVersion] */
const INITIATED_AFTER_MS = 1_000
const DEPLOYABLE_AFTER_MS = 5_000

/** The private components of the account and their versions. */
export class ComponentRegistry {
  readonly #ctx: CloudContext
  readonly #versions = new Map<string, ComponentVersion>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
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
    CreateComponentVersion: (input: CreateComponentVersionRequest) => {
      if (input.lambdaFunction !== undefined) throw new NotEmulated('CreateComponentVersion lambdaFunction')
      const added = this.#add(parseRecipe(input.inlineRecipe))
      this.#ctx.clock.after(INITIATED_AFTER_MS, () => {
        added.state = 'INITIATED'
      })
      this.#ctx.clock.after(DEPLOYABLE_AFTER_MS, () => {
        added.state = 'DEPLOYABLE'
      })
      return {
        arn: this.#arn(added.name, added.version),
        componentName: added.name,
        componentVersion: added.version,
        creationTimestamp: new Date(added.createdAtMs),
        status: { componentState: added.state, message: 'NONE' },
      }
    },
    DescribeComponent: ({ arn }: DescribeComponentRequest) => {
      const found = this.#byArn(arn)
      return {
        arn,
        componentName: found.name,
        componentVersion: found.version,
        creationTimestamp: new Date(found.createdAtMs),
        publisher: found.publisher,
        description: found.description,
        status: { componentState: found.state, message: 'NONE' },
        tags: {},
      }
    },
    GetComponent: ({ arn }: DescribeComponentRequest) => ({
      recipeOutputFormat: 'JSON',
      recipe: Buffer.from(this.#byArn(arn).recipe),
      tags: {},
    }),
    ListComponents: (input: ListComponentsRequest) => {
      if (input.scope === 'PUBLIC') throw new NotEmulated('ListComponents of scope PUBLIC')
      const names = [...new Set([...this.#versions.values()].map(({ name }) => name))].sort()
      const { items, nextToken } = page(names, input, { max: 100, errorName: 'ValidationException' })
      return {
        components: items.map((name) => {
          const latest = this.#versionsOf(name).at(-1) as ComponentVersion
          return {
            arn: this.#arn(name),
            componentName: name,
            latestVersion: {
              arn: this.#arn(name, latest.version),
              componentVersion: latest.version,
              creationTimestamp: new Date(latest.createdAtMs),
            },
          }
        }),
        nextToken,
      }
    },
    ListComponentVersions: (input: ListComponentVersionsRequest) => {
      const name = input.arn?.split(':components:')[1] ?? ''
      const versions = this.#versionsOf(name)
      if (versions.length === 0) throw notFound(input.arn ?? '')
      const { items, nextToken } = page(versions.reverse(), input, { max: 100, errorName: 'ValidationException' })
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

  #add(recipe: Recipe): ComponentVersion {
    const name = requireMatch('componentName', recipe.ComponentName)
    const version = requireMatch('componentVersion', recipe.ComponentVersion)
    const key = keyOf(name, version)
    if (this.#versions.has(key)) {
      throw new AwsError('ConflictException', 409, `Component ${name} ${version} already exists`, {
        resourceId: this.#arn(name, version),
        resourceType: 'ComponentVersion',
      })
    }
    const added: ComponentVersion = {
      name,
      version,
      publisher: recipe.ComponentPublisher,
      description: recipe.ComponentDescription,
      recipe: JSON.stringify(recipe),
      createdAtMs: this.#ctx.clock.nowMs(),
      state: 'REQUESTED',
    }
    this.#versions.set(key, added)
    return added
  }

  #versionsOf(name: string): ComponentVersion[] {
    return [...this.#versions.values()].filter((version) => version.name === name)
  }

  #byArn(arn: string | undefined): ComponentVersion {
    const [, name, version] =
      /^arn:[^:]*:greengrass:[^:]*:(?:aws|[0-9]+):components:([^:]+):versions:([^:]+)$/.exec(arn ?? '') ?? []
    if (name === undefined) throw validationError('arn', `"${arn}" is not the ARN of a component version`)
    const found = this.#versions.get(keyOf(name, version as string))
    if (found === undefined) throw notFound(arn as string)
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

const keyOf = (name: string, version: string): string => `${name}@${version}`

const notFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', 404, `Component ${arn} not found`, {
    resourceId: arn,
    resourceType: 'ComponentVersion',
  })

function parseRecipe(recipe: Uint8Array | undefined): Recipe {
  if (recipe === undefined) throw validationError('inlineRecipe', 'is required')
  try {
    return JSON.parse(Buffer.from(recipe).toString()) as Recipe
  } catch {
    throw new NotEmulated('a component recipe that is not JSON')
  }
}
