import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { requireName } from './thing-names.ts'
import type { ThingRegistry } from './things.ts'

/** Operations on thing groups and their members. [source: registry-operations] */
export const thingGroupOperations = defineOperations<'iot', { readonly things: ThingRegistry }>()({
  CreateThingGroup: (input, { things }) => {
    if (input.parentGroupName !== undefined) throw new NotEmulated('CreateThingGroup parentGroupName')
    const name = requireName(input.thingGroupName, 'thingGroupName')
    const { id } = things.createGroup(name, input.thingGroupProperties?.thingGroupDescription)
    return { thingGroupName: name, thingGroupArn: things.groupArn(name), thingGroupId: id }
  },

  DescribeThingGroup: ({ thingGroupName }, { things }) => {
    const { name, id, description, createdAtMs } = things.groupOrThrow(thingGroupName)
    return {
      thingGroupName: name,
      thingGroupId: id,
      thingGroupArn: things.groupArn(name),
      version: 1,
      thingGroupProperties: { thingGroupDescription: description },
      thingGroupMetadata: { creationDate: new Date(createdAtMs) },
    }
  },

  ListThingGroups: (input, { things }) => {
    if (input.parentGroup !== undefined) throw new NotEmulated('ListThingGroups with parentGroup')
    const names = things.groupNames().filter((name) => name.startsWith(input.namePrefixFilter ?? ''))
    const { items, nextToken } = page(names, input)
    return { thingGroups: items.map((name) => groupRef(name, things)), nextToken }
  },

  ListThingGroupsForThing: (input, { things }) => {
    const { groups } = things.thingOrThrow(input.thingName)
    const { items, nextToken } = page(groups, input)
    return { thingGroups: items.map((name) => groupRef(name, things)), nextToken }
  },

  ListThingsInThingGroup: (input, { things }) => {
    const { name } = things.groupOrThrow(input.thingGroupName)
    const { items, nextToken } = page(things.membersOf(name), input)
    return { things: items, nextToken }
  },

  AddThingToThingGroup: (input, { things }) => {
    things.changeMembership(groupNameOf(input), thingNameOf(input), 'added')
    return {}
  },

  RemoveThingFromThingGroup: (input, { things }) => {
    things.changeMembership(groupNameOf(input), thingNameOf(input), 'removed')
    return {}
  },
})

interface NamedMembership {
  readonly thingName?: string | undefined
  readonly thingArn?: string | undefined
  readonly thingGroupName?: string | undefined
  readonly thingGroupArn?: string | undefined
}

const groupNameOf = ({ thingGroupName, thingGroupArn }: NamedMembership): string | undefined =>
  thingGroupName ?? thingGroupArn?.split('/').at(-1)

const thingNameOf = ({ thingName, thingArn }: NamedMembership): string | undefined =>
  thingName ?? thingArn?.split('/').at(-1)

const groupRef = (name: string, things: ThingRegistry): { groupName: string; groupArn: string } => ({
  groupName: name,
  groupArn: things.groupArn(name),
})
