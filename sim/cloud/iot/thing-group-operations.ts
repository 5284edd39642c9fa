import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import type { ThingGroup } from './group-tree.ts'
import type { IotState } from './iot-state.ts'
import { newAttributes, updatedAttributes } from './thing-attributes.ts'
import { requireName } from './thing-names.ts'
import type { ThingRegistry } from './things.ts'

/** Operations on thing groups; dynamic ones are not emulated. [source: registry-operations] */
export const thingGroupOperations = defineOperations<'iot', Pick<IotState, 'things' | 'iotTags'>>()({
  CreateThingGroup: (input, { things, iotTags }) => {
    const name = requireName(input.thingGroupName, 'thingGroupName')
    const { thingGroupDescription, attributePayload } = input.thingGroupProperties ?? {}
    iotTags.check(input.tags)
    const isNew = !things.groupExists(name)
    const { id } = things.groups.create(name, {
      parent: input.parentGroupName,
      description: thingGroupDescription,
      attributes: newAttributes(attributePayload),
    })
    if (isNew) iotTags.set(things.groupArn(name), input.tags)
    return { thingGroupName: name, thingGroupArn: things.groupArn(name), thingGroupId: id }
  },

  DescribeThingGroup: ({ thingGroupName }, { things }) => {
    const group = things.groups.groupOrThrow(requireName(thingGroupName, 'thingGroupName'))
    const { name, id, version, description, attributes } = group
    return {
      thingGroupName: name,
      thingGroupId: id,
      thingGroupArn: things.groupArn(name),
      version,
      thingGroupProperties: { thingGroupDescription: description, attributePayload: { attributes } },
      thingGroupMetadata: metadataOf(group, things),
    }
  },

  UpdateThingGroup: (input, { things }) => {
    const group = things.groups.groupOrThrow(requireName(input.thingGroupName, 'thingGroupName'))
    const { thingGroupDescription = group.description, attributePayload } = input.thingGroupProperties ?? {}
    const attributes = updatedAttributes(group.attributes, attributePayload)
    const changes = { description: thingGroupDescription, attributes }
    return { version: things.groups.update(group.name, changes, input.expectedVersion).version }
  },

  DeleteThingGroup: ({ thingGroupName, expectedVersion }, { things, iotTags }) => {
    const name = requireName(thingGroupName, 'thingGroupName')
    things.deleteGroup(name, expectedVersion)
    iotTags.forget(things.groupArn(name))
    return {}
  },

  ListThingGroups: (input, { things }) => {
    const { namePrefixFilter = '' } = input
    const names = listed(input, things).filter((name) => name.startsWith(namePrefixFilter))
    const { items, nextToken } = page(names, input)
    return { thingGroups: items.map((name) => groupRef(name, things)), nextToken }
  },
})

/**
 * Without a parent all groups, or those at the root if `recursive` is false; otherwise the child groups, those below them
 * only if `recursive` is true. [source: list-groups]
 */
function listed(
  { parentGroup, recursive }: { readonly parentGroup?: string | undefined; readonly recursive?: boolean | undefined },
  { groups }: ThingRegistry,
): readonly string[] {
  if (parentGroup !== undefined) {
    const { name } = groups.groupOrThrow(parentGroup)
    return recursive ? groups.descendantsOf(name) : groups.childrenOf(name)
  }
  const names = groups.names()
  return recursive === false ? names.filter((name) => groups.rootOf(name) === name) : names
}

function metadataOf({ name, parent, createdAtMs }: ThingGroup, things: ThingRegistry) {
  const creationDate = new Date(createdAtMs)
  if (parent === undefined) return { creationDate }
  const rootToParentThingGroups = things.groups.ancestorsOf(name).map((group) => groupRef(group, things))
  return { parentGroupName: parent, rootToParentThingGroups, creationDate }
}

export const groupRef = (name: string, things: ThingRegistry): { groupName: string; groupArn: string } => ({
  groupName: name,
  groupArn: things.groupArn(name),
})
