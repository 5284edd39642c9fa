import type { NormalizedSchema } from '@smithy/core/schema'
import { expect, it } from 'vitest'
import { endpointOperations } from '../../../../sim/cloud/iot/endpoint-operations.ts'
import { fleetIndexOperations } from '../../../../sim/cloud/iot/fleet-index-operations.ts'
import { iotTagOperations } from '../../../../sim/cloud/iot/iot-tag-operations.ts'
import { membershipOperations } from '../../../../sim/cloud/iot/membership-operations.ts'
import { statisticsOperations } from '../../../../sim/cloud/iot/statistics-operations.ts'
import { thingGroupOperations } from '../../../../sim/cloud/iot/thing-group-operations.ts'
import { thingOperations } from '../../../../sim/cloud/iot/thing-operations.ts'
import { thingTypeOperations } from '../../../../sim/cloud/iot/thing-type-operations.ts'
import { loadServiceModel } from '../../../../sim/protocol/service-model.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'
import { membersOf, noting } from '../input-members.ts'

const resourceArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const query = { queryString: '*', aggregationField: 'registry.version' }
const properties = { thingGroupDescription: 'd', attributePayload: { attributes: { a: '1' }, merge: false } }
const thing = { thingName: 'thing-0' }

/** An input of every operation with which it reads all it can. */
const INPUTS: Readonly<Record<string, object>> = {
  CreateThing: { thingName: 'new', attributePayload: { attributes: {} } },
  DescribeThing: thing,
  UpdateThing: { ...thing, attributePayload: { attributes: {} } },
  DeleteThing: thing,
  ListThings: { attributeName: 'line', attributeValue: '0' },
  CreateThingType: { thingTypeName: 'gauge', thingTypeProperties: {} },
  DescribeThingType: { thingTypeName: 'known' },
  ListThingTypes: {},
  CreateThingGroup: { thingGroupName: 'g', thingGroupProperties: properties },
  DescribeThingGroup: { thingGroupName: 'canary' },
  UpdateThingGroup: { thingGroupName: 'canary', thingGroupProperties: properties },
  DeleteThingGroup: { thingGroupName: 'canary' },
  ListThingGroups: {},
  ListThingGroupsForThing: thing,
  ListThingsInThingGroup: { thingGroupName: 'canary' },
  AddThingToThingGroup: { ...thing, thingGroupName: 'canary' },
  RemoveThingFromThingGroup: { ...thing, thingGroupName: 'canary' },
  UpdateThingGroupsForThing: thing,
  TagResource: { resourceArn },
  UntagResource: { resourceArn },
  ListTagsForResource: { resourceArn },
  DescribeEndpoint: {},
  SearchIndex: query,
  DescribeIndex: { indexName: 'AWS_Things' },
  ListIndices: {},
  GetIndexingConfiguration: {},
  GetStatistics: query,
  GetCardinality: query,
  GetPercentiles: query,
  GetBucketsAggregation: { ...query, bucketsAggregationType: { termsAggregation: {} } },
}

/** Members without an effect, whatever their value: there are no dynamic groups. */
const WITHOUT_EFFECT = ['overrideDynamicGroups']

const FAMILIES = {
  ...thingOperations,
  ...thingTypeOperations,
  ...thingGroupOperations,
  ...membershipOperations,
  ...iotTagOperations,
  ...endpointOperations,
  ...fleetIndexOperations,
  ...statisticsOperations,
}

it.each(Object.keys(FAMILIES))('%s ignores no member of its input', async (operation) => {
  const { operations } = await loadServiceModel('iot')
  const bench = new CloudBench().withCanaries(1)
  bench.call('iot', 'CreateThingType', { thingTypeName: 'known' })
  const read = new Set<string>()
  bench.call('iot', operation, noting(INPUTS[operation] as object, read))
  const members = membersOf(operations.get(operation)?.input as NormalizedSchema)
  expect(members.filter((member) => !read.has(member) && !WITHOUT_EFFECT.includes(member))).toEqual([])
})
