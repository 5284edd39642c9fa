import type { CloudContext } from '../base/cloud-context.ts'
import { alreadyExists, invalidRequest, notFound, versionConflict } from '../base/iot-errors.ts'
import { GroupTree } from './group-tree.ts'
import { iotArn } from './iot-arns.ts'
import { type Attributes, sameAttributes } from './thing-attributes.ts'

export interface Thing {
  readonly name: string
  readonly id: string
  readonly typeName: string | undefined
  readonly attributes: Attributes
  /** Rises with every update. */
  readonly version: number
  /** Names of the groups that it is directly in, sorted. */
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

/** What an update of a thing changes. */
export type ThingChanges = Partial<Pick<Thing, 'typeName' | 'attributes'>>

/** The registry of things, the groups that they are in, and which things are connected. [source: registry-operations] */
export class ThingRegistry {
  readonly groups: GroupTree
  readonly #ctx: CloudContext
  readonly #things = new Map<string, MutableThing>()
  /** Names of deleted things, whose devices, shadows and core devices go on. */
  readonly #deleted = new Set<string>()
  readonly #moveListeners: MembershipListener[] = []
  readonly #membershipListeners: MembershipListener[] = []
  readonly #deletionListeners: ((thing: string) => void)[] = []
  #sorted: readonly Thing[] | null = null

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
    this.groups = new GroupTree(ctx)
  }

  exists(thing: string): boolean {
    return this.#things.has(thing)
  }

  /** Also true of a thing that was deleted: its device can still connect, and its shadows stay. [source: thing-deletion] */
  existedEver(thing: string): boolean {
    return this.#things.has(thing) || this.#deleted.has(thing)
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
    return this.groups.has(group)
  }

  /** Things in the group or in a group below it, sorted: those that a job for the group reaches. */
  membersOf(group: string): readonly string[] {
    return this.groups.membersUnder(group)
  }

  /** The groups that the thing is in and those above them: jobs for any of these reach it. */
  groupsOf(thing: string): readonly string[] {
    const direct = this.#things.get(thing)?.groups ?? []
    const above = direct.flatMap((group) => this.groups.ancestorsOf(group))
    return above.length === 0 ? direct : [...direct, ...above].sort()
  }

  thingArn(thing: string): string {
    return iotArn(this.#ctx, 'thing', thing)
  }

  groupArn(group: string): string {
    return iotArn(this.#ctx, 'thinggroup', group)
  }

  setConnectivity(name: string, connected: boolean, disconnectReason?: string): void {
    const thing = this.#things.get(name)
    if (thing !== undefined) thing.connectivity = { connected, timestamp: this.#ctx.clock.nowMs(), disconnectReason }
  }

  /** `listener` is called for the group that a thing joins or leaves, and for every group above it. */
  onMembershipChange(listener: MembershipListener): void {
    this.#membershipListeners.push(listener)
  }

  /** `listener` is called once for each change, with the group itself. */
  onMove(listener: MembershipListener): void {
    this.#moveListeners.push(listener)
  }

  /** `listener` is called after a thing has left its groups and the registry. */
  onThingDeleted(listener: (thing: string) => void): void {
    this.#deletionListeners.push(listener)
  }

  /** A new thing, or the one of this name if it is the same. @throws AwsError ResourceAlreadyExistsException */
  create(name: string, typeName: string | undefined, attributes: Attributes): Thing {
    const known = this.#things.get(name)
    if (known !== undefined && !(known.typeName === typeName && sameAttributes(known.attributes, attributes))) {
      throw alreadyExists(`Thing ${name} already exists with other attributes`, name, this.thingArn(name))
    }
    const id = known?.id ?? this.#ctx.stream(`things/${name}`).uuid()
    const thing = known ?? { name, id, typeName, attributes, version: 1, groups: [], connectivity: undefined }
    this.#things.set(name, thing)
    this.#sorted = null
    return thing
  }

  /** @throws AwsError ResourceNotFoundException, VersionConflictException */
  update(name: string | undefined, changes: ThingChanges, expectedVersion: number | undefined): void {
    const thing = this.#thingOrThrow(name)
    checkVersion(thing, expectedVersion)
    Object.assign(thing, changes)
    thing.version += 1
  }

  /** It leaves its groups first; no change for a thing that does not exist. @throws AwsError VersionConflictException */
  delete(name: string, expectedVersion: number | undefined): void {
    const thing = this.#things.get(name)
    if (thing === undefined) return
    checkVersion(thing, expectedVersion)
    for (const group of thing.groups) this.changeMembership(group, name, 'removed')
    this.#things.delete(name)
    this.#deleted.add(name)
    this.#sorted = null
    for (const listener of this.#deletionListeners) listener(name)
  }

  /** Its things leave it first. @throws AwsError InvalidRequestException, VersionConflictException */
  deleteGroup(name: string, expectedVersion: number | undefined): void {
    this.groups.checkDelete(name, expectedVersion)
    for (const thing of this.groups.membersOf(name)) this.changeMembership(name, thing, 'removed')
    this.groups.delete(name)
  }

  /** Adds the thing to the group or removes it; no change if that is so already. @throws AwsError */
  changeMembership(groupName: string | undefined, thingName: string | undefined, change: MembershipChange): void {
    this.checkMembership(groupName, thingName, change)
    const group = groupName as string
    const thing = this.#thingOrThrow(thingName)
    if (thing.groups.includes(group) === (change === 'added')) return
    thing.groups = change === 'added' ? [...thing.groups, group].sort() : thing.groups.filter((one) => one !== group)
    this.groups.setMember(group, thing.name, change === 'added')
    for (const one of [group, ...this.groups.ancestorsOf(group)]) {
      for (const listener of this.#membershipListeners) listener(one, thing.name, change)
    }
    for (const listener of this.#moveListeners) listener(group, thing.name, change)
  }

  /** Whether the thing may join or leave the group. [source: group-hierarchy] @throws AwsError */
  checkMembership(groupName: string | undefined, thingName: string | undefined, change: MembershipChange): void {
    const { name: group } = this.groups.groupOrThrow(groupName)
    const { name, groups } = this.#thingOrThrow(thingName)
    if (change === 'removed' || groups.includes(group)) return
    if (groups.length >= this.#ctx.quotas.groupsPerThing) {
      throw invalidRequest(`Thing ${name} is in ${groups.length} groups already`)
    }
    const root = this.groups.rootOf(group)
    const other = groups.find((one) => this.groups.rootOf(one) === root)
    if (other !== undefined) throw invalidRequest(`Thing ${name} is in ${other}, of the same hierarchy as ${group}`)
  }

  /** @throws AwsError ResourceNotFoundException */
  thingOrThrow(name: string | undefined): Thing {
    return this.#thingOrThrow(name)
  }

  #thingOrThrow(name: string | undefined): MutableThing {
    const thing = this.#things.get(name ?? '')
    if (thing === undefined) throw notFound(`Thing ${name} not found`)
    return thing
  }
}

/** @throws AwsError VersionConflictException */
function checkVersion({ name, version }: Thing, expected: number | undefined): void {
  if (expected !== undefined && expected !== version) throw versionConflict(`thing ${name}`, expected)
}
