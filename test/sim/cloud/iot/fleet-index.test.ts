import { beforeEach, describe, expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

const REPORTED = { firmwareVersion: '2.4.0', counters: { errors: 3 }, samples: [1, 2], place: 'New York' }

let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(5)
  bench.send('thing-1', 'shadow/name/health/update', {
    state: { reported: REPORTED },
  })
  bench.cloud.things.setConnectivity('thing-1', true)
})

const search = (queryString: string, over: object = {}): Record<string, unknown> =>
  bench.call('iot', 'SearchIndex', { queryString, ...over })
const names = (query: string): string[] =>
  (search(query).things as { thingName: string }[]).map(({ thingName }) => thingName)

const EVERY = ['thing-0', 'thing-1', 'thing-2', 'thing-3', 'thing-4']
const others = (...without: string[]): string[] => EVERY.filter((name) => !without.includes(name))

describe('queries', () => {
  it.each([
    ['*', EVERY],
    ['thingName:*', EVERY],
    ['thingName:thing-3', ['thing-3']],
    ['thingName:THING-3', ['thing-3']],
    ['thingName:thing-*', EVERY],
    ['thingName:thing-?', EVERY],
    ['thingName:thing-??', []],
    ['thingName:t*-3', ['thing-3']],
    ['thingName:*-3', ['thing-3']],
    ['thingName:"thing-3"', ['thing-3']],
    ['thing-3', ['thing-3']],
    ['"new york"', ['thing-1']],
    ['york', ['thing-1']],
    ['thingGroupNames:canary AND NOT attributes.line:0', others('thing-0')],
    ['thingGroupNames:canary -attributes.line:0', others('thing-0')],
    ['NOT thingName:(thing-0 OR thing-1)', others('thing-0', 'thing-1')],
    ['thingName:(thing-* AND -thing-2)', others('thing-2')],
    ['+thingName:thing-2 +thingGroupNames:canary', ['thing-2']],
    ['attributes.line:2 OR attributes.line:"4"', ['thing-2', 'thing-4']],
    ['attributes.line:[1 TO 3]', ['thing-1', 'thing-2', 'thing-3']],
    ['attributes.line:{1 TO 3]', ['thing-2', 'thing-3']],
    ['attributes.line:{1 TO 3}', ['thing-2']],
    ['attributes.line:[3 TO *]', ['thing-3', 'thing-4']],
    ['attributes.line:["1" TO "2"]', ['thing-1', 'thing-2']],
    ['attributes.line < 2', ['thing-0', 'thing-1']],
    ['attributes.line>=4', ['thing-4']],
    ['attributes.line > -1 attributes.line:[-1 TO -0]', ['thing-0']],
    ['thingGroupNames:canary (attributes.line:1 OR attributes.line:2)', ['thing-1', 'thing-2']],
    ['connectivity.connected:true', ['thing-1']],
    ['connectivity.connected:false', others('thing-1')],
    ['connectivity.timestamp : [1 TO *]', ['thing-1']],
    ['shadow.name.health.reported.firmwareVersion:2.4.0', ['thing-1']],
    ['shadow.name.health.reported.counters.errors:3', ['thing-1']],
    ['shadow.name.health.reported.counters.errors:{3 TO 9]', []],
    ['shadow.name.health.reported.counters:*', ['thing-1']],
    ['shadow.name.health.reported.samples:2', ['thing-1']],
    ['shadow.name.health.hasDelta:false', ['thing-1']],
    ['NOT shadow.name.health.reported.counters:*', others('thing-1')],
    ['attributes.toString:*', []],
    ['thingGroupNames:early', []],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected)
  })

  it.each([
    ['wireless.x:1', 'field "wireless.x"'],
    ['shadow.name.other.reported.x:1', 'indexed shadows: health'],
    ['shadow.reported.x:1', 'field "shadow.reported.x"'],
  ])('%s is refused by name', (query, message) => {
    expect(() => search(query)).toThrow(message)
  })
})

it('answers a query of another index or version as AWS does', () => {
  expect(() => search('*', { indexName: 'AWS_ThingGroups' })).toThrow('does not exist')
  expect(() => search('*', { queryVersion: '2000-01-01' })).toThrow('queryVersion')
  expect(() => search('')).toThrow('queryString')
})

it('shows a thing that never connected as not connected, with nothing else', () => {
  expect(search('thingName:thing-0').things).toMatchObject([{ connectivity: { connected: false } }])
})

it('keeps a query between pages and answers it from the present', () => {
  expect(names('attributes.line:9')).toEqual([])
  bench.call('iot', 'UpdateThing', { thingName: 'thing-2', attributePayload: { attributes: { line: '9' } } })
  expect(names('attributes.line:9')).toEqual(['thing-2'])
  for (let i = 0; i < 100; i++) expect(names(`attributes.line:${i} thingName:thing-2`).length).toBe(i === 9 ? 1 : 0)
})

it('returns documents with the shadow as text, groups, attributes and connectivity', () => {
  const [thing] = search('thingName:thing-1').things as { shadow: string }[]
  expect(thing).toMatchObject({
    thingGroupNames: ['canary'],
    attributes: { line: '1' },
    connectivity: { connected: true },
  })
  expect(JSON.parse(thing?.shadow as string)).toEqual({
    name: { health: { reported: REPORTED, hasDelta: false, version: 1 } },
  })
})

it('pages, and refuses a token that was never given out', () => {
  const first = search('thingName:thing-*', { maxResults: 3 })
  expect((first.things as object[]).length).toBe(3)
  const second = search('thingName:thing-*', { maxResults: 3, nextToken: first.nextToken })
  expect((second.things as object[]).length).toBe(2)
  expect(second.nextToken).toBeUndefined()
  expect(() => search('thingName:thing-*', { nextToken: 'made-up' })).toThrow('nextToken')
})

it('gives pages of up to 500', () => {
  expect(() => search('*', { maxResults: 501 })).toThrow('maxResults')
  expect((search('*', { maxResults: 500 }).things as object[]).length).toBe(5)
})

it('says how it is configured', () => {
  expect(bench.call('iot', 'ListIndices')).toEqual({ indexNames: ['AWS_Things'] })
  expect(bench.call('iot', 'DescribeIndex', { indexName: 'AWS_Things' })).toMatchObject({ indexStatus: 'ACTIVE' })
  expect(() => bench.call('iot', 'DescribeIndex', { indexName: 'AWS_ThingGroups' })).toThrow('does not exist')
  const { thingIndexingConfiguration } = bench.call('iot', 'GetIndexingConfiguration')
  expect(thingIndexingConfiguration).toMatchObject({
    thingConnectivityIndexingMode: 'STATUS',
    filter: { namedShadowNames: ['health'] },
    managedFields: expect.arrayContaining([{ name: 'shadow.name.health.hasDelta', type: 'Boolean' }]),
  })
})
