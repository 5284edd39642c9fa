import { NotEmulated } from '../base/aws-error.ts'
import { invalidRequest, notFound } from '../base/iot-errors.ts'
import { defineOperations, type InputOf } from '../base/operations.ts'
import { pageWhere } from '../base/paging.ts'
import type { IotState } from './iot-state.ts'
import { newAttributes, updatedAttributes } from './thing-attributes.ts'
import { requireName } from './thing-names.ts'
import type { ThingTypes } from './thing-types.ts'
import type { Thing, ThingChanges } from './things.ts'

/** Operations on things. [source: registry-operations] */
export const thingOperations = defineOperations<'iot', Pick<IotState, 'things' | 'thingTypes'>>()({
  CreateThing: (input, { things, thingTypes }) => {
    if (input.billingGroupName !== undefined) throw new NotEmulated('CreateThing billingGroupName')
    const name = requireName(input.thingName, 'thingName')
    const attributes = newAttributes(input.attributePayload)
    requireType(thingTypes, input.thingTypeName)
    const { id } = things.create(name, input.thingTypeName, attributes)
    return { thingName: name, thingArn: things.thingArn(name), thingId: id }
  },

  DescribeThing: ({ thingName }, { things }) => {
    const { name, id, typeName, attributes, version } = things.thingOrThrow(requireName(thingName, 'thingName'))
    return {
      defaultClientId: name,
      thingName: name,
      thingId: id,
      thingArn: things.thingArn(name),
      thingTypeName: typeName,
      attributes,
      version,
    }
  },

  UpdateThing: (input, { things, thingTypes }) => {
    const thing = things.thingOrThrow(requireName(input.thingName, 'thingName'))
    requireType(thingTypes, input.thingTypeName)
    things.update(thing.name, changesOf(thing, input), input.expectedVersion)
    return {}
  },

  DeleteThing: ({ thingName, expectedVersion }, { things }) => {
    things.delete(requireName(thingName, 'thingName'), expectedVersion)
    return {}
  },

  ListThings: (input, { things }) => {
    const { items, nextToken } = pageWhere(things.all(), filterOf(input), input)
    return {
      things: items.map(({ name, typeName, attributes, version }) => ({
        thingName: name,
        thingTypeName: typeName,
        thingArn: things.thingArn(name),
        attributes,
        version,
      })),
      nextToken,
    }
  },
})

/** A thing can only have a type that exists. @throws AwsError ResourceNotFoundException */
function requireType(types: ThingTypes, name: string | undefined): void {
  if (name !== undefined && !types.has(name)) throw notFound(`Thing type ${name} not found`)
}

function changesOf(thing: Thing, input: InputOf<'iot', 'UpdateThing'>): ThingChanges {
  const { thingTypeName, removeThingType = false, attributePayload } = input
  if (removeThingType && thingTypeName !== undefined) {
    throw invalidRequest('thingTypeName and removeThingType exclude each other')
  }
  return {
    typeName: removeThingType ? undefined : (thingTypeName ?? thing.typeName),
    attributes: updatedAttributes(thing.attributes, attributePayload),
  }
}

function filterOf(input: InputOf<'iot', 'ListThings'>): (thing: Thing) => boolean {
  const { thingTypeName, attributeName, attributeValue = '', usePrefixAttributeValue = false } = input
  if (attributeName === undefined && (input.attributeValue !== undefined || usePrefixAttributeValue)) {
    throw invalidRequest('attributeValue and usePrefixAttributeValue need an attributeName')
  }
  return ({ typeName, attributes }) => {
    if (thingTypeName !== undefined && typeName !== thingTypeName) return false
    if (attributeName === undefined) return true
    const value = Object.hasOwn(attributes, attributeName) ? attributes[attributeName] : undefined
    if (value === undefined || input.attributeValue === undefined) return value !== undefined
    return usePrefixAttributeValue ? value.startsWith(attributeValue) : value === attributeValue
  }
}
