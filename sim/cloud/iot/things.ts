import type {
  AddThingToThingGroupRequest,
  CreateThingGroupRequest,
  CreateThingRequest,
  DescribeEndpointRequest,
  DescribeThingGroupRequest,
  DescribeThingRequest,
  ListThingGroupsForThingRequest,
  ListThingGroupsRequest,
  ListThingsInThingGroupRequest,
  ListThingsRequest,
  RemoveThingFromThingGroupRequest,
} from '@aws-sdk/client-iot'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { CloudContext, Operations } from '../base/cloud-context.ts'
import { page, pageWhere } from '../base/paging.ts'

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

/** As fleet indexing tells it. [iot: ThingConnectivity] */
export interface Connectivity {
  readonly connected: boolean
  /** Since when, in milliseconds of the epoch. */
  readonly timestamp: number
  readonly disconnectReason: string | undefined
}

type MembershipListener = (group: string, thing: string, change: 'added' | 'removed') => void

interface Group {
  readonly name: string
  readonly id: string
  readonly createdAtMs: number
  readonly description: string | undefined
  readonly members: Set<string>
  /** Members by name, so that whoever iterates does so in one order; null while it must be made anew. */
  sorted: readonly string[] | null
}

const NAME = /^[a-zA-Z0-9:_-]{1,128}$/
const ATTRIBUTE_NAME = /^[a-zA-Z0-9_.,@/:#-]{1,128}$/
const ATTRIBUTE_VALUE = /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/
/** A thing can be in at most 10 groups. [iot: quotas] */
const MAX_GROUPS_PER_THING = 10

/** The registry of things and thing groups, and who is connected. [iot: AWS IoT control plane] */
export class ThingRegistry {
  readonly #ctx: CloudContext
  readonly #things = new Map<string, MutableThing>()
  readonly #groups = new Map<string, Group>()
  readonly #listeners: MembershipListener[] = []
  #sorted: readonly Thing[] | null = null
  #endpointAddress = '127.0.0.1'

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

  /** What DescribeEndpoint answers: a host and port without scheme. */
  setEndpointAddress(address: string): void {
    this.#endpointAddress = address
  }

  readonly operations: Operations = {
    CreateThing: (input: CreateThingRequest) => this.#createThing(input),
    DescribeThing: ({ thingName }: DescribeThingRequest) => {
      const thing = this.#thingOrThrow(thingName)
      return {
        defaultClientId: thing.name,
        thingName: thing.name,
        thingId: thing.id,
        thingArn: this.thingArn(thing.name),
        thingTypeName: thing.typeName,
        attributes: thing.attributes,
        version: 1,
      }
    },
    ListThings: (input: ListThingsRequest) => this.#listThings(input),
    CreateThingGroup: (input: CreateThingGroupRequest) => this.#createGroup(input),
    DescribeThingGroup: ({ thingGroupName }: DescribeThingGroupRequest) => {
      const group = this.#groupOrThrow(thingGroupName)
      return {
        thingGroupName: group.name,
        thingGroupId: group.id,
        thingGroupArn: this.groupArn(group.name),
        version: 1,
        thingGroupProperties: { thingGroupDescription: group.description },
        thingGroupMetadata: { creationDate: new Date(group.createdAtMs) },
      }
    },
    ListThingGroups: (input: ListThingGroupsRequest) => {
      if (input.parentGroup !== undefined) throw new NotEmulated('ListThingGroups with parentGroup')
      const names = [...this.#groups.keys()].sort().filter((name) => name.startsWith(input.namePrefixFilter ?? ''))
      const { items, nextToken } = page(names, input)
      return { thingGroups: items.map((name) => this.#groupRef(name)), nextToken }
    },
    ListThingGroupsForThing: (input: ListThingGroupsForThingRequest) => {
      const thing = this.#thingOrThrow(input.thingName)
      const { items, nextToken } = page(this.groupsOf(thing.name), input)
      return { thingGroups: items.map((name) => this.#groupRef(name)), nextToken }
    },
    ListThingsInThingGroup: (input: ListThingsInThingGroupRequest) => {
      const { items, nextToken } = page(sortedMembers(this.#groupOrThrow(input.thingGroupName)), input)
      return { things: items, nextToken }
    },
    AddThingToThingGroup: (input: AddThingToThingGroupRequest) => this.#changeMembership(input, 'added'),
    RemoveThingFromThingGroup: (input: RemoveThingFromThingGroupRequest) => this.#changeMembership(input, 'removed'),
    DescribeEndpoint: ({ endpointType }: DescribeEndpointRequest) => {
      const known = ['iot:Data', 'iot:Data-ATS', 'iot:Jobs', 'iot:CredentialProvider', undefined]
      if (!known.includes(endpointType)) throw invalid(`Endpoint type ${endpointType} is not valid`)
      return { endpointAddress: this.#endpointAddress }
    },
  }

  #createThing(input: CreateThingRequest): object {
    if (input.billingGroupName !== undefined) throw new NotEmulated('CreateThing billingGroupName')
    const name = requireName(input.thingName, 'thingName')
    const attributes = checkAttributes(input.attributePayload?.attributes ?? {})
    const known = this.#things.get(name)
    if (known !== undefined && !sameThing(known, input.thingTypeName, attributes)) {
      throw new AwsError('ResourceAlreadyExistsException', 409, `Thing ${name} already exists with other attributes`, {
        resourceId: name,
        resourceArn: this.thingArn(name),
      })
    }
    const thing = known ?? {
      name,
      id: this.#ctx.stream(`things/${name}`).uuid(),
      typeName: input.thingTypeName,
      attributes,
      groups: [],
      connectivity: undefined,
    }
    this.#things.set(name, thing)
    this.#sorted = null
    return { thingName: name, thingArn: this.thingArn(name), thingId: thing.id }
  }

  #listThings(input: ListThingsRequest): object {
    if (input.usePrefixAttributeValue) throw new NotEmulated('ListThings usePrefixAttributeValue')
    const isWanted = ({ typeName, attributes }: Thing): boolean =>
      (input.thingTypeName === undefined || typeName === input.thingTypeName) &&
      (input.attributeName === undefined || attributes[input.attributeName] === input.attributeValue)
    const { items, nextToken } = pageWhere(this.all(), isWanted, input)
    return {
      things: items.map(({ name, typeName, attributes }) => ({
        thingName: name,
        thingTypeName: typeName,
        thingArn: this.thingArn(name),
        attributes,
        version: 1,
      })),
      nextToken,
    }
  }

  #createGroup(input: CreateThingGroupRequest): object {
    if (input.parentGroupName !== undefined) throw new NotEmulated('CreateThingGroup parentGroupName')
    const name = requireName(input.thingGroupName, 'thingGroupName')
    const description = input.thingGroupProperties?.thingGroupDescription
    const known = this.#groups.get(name)
    if (known !== undefined && known.description !== description) {
      throw new AwsError('ResourceAlreadyExistsException', 409, `Thing group ${name} already exists`, {
        resourceId: name,
        resourceArn: this.groupArn(name),
      })
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
    return { thingGroupName: name, thingGroupArn: this.groupArn(name), thingGroupId: group.id }
  }

  #changeMembership(
    input: AddThingToThingGroupRequest | RemoveThingFromThingGroupRequest,
    change: 'added' | 'removed',
  ): object {
    const group = this.#groupOrThrow(input.thingGroupName ?? input.thingGroupArn?.split('/').at(-1))
    const thing = this.#thingOrThrow(input.thingName ?? input.thingArn?.split('/').at(-1))
    const isMember = group.members.has(thing.name)
    if (isMember === (change === 'added')) return {}
    const { groups, name } = thing
    if (change === 'added') {
      if (groups.length >= MAX_GROUPS_PER_THING) throw invalid(`Thing ${name} is in ${groups.length} groups already`)
      group.members.add(name)
      thing.groups = [...groups, group.name].sort()
    } else {
      group.members.delete(name)
      thing.groups = groups.filter((one) => one !== group.name)
    }
    group.sorted = null
    for (const listener of this.#listeners) listener(group.name, name, change)
    return {}
  }

  #groupRef(name: string): object {
    return { groupName: name, groupArn: this.groupArn(name) }
  }

  #thingOrThrow(name: string | undefined): MutableThing {
    const thing = this.#things.get(name ?? '')
    if (thing === undefined) throw notFound(`Thing ${name} not found`)
    return thing
  }

  #groupOrThrow(name: string | undefined): Group {
    const group = this.#groups.get(name ?? '')
    if (group === undefined) throw notFound(`Thing group ${name} not found`)
    return group
  }
}

function sortedMembers(group: Group): readonly string[] {
  group.sorted ??= [...group.members].sort()
  return group.sorted
}

const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', 400, message)
const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', 404, message)

function requireName(name: string | undefined, member: string): string {
  if (name === undefined || !NAME.test(name)) throw invalid(`${member} "${name}" must match ${NAME.source}`)
  return name
}

function checkAttributes(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE_NAME.test(name)) throw invalid(`attribute name "${name}" must match ${ATTRIBUTE_NAME.source}`)
    if (!ATTRIBUTE_VALUE.test(value)) throw invalid(`attribute ${name}="${value}" must match ${ATTRIBUTE_VALUE.source}`)
  }
  return { ...attributes }
}

const sameThing = (thing: Thing, typeName: string | undefined, attributes: Readonly<Record<string, string>>): boolean =>
  thing.typeName === typeName &&
  Object.keys(attributes).length === Object.keys(thing.attributes).length &&
  Object.entries(attributes).every(([name, value]) => thing.attributes[name] === value)
