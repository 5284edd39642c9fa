import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { nameFrom } from './iot-arns.ts'
import type { IotState } from './iot-state.ts'
import { groupRef } from './thing-group-operations.ts'
import { requireName } from './thing-names.ts'
import type { MembershipChange } from './things.ts'

/**
 * Which things are in which groups. `overrideDynamicGroups` says which groups a thing leaves when it is in too many; there
 * are no dynamic groups here, so that it never has an effect. [source: registry-operations]
 */
export const membershipOperations = defineOperations<'iot', Pick<IotState, 'account' | 'things'>>()({
  ListThingGroupsForThing: (input, { things }) => {
    const { name } = things.thingOrThrow(requireName(input.thingName, 'thingName'))
    const { items, nextToken } = page(things.groupsOf(name), input)
    return { thingGroups: items.map((group) => groupRef(group, things)), nextToken }
  },

  ListThingsInThingGroup: (input, { things }) => {
    const { name } = things.groups.groupOrThrow(requireName(input.thingGroupName, 'thingGroupName'))
    const members = input.recursive ? things.groups.membersUnder(name) : things.groups.membersOf(name)
    const { items, nextToken } = page(members, input)
    return { things: items, nextToken }
  },

  AddThingToThingGroup: (input, state) => {
    change(input, 'added', state)
    return {}
  },

  RemoveThingFromThingGroup: (input, state) => {
    change(input, 'removed', state)
    return {}
  },

  UpdateThingGroupsForThing: (input, { things }) => {
    const { name } = things.thingOrThrow(requireName(input.thingName, 'thingName'))
    const { thingGroupsToAdd = [], thingGroupsToRemove = [] } = input
    for (const group of [...thingGroupsToAdd, ...thingGroupsToRemove]) things.groups.groupOrThrow(group)
    // It leaves first: a thing can be in only one group of a hierarchy.
    for (const group of thingGroupsToRemove) things.changeMembership(group, name, 'removed')
    for (const group of thingGroupsToAdd) things.changeMembership(group, name, 'added')
    return {}
  },
})

interface NamedMembership {
  readonly thingName?: string | undefined
  readonly thingArn?: string | undefined
  readonly thingGroupName?: string | undefined
  readonly thingGroupArn?: string | undefined
}

function change(
  input: NamedMembership,
  what: MembershipChange,
  { account, things }: Pick<IotState, 'account' | 'things'>,
): void {
  const group = nameFrom(account, 'thinggroup', { name: input.thingGroupName, arn: input.thingGroupArn })
  const thing = nameFrom(account, 'thing', { name: input.thingName, arn: input.thingArn })
  things.changeMembership(group, thing, what)
}
