import type { CloudContext } from '../base/cloud-context.ts'
import { alreadyExists, notFound } from '../base/iot-errors.ts'
import { iotArn } from './iot-arns.ts'

/** What a caller says of a type when it makes it. */
export interface TypeProperties {
  readonly description: string | undefined
  readonly searchableAttributes: readonly string[]
}

export interface ThingType extends TypeProperties {
  readonly name: string
  readonly id: string
  readonly createdAtMs: number
}

/** The thing types of the account. A type has no effect but that things can have it. [source: thing-types] */
export class ThingTypes {
  readonly #ctx: CloudContext
  readonly #types = new Map<string, ThingType>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  has(name: string): boolean {
    return this.#types.has(name)
  }

  /** Every type, by name. */
  all(): readonly ThingType[] {
    return [...this.#types.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  arnOf(name: string): string {
    return iotArn(this.#ctx, 'thingtype', name)
  }

  /** A new type, or the one of this name if it is the same. @throws AwsError ResourceAlreadyExistsException */
  create(name: string, properties: TypeProperties): ThingType {
    const known = this.#types.get(name)
    if (known !== undefined) {
      if (sameProperties(known, properties)) return known
      throw alreadyExists(`Thing type ${name} already exists`, name, this.arnOf(name))
    }
    const id = this.#ctx.stream(`thing-types/${name}`).uuid()
    const type = { ...properties, name, id, createdAtMs: this.#ctx.clock.nowMs() }
    this.#types.set(name, type)
    return type
  }

  /** @throws AwsError ResourceNotFoundException */
  typeOrThrow(name: string): ThingType {
    const type = this.#types.get(name)
    if (type === undefined) throw notFound(`Thing type ${name} not found`)
    return type
  }
}

const sameProperties = (a: TypeProperties, b: TypeProperties): boolean =>
  a.description === b.description && a.searchableAttributes.join(' ') === b.searchableAttributes.join(' ')
