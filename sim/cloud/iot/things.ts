import type { CloudContext } from '../base/cloud-context.ts'
import { alreadyExists, invalidRequest, notFound } from '../base/iot-errors.ts'

export interface Thing {
  readonly name: string
  readonly id: string
  readonly typeName: string | undefined
  readonly attributes: Readonly<Record<string, string>>
  /** Names of its groups, sorted. */
  readonly groups: readonly string[]
  /** Undefined before the first connection. */
  readonly connectivity: Connectivity | undefined
}

type MutableThing = { -readonly [K in keyof Thing]: Thing[K] }

/** As fleet indexing reports it. [source: thing-connectivity] */
export interface Connectivity {
  readonly connected: boolean
  /** Since when, in milliseconds of the epoch. */
  readonly timestamp: number
  readonly disconnectReason: string | undefined
}

export type MembershipChange = 'added' | 'removed'

type MembershipListener = (group: string, thing: string, change: MembershipChange) => void

export interface ThingGroup {
  readonly name: string
  readonly id: string
  readonly createdAtMs: number
  readonly description: string | undefined
}

interface MutableGroup extends ThingGroup {
  readonly members: Set<string>
  /** Members sorted by name, so that every iteration has one order; null until it is needed again. */
  sorted: readonly string[] | null
}

/** A thing can be in at most 10 groups. [source: groups-per-thing] */
const MAX_GROUPS_PER_THING = 10

/** The registry of things and thing groups, and which things are connected. [source: registry-operations] */
export class ThingRegistry {
  readonly #ctx: CloudContext
  readonly #things = new Map<string, MutableThing>()
  readonly #groups = new Map<string, MutableGroup>()
  readonly #listeners: MembershipListener[] = []
  #sorted: readonly Thing[] | null = null

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  exists(thing: string): boolean {
    return this.#things.has(thing)
  }

  thing(name: string): Thing | undefined {
    return this.#things.get(name)
  }

  /** Every thing, by name. */
  all(): readonly Thing[] {
    this.#sorted ??= [...this.#things.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  groupExists(group: string): boolean {
    return this.#groups.has(group)
  }

  /** Every group's name, sorted. */
  groupNames(): readonly string[] {
    return [...this.#groups.keys()].sort()
  }

  membersOf(group: string): readonly string[] {
    const found = this.#groups.get(group)
    return found === undefined ? [] : sortedMembers(found)
  }

  groupsOf(thing: string): readonly string[] {
    return this.#things.get(thing)?.groups ?? []
  }

  thingArn(thing: string): string {
    return `arn:aws:iot:${this.#ctx.region}:${this.#ctx.accountId}:thing/${thing}`
  }

  groupArn(group: string): string {
    return `arn:aws:iot:${this.#ctx.region}:${this.#ctx.accountId}:thinggroup/${group}`
  }

  setConnectivity(name: string, connected: boolean, disconnectReason?: string): void {
    const thing = this.#things.get(name)
    if (thing !== undefined) thing.connectivity = { connected, timestamp: this.#ctx.clock.nowMs(), disconnectReason }
  }

  onMembershipChange(listener: MembershipListener): void {
    this.#listeners.push(listener)
  }

  /** A new thing, or the one of this name if it is the same. @throws AwsError ResourceAlreadyExistsException */
  create(name: string, typeName: string | undefined, attributes: Readonly<Record<string, string>>): Thing {
    const known = this.#things.get(name)
    if (known !== undefined && !sameThing(known, typeName, attributes)) {
      throw alreadyExists(`Thing ${name} already exists with other attributes`, name, this.thingArn(name))
    }
    const id = known?.id ?? this.#ctx.stream(`things/${name}`).uuid()
    const thing = known ?? { name, id, typeName, attributes, groups: [], connectivity: undefined }
    this.#things.set(name, thing)
    this.#sorted = null
    return thing
  }

  /** A new group, or the one of this name if it is the same. @throws AwsError ResourceAlreadyExistsException */
  createGroup(name: string, description: string | undefined): ThingGroup {
    const known = this.#groups.get(name)
    if (known !== undefined && known.description !== description) {
      throw alreadyExists(`Thing group ${name} already exists`, name, this.groupArn(name))
    }
    const group = known ?? {
      name,
      id: this.#ctx.stream(`thing-groups/${name}`).uuid(),
      createdAtMs: this.#ctx.clock.nowMs(),
      description,
      members: new Set<string>(),
      sorted: null,
    }
    this.#groups.set(name, group)
    return group
  }

  /** Adds the thing to the group or removes it; no change if that is so already. @throws AwsError */
  changeMembership(groupName: string | undefined, thingName: string | undefined, change: MembershipChange): void {
    const group = this.#groupOrThrow(groupName)
    const thing = this.#thingOrThrow(thingName)
    const isMember = group.members.has(thing.name)
    if (isMember === (change === 'added')) return
    const { groups, name } = thing
    if (change === 'added') {
      if (groups.length >= MAX_GROUPS_PER_THING) {
        throw invalidRequest(`Thing ${name} is in ${groups.length} groups already`)
      }
      group.members.add(name)
      thing.groups = [...groups, group.name].sort()
    } else {
      group.members.delete(name)
      thing.groups = groups.filter((one) => one !== group.name)
    }
    group.sorted = null
    for (const listener of this.#listeners) listener(group.name, name, change)
  }

  /** @throws AwsError ResourceNotFoundException */
  thingOrThrow(name: string | undefined): Thing {
    return this.#thingOrThrow(name)
  }

  /** @throws AwsError ResourceNotFoundException */
  groupOrThrow(name: string | undefined): ThingGroup {
    return this.#groupOrThrow(name)
  }

  #thingOrThrow(name: string | undefined): MutableThing {
    const thing = this.#things.get(name ?? '')
    if (thing === undefined) throw notFound(`Thing ${name} not found`)
    return thing
  }

  #groupOrThrow(name: string | undefined): MutableGroup {
    const group = this.#groups.get(name ?? '')
    if (group === undefined) throw notFound(`Thing group ${name} not found`)
    return group
  }
}

function sortedMembers(group: MutableGroup): readonly string[] {
  group.sorted ??= [...group.members].sort()
  return group.sorted
}

const sameThing = (thing: Thing, typeName: string | undefined, attributes: Readonly<Record<string, string>>): boolean =>
  thing.typeName === typeName &&
  Object.keys(attributes).length === Object.keys(thing.attributes).length &&
  Object.entries(attributes).every(([name, value]) => thing.attributes[name] === value)
