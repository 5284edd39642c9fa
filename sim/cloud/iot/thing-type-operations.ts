import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import type { IotState } from './iot-state.ts'
import { requireName } from './thing-names.ts'
import type { ThingType, ThingTypes } from './thing-types.ts'

/** Operations on thing types: as much as `CreateThing` with a type needs. [source: thing-types] */
export const thingTypeOperations = defineOperations<'iot', Pick<IotState, 'thingTypes' | 'iotTags'>>()({
  CreateThingType: (input, { thingTypes, iotTags }) => {
    const { thingTypeDescription, searchableAttributes = [], mqtt5Configuration } = input.thingTypeProperties ?? {}
    if (mqtt5Configuration !== undefined) throw new NotEmulated('CreateThingType mqtt5Configuration')
    const name = requireName(input.thingTypeName, 'thingTypeName')
    iotTags.check(input.tags)
    const isNew = !thingTypes.has(name)
    const { id } = thingTypes.create(name, { description: thingTypeDescription, searchableAttributes })
    const thingTypeArn = thingTypes.arnOf(name)
    if (isNew) iotTags.set(thingTypeArn, input.tags)
    return { thingTypeName: name, thingTypeArn, thingTypeId: id }
  },

  DescribeThingType: ({ thingTypeName }, { thingTypes }) => {
    const type = thingTypes.typeOrThrow(requireName(thingTypeName, 'thingTypeName'))
    return { ...summary(type, thingTypes), thingTypeId: type.id }
  },

  ListThingTypes: (input, { thingTypes }) => {
    const { thingTypeName } = input
    const wanted = thingTypes.all().filter(({ name }) => thingTypeName === undefined || name === thingTypeName)
    const { items, nextToken } = page(wanted, input)
    return { thingTypes: items.map((type) => summary(type, thingTypes)), nextToken }
  },
})

function summary({ name, description, searchableAttributes, createdAtMs }: ThingType, types: ThingTypes) {
  return {
    thingTypeName: name,
    thingTypeArn: types.arnOf(name),
    thingTypeProperties: { thingTypeDescription: description, searchableAttributes },
    thingTypeMetadata: { deprecated: false, creationDate: new Date(createdAtMs) },
  }
}
