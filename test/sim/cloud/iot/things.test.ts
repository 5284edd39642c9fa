import { describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const attributePayload = (attributes: object, merge?: boolean): object => ({ attributePayload: { attributes, merge } })
const describeThing = (bench: CloudBench, thingName = 't'): Record<string, unknown> =>
  bench.call('iot', 'DescribeThing', { thingName })
const things = (bench: CloudBench, over: object): string[] =>
  (bench.call('iot', 'ListThings', over).things as { thingName: string }[]).map(({ thingName }) => thingName)
const NOT_FOUND = expect.objectContaining({ name: 'ResourceNotFoundException', statusCode: 404 })
const INVALID = expect.objectContaining({ name: 'InvalidRequestException', statusCode: 400 })
const CONFLICT = expect.objectContaining({ name: 'VersionConflictException', statusCode: 409 })

it('creates a thing twice with the same attributes, but not with others', () => {
  const bench = new CloudBench()
  const input = { thingName: 't', attributePayload: { attributes: { a: '1' } } }
  expect(bench.call('iot', 'CreateThing', input)).toEqual(bench.call('iot', 'CreateThing', input))
  expect(() => bench.call('iot', 'CreateThing', { thingName: 't' })).toThrow(
    expect.objectContaining({ name: 'ResourceAlreadyExistsException', statusCode: 409 }),
  )
})

it.each([
  [{ thingName: 'has space' }, "1 validation error detected: Value 'has space' at 'thingName' failed to satisfy"],
  [{ thingName: 'x'.repeat(129) }, 'less than or equal to 128'],
  [{}, "Value null at 'thingName'"],
  [{ thingName: 't', attributePayload: { attributes: { a: 'has space' } } }, 'attribute a'],
  [{ thingName: 't', attributePayload: { attributes: {}, merge: true } }, 'merge'],
  [{ thingName: 't', billingGroupName: 'b' }, 'not emulated'],
])('refuses %j', (input, message) => {
  expect(() => new CloudBench().call('iot', 'CreateThing', input)).toThrow(message)
})

it('are not listed by an attribute that they lack, though every object has a member of its name', () => {
  const bench = new CloudBench()
  bench.call('iot', 'CreateThing', { thingName: 't' })
  bench.call('iot', 'CreateThing', { thingName: 'u', ...attributePayload({ constructor: 'x1' }) })
  const filter = { attributeName: 'constructor' }
  expect(things(bench, filter)).toEqual(['u'])
  expect(things(bench, { ...filter, attributeValue: 'x', usePrefixAttributeValue: true })).toEqual(['u'])
})

describe('UpdateThing', () => {
  const open = (): CloudBench => {
    const bench = new CloudBench()
    bench.call('iot', 'CreateThing', { thingName: 't', ...attributePayload({ a: '1', b: '2' }) })
    return bench
  }
  const update = (bench: CloudBench, input: object): object =>
    bench.call('iot', 'UpdateThing', { thingName: 't', ...input })

  it.each([
    [attributePayload({ c: '3' }), { c: '3' }],
    [attributePayload({ c: '3' }, true), { a: '1', b: '2', c: '3' }],
    [attributePayload({ a: '' }, true), { b: '2' }],
    [attributePayload({ a: '9', b: '' }), { a: '9' }],
    [{}, { a: '1', b: '2' }],
  ])('%j', (input, attributes) => {
    const bench = open()
    update(bench, input)
    expect(describeThing(bench)).toMatchObject({ attributes, version: 2 })
    expect(bench.call('iot', 'ListThings').things).toMatchObject([{ version: 2, attributes }])
  })

  it('wants the version that the caller expects', () => {
    const bench = open()
    update(bench, { expectedVersion: 1 })
    expect(() => update(bench, { expectedVersion: 1 })).toThrow(CONFLICT)
    expect(() => bench.call('iot', 'DeleteThing', { thingName: 't', expectedVersion: 1 })).toThrow(CONFLICT)
    expect(describeThing(bench).version).toBe(2)
  })

  it('sets and removes a type that exists', () => {
    const bench = open()
    expect(() => update(bench, { thingTypeName: 'gauge' })).toThrow(NOT_FOUND)
    bench.call('iot', 'CreateThingType', { thingTypeName: 'gauge' })
    update(bench, { thingTypeName: 'gauge' })
    expect(describeThing(bench).thingTypeName).toBe('gauge')
    expect(() => update(bench, { thingTypeName: 'gauge', removeThingType: true })).toThrow(INVALID)
    update(bench, { removeThingType: true })
    expect(describeThing(bench).thingTypeName).toBeUndefined()
  })

  it('refuses too many attributes and a thing that does not exist', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`a${i}`, 'x']))
    expect(() => update(open(), attributePayload(many))).toThrow(INVALID)
    expect(() => update(new CloudBench(), {})).toThrow(NOT_FOUND)
  })
})

it('knows thing types', () => {
  const bench = new CloudBench()
  expect(() => bench.call('iot', 'CreateThing', { thingName: 't', thingTypeName: 'gauge' })).toThrow(NOT_FOUND)
  const thingTypeProperties = { thingTypeDescription: 'a gauge', searchableAttributes: ['line'] }
  const made = bench.call('iot', 'CreateThingType', { thingTypeName: 'gauge', thingTypeProperties })
  expect(bench.call('iot', 'CreateThingType', { thingTypeName: 'gauge', thingTypeProperties })).toEqual(made)
  expect(() => bench.call('iot', 'CreateThingType', { thingTypeName: 'gauge' })).toThrow('already exists')
  bench.call('iot', 'CreateThing', { thingName: 't', thingTypeName: 'gauge' })
  expect(bench.call('iot', 'DescribeThingType', { thingTypeName: 'gauge' })).toMatchObject({
    ...made,
    thingTypeProperties,
  })
  expect(bench.call('iot', 'ListThingTypes', { thingTypeName: 'other' }).thingTypes).toEqual([])
  expect(bench.call('iot', 'ListThingTypes').thingTypes).toMatchObject([{ thingTypeName: 'gauge' }])
  expect(things(bench, { thingTypeName: 'gauge' })).toEqual(['t'])
  const mqtt5Configuration = { propagatingAttributes: [] }
  const input = { thingTypeName: 'x', thingTypeProperties: { mqtt5Configuration } }
  expect(() => bench.call('iot', 'CreateThingType', input)).toThrow('not emulated')
})

it('lists things by an attribute or its beginning', () => {
  const bench = new CloudBench().withCanaries(12)
  expect(things(bench, { attributeName: 'line', attributeValue: '1' })).toEqual(['thing-1'])
  const prefix = { attributeName: 'line', attributeValue: '1', usePrefixAttributeValue: true }
  expect(things(bench, prefix)).toEqual(['thing-1', 'thing-10', 'thing-11'])
  expect(things(bench, { attributeName: 'other' })).toEqual([])
  expect(() => things(bench, { attributeValue: '1' })).toThrow(INVALID)
})

describe('DeleteThing', () => {
  it('succeeds also for one that does not exist', () => {
    const bench = new CloudBench().withCanaries(1)
    expect(bench.call('iot', 'DeleteThing', { thingName: 'thing-0' })).toEqual({})
    expect(bench.call('iot', 'DeleteThing', { thingName: 'thing-0' })).toEqual({})
    expect(() => describeThing(bench, 'thing-0')).toThrow(NOT_FOUND)
    expect(things(bench, {})).toEqual([])
    expect(bench.call('iot', 'ListThingsInThingGroup', { thingGroupName: 'canary' }).things).toEqual([])
  })

  it('keeps its shadows, and removes its open executions of every job', () => {
    const bench = new CloudBench().withCanaries(2)
    const job = (jobId: string, target: string, targetSelection: string): object =>
      bench.call('iot', 'CreateJob', {
        jobId,
        targets: [`arn:aws:iot:${REGION}:${ACCOUNT_ID}:${target}`],
        document: '{}',
        targetSelection,
      })
    job('one', 'thing/thing-0', 'SNAPSHOT')
    job('all', 'thinggroup/canary', 'CONTINUOUS')
    bench.send('thing-0', 'shadow/name/health/update', { state: { reported: { a: 1 } } })
    bench.call('iot', 'DeleteThing', { thingName: 'thing-0' })
    const statusOf = (jobId: string): unknown =>
      bench.call('iot', 'DescribeJobExecution', { jobId, thingName: 'thing-0' }).execution
    expect([statusOf('one'), statusOf('all')]).toMatchObject([{ status: 'REMOVED' }, { status: 'REMOVED' }])
    expect(bench.call('iot', 'DescribeJob', { jobId: 'one' }).job).toMatchObject({ status: 'COMPLETED' })
    bench.send('thing-0', 'shadow/name/health/update', { state: { reported: { a: 2 } } })
    expect(bench.cloud.shadows.document('thing-0', 'health')).toMatchObject({ reported: { a: 2 }, version: 2 })
  })

  it('makes room for a new thing of the name', () => {
    const bench = new CloudBench().withCanaries(1)
    bench.call('iot', 'DeleteThing', { thingName: 'thing-0' })
    bench.call('iot', 'CreateThing', { thingName: 'thing-0' })
    expect(describeThing(bench, 'thing-0')).toMatchObject({ version: 1, attributes: {} })
    expect(bench.call('iot', 'ListThingGroupsForThing', { thingName: 'thing-0' }).thingGroups).toEqual([])
  })
})

it('lists members sorted, and pages', () => {
  const bench = new CloudBench().withCanaries(3)
  const first = bench.call('iot', 'ListThingsInThingGroup', { thingGroupName: 'canary', maxResults: 2 })
  expect(first.things).toEqual(['thing-0', 'thing-1'])
  const { things } = bench.call('iot', 'ListThingsInThingGroup', {
    thingGroupName: 'canary',
    nextToken: first.nextToken,
  })
  expect(things).toEqual(['thing-2'])
  expect(() => bench.call('iot', 'ListThingsInThingGroup', { thingGroupName: 'nope' })).toThrow('not found')
})
