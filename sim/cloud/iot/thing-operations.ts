import { NotEmulated } from '../base/aws-error.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import { pageWhere } from '../base/paging.ts'
import { requireName } from './thing-names.ts'
import type { Thing, ThingRegistry } from './things.ts'

const ATTRIBUTE_NAME = /^[a-zA-Z0-9_.,@/:#-]{1,128}$/
const ATTRIBUTE_VALUE = /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/
const ENDPOINT_TYPES = ['iot:Data', 'iot:Data-ATS', 'iot:Jobs', 'iot:CredentialProvider']

/** Operations on things. [source: registry-operations] */
export const thingOperations = defineOperations<'iot', { readonly things: ThingRegistry }>()({
  CreateThing: (input, { things }) => {
    if (input.billingGroupName !== undefined) throw new NotEmulated('CreateThing billingGroupName')
    const name = requireName(input.thingName, 'thingName')
    const attributes = checkAttributes(input.attributePayload?.attributes ?? {})
    const { id } = things.create(name, input.thingTypeName, attributes)
    return { thingName: name, thingArn: things.thingArn(name), thingId: id }
  },

  DescribeThing: ({ thingName }, { things }) => {
    const { name, id, typeName, attributes } = things.thingOrThrow(thingName)
    return {
      defaultClientId: name,
      thingName: name,
      thingId: id,
      thingArn: things.thingArn(name),
      thingTypeName: typeName,
      attributes,
      version: 1,
    }
  },

  ListThings: (input, { things }) => {
    if (input.usePrefixAttributeValue) throw new NotEmulated('ListThings usePrefixAttributeValue')
    const isWanted = ({ typeName, attributes }: Thing): boolean =>
      (input.thingTypeName === undefined || typeName === input.thingTypeName) &&
      (input.attributeName === undefined || attributes[input.attributeName] === input.attributeValue)
    const { items, nextToken } = pageWhere(things.all(), isWanted, input)
    return {
      things: items.map(({ name, typeName, attributes }) => ({
        thingName: name,
        thingTypeName: typeName,
        thingArn: things.thingArn(name),
        attributes,
        version: 1,
      })),
      nextToken,
    }
  },

  DescribeEndpoint: ({ endpointType }) => {
    if (endpointType !== undefined && !ENDPOINT_TYPES.includes(endpointType)) {
      throw invalidRequest(`Endpoint type ${endpointType} is not valid`)
    }
    return { endpointAddress: '127.0.0.1' }
  },
})

function checkAttributes(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE_NAME.test(name)) {
      throw invalidRequest(`attribute name "${name}" must match ${ATTRIBUTE_NAME.source}`)
    }
    if (!ATTRIBUTE_VALUE.test(value)) {
      throw invalidRequest(`attribute ${name}="${value}" must match ${ATTRIBUTE_VALUE.source}`)
    }
  }
  return { ...attributes }
}
