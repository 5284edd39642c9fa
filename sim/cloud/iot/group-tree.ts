import type { CloudContext } from '../base/cloud-context.ts'
import { alreadyExists, invalidRequest, notFound, versionConflict } from '../base/iot-errors.ts'
import { iotArn } from './iot-arns.ts'
import { type Attributes, sameAttributes } from './thing-attributes.ts'

/** What a caller says of a group when it makes it. */
export interface GroupProperties {
  readonly parent: string | undefined
  readonly description: string | undefined
  readonly attributes: Attributes
}

export interface ThingGroup extends GroupProperties {
  readonly name: string
  readonly id: string
  readonly createdAtMs: number
  /** Rises with every update. */
  readonly version: number
}

interface Node {
  group: ThingGroup
  readonly children: Set<string>
  readonly members: Set<string>
  /** Members sorted by name, so that every iteration has one order; null until it is needed again. */
  sorted: readonly string[] | null
}

/** Thing groups, their parents and the things directly in them. [source: group-hierarchy] */
export class GroupTree {
  readonly #ctx: CloudContext
  readonly #nodes = new Map<string, Node>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  has(name: string): boolean {
    return this.#nodes.has(name)
  }

  /** Every group's name, sorted. */
  names(): readonly string[] {
    return [...this.#nodes.keys()].sort()
  }

  /** @throws AwsError ResourceNotFoundException */
  groupOrThrow(name: string | undefined): ThingGroup {
    return this.#nodeOrThrow(name).group
  }

  /** A new group, or the one of this name if it is the same. @throws AwsError */
  create(name: string, properties: GroupProperties): ThingGroup {
    const known = this.#nodes.get(name)?.group
    if (known !== undefined) {
      if (sameProperties(known, properties)) return known
      throw alreadyExists(`Thing group ${name} already exists`, name, iotArn(this.#ctx, 'thinggroup', name))
    }
    const { parent } = properties
    if (parent !== undefined) this.#checkRoomUnder(parent)
    const id = this.#ctx.stream(`thing-groups/${name}`).uuid()
    const group = { ...properties, name, id, createdAtMs: this.#ctx.clock.nowMs(), version: 1 }
    this.#nodes.set(name, { group, children: new Set(), members: new Set(), sorted: null })
    if (parent !== undefined) this.#nodes.get(parent)?.children.add(name)
    return group
  }

  /** @throws AwsError ResourceNotFoundException, VersionConflictException */
  update(
    name: string | undefined,
    changes: Partial<Pick<ThingGroup, 'description' | 'attributes'>>,
    expectedVersion: number | undefined,
  ): ThingGroup {
    const node = this.#nodeOrThrow(name)
    checkVersion(node.group, expectedVersion)
    node.group = { ...node.group, ...changes, version: node.group.version + 1 }
    return node.group
  }

  /** Whether the group may be deleted; one that does not exist may. @throws AwsError */
  checkDelete(name: string, expectedVersion: number | undefined): void {
    const node = this.#nodes.get(name)
    if (node === undefined) return
    checkVersion(node.group, expectedVersion)
    if (node.children.size > 0) {
      throw invalidRequest(`Cannot delete thing group : ${name} when there are still child groups attached to it.`)
    }
  }

  delete(name: string): void {
    const parent = this.#nodes.get(name)?.group.parent
    if (parent !== undefined) this.#nodes.get(parent)?.children.delete(name)
    this.#nodes.delete(name)
  }

  /** Things directly in the group, sorted. */
  membersOf(name: string): readonly string[] {
    const node = this.#nodes.get(name)
    if (node === undefined) return []
    node.sorted ??= [...node.members].sort()
    return node.sorted
  }

  /** Things in the group or in a group below it, sorted. */
  membersUnder(name: string): readonly string[] {
    const below = this.descendantsOf(name)
    if (below.length === 0) return this.membersOf(name)
    return [name, ...below].flatMap((group) => this.membersOf(group)).sort()
  }

  setMember(name: string, thing: string, isMember: boolean): void {
    const node = this.#nodeOrThrow(name)
    if (isMember) node.members.add(thing)
    else node.members.delete(thing)
    node.sorted = null
  }

  childrenOf(name: string): readonly string[] {
    return [...(this.#nodes.get(name)?.children ?? [])].sort()
  }

  /** Every group below this one, sorted. */
  descendantsOf(name: string): readonly string[] {
    const children = this.childrenOf(name)
    if (children.length === 0) return children
    return children.flatMap((child) => [child, ...this.descendantsOf(child)]).sort()
  }

  /** The groups above this one, the root first. */
  ancestorsOf(name: string): readonly string[] {
    const parent = this.#nodes.get(name)?.group.parent
    return parent === undefined ? [] : [...this.ancestorsOf(parent), parent]
  }

  rootOf(name: string): string {
    return this.ancestorsOf(name)[0] ?? name
  }

  #checkRoomUnder(parent: string): void {
    const { childGroups, groupLevels } = this.#ctx.quotas
    const { children } = this.#nodeOrThrow(parent)
    if (children.size >= childGroups) throw invalidRequest(`Thing group ${parent} has ${childGroups} child groups`)
    if (this.ancestorsOf(parent).length + 2 > groupLevels) {
      throw invalidRequest(`A hierarchy of thing groups has at most ${groupLevels} levels`)
    }
  }

  #nodeOrThrow(name: string | undefined): Node {
    const node = this.#nodes.get(name ?? '')
    if (node === undefined) throw notFound(`Thing group ${name} not found`)
    return node
  }
}

/** @throws AwsError VersionConflictException */
function checkVersion({ name, version }: ThingGroup, expected: number | undefined): void {
  if (expected !== undefined && expected !== version) throw versionConflict(`thing group ${name}`, expected)
}

const sameProperties = (a: GroupProperties, b: GroupProperties): boolean =>
  a.parent === b.parent && a.description === b.description && sameAttributes(a.attributes, b.attributes)
