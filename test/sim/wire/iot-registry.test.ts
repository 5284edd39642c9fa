import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  CreateThingTypeCommand,
  DeleteThingCommand,
  DeleteThingGroupCommand,
  DescribeEndpointCommand,
  DescribeIndexCommand,
  DescribeThingCommand,
  DescribeThingGroupCommand,
  DescribeThingTypeCommand,
  GetBucketsAggregationCommand,
  GetCardinalityCommand,
  GetIndexingConfigurationCommand,
  GetPercentilesCommand,
  GetStatisticsCommand,
  InvalidAggregationException,
  InvalidQueryException,
  IoTClient,
  ListIndicesCommand,
  ListTagsForResourceCommand,
  ListThingGroupsCommand,
  ListThingGroupsForThingCommand,
  ListThingsInThingGroupCommand,
  ListThingTypesCommand,
  ResourceNotFoundException,
  SearchIndexCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateThingCommand,
  UpdateThingGroupCommand,
  UpdateThingGroupsForThingCommand,
  VersionConflictException,
} from '@aws-sdk/client-iot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { type AwsEndpoint, startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../cloud/fixtures.ts'

/** The registry and the fleet index by the SDK's client over HTTP. */

let endpoint: AwsEndpoint
let iot: IoTClient
const bugs: unknown[] = []

beforeAll(async () => {
  const bench = new CloudBench()
  endpoint = await startAwsEndpoint({
    port: 0,
    services: bench.cloud.services,
    controller: null,
    outside: new OutsideClients(bench.clock, bench.trace),
    onCall: () => undefined,
    onBug: (error) => bugs.push(error),
  })
  bench.cloud.dataEndpoint.announce(endpoint.url)
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' }
  iot = new IoTClient({ endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 })
})
afterAll(async () => {
  iot.destroy()
  await endpoint.close()
})

const groupArn = (name: string): string => `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/${name}`

it('things and their types', async () => {
  await iot.send(new CreateThingTypeCommand({ thingTypeName: 'gauge', tags: [{ Key: 'a', Value: '1' }] }))
  expect(await iot.send(new DescribeThingTypeCommand({ thingTypeName: 'gauge' }))).toMatchObject({
    thingTypeMetadata: { deprecated: false, creationDate: expect.any(Date) },
  })
  expect((await iot.send(new ListThingTypesCommand({}))).thingTypes).toHaveLength(1)
  const attributePayload = { attributes: { line: '7', place: 'hall' } }
  await iot.send(new CreateThingCommand({ thingName: 't', thingTypeName: 'gauge', attributePayload }))
  const change = { attributes: { line: '8', place: '' }, merge: true }
  await iot.send(new UpdateThingCommand({ thingName: 't', expectedVersion: 1, attributePayload: change }))
  const refused = new UpdateThingCommand({ thingName: 't', expectedVersion: 1 })
  await expect(iot.send(refused)).rejects.toBeInstanceOf(VersionConflictException)
  expect(await iot.send(new DescribeThingCommand({ thingName: 't' }))).toMatchObject({
    version: 2,
    attributes: { line: '8' },
    thingTypeName: 'gauge',
  })
})

it('groups, their hierarchy and their tags', async () => {
  const tags = [{ Key: 'owner', Value: 'me' }]
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'site', tags }))
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'hall', parentGroupName: 'site' }))
  await iot.send(new AddThingToThingGroupCommand({ thingName: 't', thingGroupArn: groupArn('hall') }))
  const foreign = groupArn('hall').replace(ACCOUNT_ID, '999999999999')
  const refused = new AddThingToThingGroupCommand({ thingName: 't', thingGroupArn: foreign })
  await expect(iot.send(refused)).rejects.toBeInstanceOf(ResourceNotFoundException)
  expect((await iot.send(new DescribeThingGroupCommand({ thingGroupName: 'hall' }))).thingGroupMetadata).toEqual({
    parentGroupName: 'site',
    rootToParentThingGroups: [{ groupName: 'site', groupArn: groupArn('site') }],
    creationDate: expect.any(Date),
  })
  const list = new ListThingGroupsCommand({ parentGroup: 'site', recursive: true })
  expect((await iot.send(list)).thingGroups).toEqual([{ groupName: 'hall', groupArn: groupArn('hall') }])
  expect((await iot.send(new ListThingGroupsForThingCommand({ thingName: 't' }))).thingGroups).toHaveLength(2)
  const members = new ListThingsInThingGroupCommand({ thingGroupName: 'site', recursive: true })
  expect((await iot.send(members)).things).toEqual(['t'])
  const thingGroupProperties = { thingGroupDescription: 'all' }
  const update = new UpdateThingGroupCommand({ thingGroupName: 'site', thingGroupProperties })
  expect((await iot.send(update)).version).toBe(2)
  await iot.send(new TagResourceCommand({ resourceArn: groupArn('site'), tags: [{ Key: 'b', Value: '2' }] }))
  await iot.send(new UntagResourceCommand({ resourceArn: groupArn('site'), tagKeys: ['owner'] }))
  const tagged = await iot.send(new ListTagsForResourceCommand({ resourceArn: groupArn('site') }))
  expect(tagged.tags).toEqual([{ Key: 'b', Value: '2' }])
})

it('the index and its statistics', async () => {
  const query = { queryString: 'attributes.line:[5 TO 9] AND thingGroupNames:HALL' }
  expect((await iot.send(new SearchIndexCommand({ ...query, maxResults: 500 }))).things).toMatchObject([
    { thingName: 't', connectivity: { connected: false } },
  ])
  const malformed = new SearchIndexCommand({ queryString: 'thingName:(a' })
  await expect(iot.send(malformed)).rejects.toBeInstanceOf(InvalidQueryException)
  const line = { ...query, aggregationField: 'attributes.line' }
  expect((await iot.send(new GetStatisticsCommand(line))).statistics).toMatchObject({ count: 1, average: 8 })
  expect((await iot.send(new GetCardinalityCommand(line))).cardinality).toBe(1)
  const percentiles = await iot.send(new GetPercentilesCommand({ ...line, percents: [50] }))
  expect(percentiles.percentiles).toEqual([{ percent: 50, value: 8 }])
  const ofText = new GetPercentilesCommand({ queryString: '*', aggregationField: 'thingName' })
  await expect(iot.send(ofText)).rejects.toBeInstanceOf(InvalidAggregationException)
  const bucketsAggregationType = { termsAggregation: { maxBuckets: 3 } }
  expect(await iot.send(new GetBucketsAggregationCommand({ ...line, bucketsAggregationType }))).toMatchObject({
    totalCount: 1,
    buckets: [{ keyValue: '8', count: 1 }],
  })
  expect((await iot.send(new ListIndicesCommand({}))).indexNames).toEqual(['AWS_Things'])
  expect((await iot.send(new DescribeIndexCommand({ indexName: 'AWS_Things' }))).indexStatus).toBe('ACTIVE')
  const { thingIndexingConfiguration } = await iot.send(new GetIndexingConfigurationCommand({}))
  expect(thingIndexingConfiguration?.filter?.namedShadowNames).toEqual(['health'])
})

it('where to connect', async () => {
  const address = async (endpointType?: string): Promise<string | undefined> =>
    (await iot.send(new DescribeEndpointCommand({ endpointType }))).endpointAddress
  const host = new URL(endpoint.url).host
  expect([await address(), await address('iot:Data-ATS'), await address('iot:Jobs')]).toEqual([host, host, host])
  await expect(address('iot:CredentialProvider')).rejects.toMatchObject({ name: 'NotEmulated' })
  await expect(address('iot:Other')).rejects.toMatchObject({ name: 'InvalidRequestException' })
})

it('what is deleted', async () => {
  const move = { thingName: 't', thingGroupsToRemove: ['hall'], thingGroupsToAdd: ['site'] }
  await iot.send(new UpdateThingGroupsForThingCommand(move))
  await expect(iot.send(new DeleteThingGroupCommand({ thingGroupName: 'site' }))).rejects.toThrow('child groups')
  for (const thingGroupName of ['hall', 'hall', 'site']) await iot.send(new DeleteThingGroupCommand({ thingGroupName }))
  for (const thingName of ['t', 't']) await iot.send(new DeleteThingCommand({ thingName }))
  const gone = new DescribeThingCommand({ thingName: 't' })
  await expect(iot.send(gone)).rejects.toBeInstanceOf(ResourceNotFoundException)
  expect(bugs).toEqual([])
})
