import type { ComponentDeploymentSpecification } from '@aws-sdk/client-greengrassv2'
import { PUBLIC_COMPONENTS } from '../../kernel/core-software.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import type { Recipe } from './component-recipe.ts'
import { PUBLIC_RECIPES } from './public-components.ts'
import { compareVersions, SEMANTIC_VERSION } from './semantic-version.ts'
import { conflict, notFound, requireMatch, validationError } from './validate.ts'

type ComponentVersionState = 'REQUESTED' | 'INITIATED' | 'DEPLOYABLE'

export interface ComponentVersion {
  readonly name: string
  readonly version: string
  readonly recipe: Recipe
  readonly createdAtMs: number
  state: ComponentVersionState
}

/** Creation is asynchronous and takes seconds. [source: component-creation] */
const INITIATED_AFTER_MS = 1_000
const DEPLOYABLE_AFTER_MS = 5_000

/** The components of the account and the public ones of AWS, and their versions. */
export class ComponentRegistry {
  readonly #ctx: CloudContext
  readonly #versions = new Map<string, ComponentVersion>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
    for (const recipe of PUBLIC_RECIPES) this.#add(recipe).state = 'DEPLOYABLE'
  }

  /** Whether the component, or the version of one, of this ARN exists. */
  exists(arn: string): boolean {
    const [name, version] = partsOf(arn)
    if (this.arnOf(name, version) !== arn) return false
    return version === undefined ? this.versionsOf(name).length > 0 : this.#versions.has(keyOf(name, version))
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

  /** Registers a version that becomes deployable after some seconds. @throws AwsError ValidationException, ConflictException */
  create(recipe: Recipe): ComponentVersion {
    if (isPublic(recipe.ComponentName)) throw new NotEmulated(`a component of one's own named ${recipe.ComponentName}`)
    const added = this.#add(recipe)
    this.#ctx.clock.after(INITIATED_AFTER_MS, () => {
      added.state = 'INITIATED'
    })
    this.#ctx.clock.after(DEPLOYABLE_AFTER_MS, () => {
      added.state = 'DEPLOYABLE'
    })
    return added
  }

  /** @throws AwsError AccessDeniedException for a component of AWS */
  delete({ name, version }: ComponentVersion): void {
    if (isPublic(name)) throw new AwsError('AccessDeniedException', 403, `${name} is a component of AWS`)
    this.#versions.delete(keyOf(name, version))
  }

  /** The names of the account's own components, or of the public ones, sorted. */
  names(scope: 'PRIVATE' | 'PUBLIC'): readonly string[] {
    const names = new Set([...this.#versions.values()].map(({ name }) => name))
    return [...names].filter((name) => isPublic(name) === (scope === 'PUBLIC')).sort()
  }

  /** Newest version first. */
  versionsOf(name: string): readonly ComponentVersion[] {
    return [...this.#versions.values()]
      .filter((version) => version.name === name)
      .sort((a, b) => compareVersions(b.version, a.version))
  }

  /** The versions of the component of this ARN, newest first. @throws AwsError ResourceNotFoundException */
  versionsByArn(arn: string | undefined): readonly ComponentVersion[] {
    const [name] = partsOf(requireMatch('componentArn', arn))
    const versions = this.versionsOf(name)
    if (versions.length === 0 || this.arnOf(name) !== arn) throw notFound(arn as string, 'Component')
    return versions
  }

  /** The version of this ARN. @throws AwsError ResourceNotFoundException */
  byArn(arn: string | undefined): ComponentVersion {
    const [name, version] = partsOf(requireMatch('componentVersionArn', arn))
    const found = this.#versions.get(keyOf(name, version as string))
    if (found === undefined || this.arnOf(name, version) !== arn) throw notFound(arn as string, 'ComponentVersion')
    return found
  }

  /** Of the component, or of one of its versions. Public components are of the account `aws`. [source: public-components] */
  arnOf(name: string, version?: string): string {
    const owner = isPublic(name) ? 'aws' : this.#ctx.accountId
    const component = `arn:aws:greengrass:${this.#ctx.region}:${owner}:components:${name}`
    return version === undefined ? component : `${component}:versions:${version}`
  }

  #add(recipe: Recipe): ComponentVersion {
    const name = requireMatch('componentName', recipe.ComponentName)
    const version = requireMatch('componentVersion', recipe.ComponentVersion)
    if (!SEMANTIC_VERSION.test(version))
      throw validationError('componentVersion', `"${version}" is not major.minor.patch`)
    const key = keyOf(name, version)
    if (this.#versions.has(key)) {
      throw conflict(this.arnOf(name, version), 'ComponentVersion', `Component ${name} ${version} already exists`)
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
}

const isPublic = (name: string | undefined): boolean => name !== undefined && PUBLIC_COMPONENTS.includes(name)

const keyOf = (name: string, version: string): string => `${name}@${version}`

/** Name and, if the ARN has one, version. */
const partsOf = (arn: string): [string, string | undefined] =>
  (arn.split(':components:')[1] ?? '').split(':versions:') as [string, string | undefined]
