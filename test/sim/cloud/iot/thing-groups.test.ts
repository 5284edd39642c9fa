import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

/** site > hall > canary, and site > yard. */
let bench: CloudBench

const NOT_FOUND = expect.objectContaining({ name: 'ResourceNotFoundException', statusCode: 404 })
const INVALID = expect.objectContaining({ name: 'InvalidRequestException', statusCode: 400 })
const CONFLICT = expect.objectContaining({ name: 'VersionConflictException', statusCode: 409 })

const create = (thingGroupName: string, parentGroupName?: string, over: object = {}): Record<string, unknown> =>
  bench.call('iot', 'CreateThingGroup', { thingGroupName, parentGroupName, ...over })
const add = (thingName: string, thingGroupName: string): object =>
  bench.call('iot', 'AddThingToThingGroup', { thingName, thingGroupName })
const remove = (thingName: string, thingGroupName: string): object =>
  bench.call('iot', 'RemoveThingFromThingGroup', { thingName, thingGroupName })
const listed = (over: object = {}): string[] =>
  (bench.call('iot', 'ListThingGroups', over).thingGroups as { groupName: string }[]).map(({ groupName }) => groupName)
const groupsOf = (thingName: string): string[] =>
  (bench.call('iot', 'ListThingGroupsForThing', { thingName }).thingGroups as { groupName: string }[]).map(
    ({ groupName }) => groupName,
  )
const arn = (resource: string): string => `arn:aws:iot:${REGION}:${ACCOUNT_ID}:${resource}`
const describeGroup = (thingGroupName: string): Record<string, unknown> =>
  bench.call('iot', 'DescribeThingGroup', { thingGroupName })

beforeEach(() => {
  bench = new CloudBench()
  create('site')
  create('hall', 'site')
  create('yard', 'site')
  create('canary', 'hall')
  for (const thingName of ['a', 'b']) bench.call('iot', 'CreateThing', { thingName })
})

describe('a hierarchy', () => {
  it('is described from the root down', () => {
    const ref = (groupName: string): object => ({ groupName, groupArn: arn(`thinggroup/${groupName}`) })
    expect(describeGroup('canary').thingGroupMetadata).toEqual({
      parentGroupName: 'hall',
      rootToParentThingGroups: [ref('site'), ref('hall')],
      creationDate: new Date(bench.clock.nowMs()),
    })
    expect(describeGroup('site').thingGroupMetadata).toEqual({ creationDate: new Date(bench.clock.nowMs()) })
  })

  it.each([
    [{}, ['canary', 'hall', 'site', 'yard']],
    [{ recursive: true }, ['canary', 'hall', 'site', 'yard']],
    [{ recursive: false }, ['site']],
    [{ parentGroup: 'site' }, ['hall', 'yard']],
    [{ parentGroup: 'site', recursive: true }, ['canary', 'hall', 'yard']],
    [{ parentGroup: 'site', recursive: true, namePrefixFilter: 'ca' }, ['canary']],
    [{ parentGroup: 'canary', recursive: true }, []],
  ])('ListThingGroups %j', (input, expected) => {
    expect(listed(input)).toEqual(expected)
  })

  it('has its things in the groups above as well', () => {
    add('a', 'canary')
    add('b', 'hall')
    const members = (thingGroupName: string, recursive?: boolean): unknown =>
      bench.call('iot', 'ListThingsInThingGroup', { thingGroupName, recursive }).things
    expect([members('site'), members('hall'), members('canary')]).toEqual([[], ['b'], ['a']])
    expect([members('site', true), members('hall', true)]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(groupsOf('a')).toEqual(['canary', 'hall', 'site'])
    expect(bench.call('iot', 'SearchIndex', { queryString: 'thingGroupNames:hall' }).things).toMatchObject([
      { thingName: 'b', thingGroupNames: ['hall'] },
    ])
  })

  it('has a thing only once', () => {
    add('a', 'canary')
    expect(() => add('a', 'yard')).toThrow('of the same hierarchy')
    create('other')
    add('a', 'other')
    expect(groupsOf('a')).toEqual(['canary', 'hall', 'other', 'site'])
  })

  it('has parents that exist, 7 levels, and 100 children of a group', () => {
    expect(() => create('x', 'nowhere')).toThrow(NOT_FOUND)
    for (let level = 4; level <= 7; level++) create(`level-${level}`, level === 4 ? 'canary' : `level-${level - 1}`)
    expect(() => create('level-8', 'level-7')).toThrow('7 levels')
    for (let i = 0; i < 100; i++) create(`child-${i}`, 'yard')
    expect(() => create('child-100', 'yard')).toThrow('100 child groups')
  })

  it('reaches the things below with a job, also those that join later', () => {
    add('a', 'canary')
    bench.call('iot', 'CreateJob', {
      jobId: 'j',
      targets: [arn('thinggroup/site')],
      document: '{}',
      targetSelection: 'CONTINUOUS',
    })
    add('b', 'yard')
    const statuses = (): unknown =>
      (
        bench.call('iot', 'ListJobExecutionsForJob', { jobId: 'j' }).executionSummaries as {
          thingArn: string
          jobExecutionSummary: { status: string }
        }[]
      ).map(({ thingArn, jobExecutionSummary }) => [thingArn, jobExecutionSummary.status])
    expect(statuses()).toEqual([
      [arn('thing/a'), 'QUEUED'],
      [arn('thing/b'), 'QUEUED'],
    ])
    remove('b', 'yard')
    expect(statuses()).toMatchObject([{}, [arn('thing/b'), 'REMOVED']])
  })

  it('reaches the things below with a deployment', () => {
    add('a', 'canary')
    const deployments = [{ targetArn: arn('thinggroup/hall'), deploymentName: 'before', components: {} }]
    bench.cloud.greengrass.installHistory({ components: [{ name: 'App', version: '1.0.0' }], deployments })
    bench.runFor(1000)
    const components = { App: { componentVersion: '1.0.0' } }
    bench.call('greengrass', 'CreateDeployment', { targetArn: arn('thinggroup/site'), components })
    const { effectiveDeployments } = bench.call('greengrass', 'ListEffectiveDeployments', { coreDeviceThingName: 'a' })
    expect(effectiveDeployments).toMatchObject([
      { targetArn: arn('thinggroup/site'), coreDeviceExecutionStatus: 'QUEUED' },
      { targetArn: arn('thinggroup/hall'), coreDeviceExecutionStatus: 'SUCCEEDED' },
    ])
  })

  it('tells devices the groups above, so that they keep those deployments', () => {
    add('a', 'canary')
    expect(bench.cloud.greengrass.dataPlane.thingGroupsForCoreDevice('a')).toEqual(['canary', 'hall', 'site'])
  })

  it('is deleted from below', () => {
    expect(() => bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'hall' })).toThrow('child groups')
    add('a', 'canary')
    bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'canary' })
    bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'canary' })
    expect(groupsOf('a')).toEqual([])
    bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'hall' })
    expect(listed()).toEqual(['site', 'yard'])
    expect(() => describeGroup('hall')).toThrow(NOT_FOUND)
  })
})

it('keeps description and attributes, and counts versions', () => {
  const thingGroupProperties = { thingGroupDescription: 'd', attributePayload: { attributes: { a: '1' } } }
  create('g', undefined, { thingGroupProperties })
  expect(describeGroup('g')).toMatchObject({ version: 1, thingGroupProperties })
  expect(create('g', undefined, { thingGroupProperties }).thingGroupName).toBe('g')
  expect(() => create('g')).toThrow('already exists')
  expect(() => create('g', 'site', { thingGroupProperties })).toThrow('already exists')
  const update = (attributePayload: object, expectedVersion?: number): object =>
    bench.call('iot', 'UpdateThingGroup', {
      thingGroupName: 'g',
      thingGroupProperties: { attributePayload },
      expectedVersion,
    })
  expect(update({ attributes: { b: '2' }, merge: true }, 1)).toEqual({ version: 2 })
  expect(() => update({ attributes: {} }, 1)).toThrow(CONFLICT)
  expect(describeGroup('g')).toMatchObject({
    version: 2,
    thingGroupProperties: { thingGroupDescription: 'd', attributePayload: { attributes: { a: '1', b: '2' } } },
  })
  expect(() => bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'g', expectedVersion: 1 })).toThrow(CONFLICT)
})

describe('UpdateThingGroupsForThing', () => {
  const update = (thingGroupsToAdd: string[], thingGroupsToRemove: string[]): object =>
    bench.call('iot', 'UpdateThingGroupsForThing', { thingName: 'a', thingGroupsToAdd, thingGroupsToRemove })

  it('moves a thing within a hierarchy', () => {
    update(['canary'], [])
    update(['yard'], ['canary'])
    expect(groupsOf('a')).toEqual(['site', 'yard'])
  })

  it('changes nothing if a group does not exist', () => {
    update(['canary'], [])
    expect(() => update(['nowhere'], ['canary'])).toThrow(NOT_FOUND)
    expect(groupsOf('a')).toEqual(['canary', 'hall', 'site'])
  })
})

describe('the ARN of a thing or a group', () => {
  const byArn = (thingArn: string, thingGroupArn: string, over: object = {}): object =>
    bench.call('iot', 'AddThingToThingGroup', { thingArn, thingGroupArn, ...over })

  it('names one of this account', () => {
    byArn(arn('thing/a'), arn('thinggroup/yard'), { thingName: 'a', overrideDynamicGroups: true })
    expect(groupsOf('a')).toEqual(['site', 'yard'])
  })

  it.each([
    ['aws-cn', REGION, ACCOUNT_ID],
    ['aws', 'us-east-1', ACCOUNT_ID],
    ['aws', REGION, '999999999999'],
  ])('of %s %s %s names none of ours', (partition, region, account) => {
    const foreign = `arn:${partition}:iot:${region}:${account}:thinggroup/yard`
    expect(() => byArn(arn('thing/a'), foreign)).toThrow(NOT_FOUND)
    expect(() => bench.call('iot', 'TagResource', { resourceArn: foreign, tags: [] })).toThrow(NOT_FOUND)
    expect(groupsOf('a')).toEqual([])
  })

  it.each([['yard'], [arn('thing/a')], [`arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:thinggroup/yard`], ['']])(
    '%j is refused for a group',
    (text) => {
      expect(() => byArn(arn('thing/a'), text)).toThrow(INVALID)
    },
  )

  it('must agree with the name, and one of both must be there', () => {
    expect(() => byArn(arn('thing/a'), arn('thinggroup/yard'), { thingName: 'b' })).toThrow(INVALID)
    expect(() => bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'yard' })).toThrow(INVALID)
  })
})

describe('tags', () => {
  const tagsOf = (resource: string): unknown =>
    bench.call('iot', 'ListTagsForResource', { resourceArn: arn(resource) }).tags
  const tag = (resource: string, tags: object[]): object =>
    bench.call('iot', 'TagResource', { resourceArn: arn(resource), tags })

  it('of a group are set when it is made, changed and removed', () => {
    create('g', undefined, { tags: [{ Key: 'plant', Value: 'north' }] })
    tag('thinggroup/g', [{ Key: 'owner', Value: 'me' }, { Key: 'plant' }])
    expect(tagsOf('thinggroup/g')).toEqual([
      { Key: 'plant', Value: '' },
      { Key: 'owner', Value: 'me' },
    ])
    bench.call('iot', 'UntagResource', { resourceArn: arn('thinggroup/g'), tagKeys: ['plant', 'other'] })
    expect(tagsOf('thinggroup/g')).toEqual([{ Key: 'owner', Value: 'me' }])
    bench.call('iot', 'DeleteThingGroup', { thingGroupName: 'g' })
    create('g')
    expect(tagsOf('thinggroup/g')).toEqual([])
  })

  it('are those of types and jobs as well, but not of things', () => {
    bench.call('iot', 'CreateThingType', { thingTypeName: 't', tags: [{ Key: 'a', Value: '1' }] })
    expect(tagsOf('thingtype/t')).toEqual([{ Key: 'a', Value: '1' }])
    bench.call('iot', 'CreateJob', { jobId: 'j', targets: [arn('thing/a')], document: '{}' })
    tag('job/j', [{ Key: 'b', Value: '2' }])
    expect(tagsOf('job/j')).toEqual([{ Key: 'b', Value: '2' }])
    bench.call('iot', 'DeleteJob', { jobId: 'j', force: true })
    bench.call('iot', 'CreateJob', { jobId: 'j', targets: [arn('thing/a')], document: '{}' })
    expect(tagsOf('job/j')).toEqual([])
    expect(() => tagsOf('thing/a')).toThrow(INVALID)
    expect(() => tagsOf('job/none')).toThrow(NOT_FOUND)
    expect(() => tagsOf('constructor/x')).toThrow(INVALID)
  })

  it('have limits', () => {
    expect(() => create('g', undefined, { tags: [{ Key: 'aws:x', Value: '' }] })).toThrow(INVALID)
    expect(listed()).not.toContain('g')
    const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
    expect(() => tag('thinggroup/site', many)).toThrow(expect.objectContaining({ name: 'LimitExceededException' }))
    expect(tagsOf('thinggroup/site')).toEqual([])
  })
})
