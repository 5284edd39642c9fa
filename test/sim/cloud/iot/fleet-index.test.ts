import { beforeEach, describe, expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(5)
  bench.send('thing-1', 'shadow/name/health/update', {
    state: { reported: { firmwareVersion: '2.4.0', counters: { errors: 3 } } },
  })
  bench.cloud.things.setConnectivity('thing-1', true)
})

const search = (queryString: string, over: object = {}): Record<string, unknown> =>
  bench.call('iot', 'SearchIndex', { queryString, ...over })
const names = (query: string): string[] =>
  (search(query).things as { thingName: string }[]).map(({ thingName }) => thingName)

describe('queries', () => {
  it.each([
    ['thingName:thing-3', ['thing-3']],
    ['thingName:thing-*', ['thing-0', 'thing-1', 'thing-2', 'thing-3', 'thing-4']],
    ['thingGroupNames:canary AND NOT attributes.line:0', ['thing-1', 'thing-2', 'thing-3', 'thing-4']],
    ['attributes.line:2 OR attributes.line:"4"', ['thing-2', 'thing-4']],
    ['thingGroupNames:canary (attributes.line:1 OR attributes.line:2)', ['thing-1', 'thing-2']],
    ['connectivity.connected:true', ['thing-1']],
    ['shadow.name.health.reported.firmwareVersion:2.4.0', ['thing-1']],
    ['shadow.name.health.reported.counters.errors:3', ['thing-1']],
    ['thingGroupNames:early', []],
  ])('%s', (query, expected) => {
    expect(names(query)).toEqual(expected)
  })

  it.each([
    ['attributes.line:[1 TO 3]', 'is not emulated'],
    ['anything', 'free text'],
    ['wireless.x:1', 'field "wireless.x"'],
    ['shadow.name.other.reported.x:1', 'indexed shadows: health'],
    ['(thingName:a', 'parenthesis'],
    ['thingName:a AND', 'ends too early'],
  ])('%s is refused by name', (query, message) => {
    expect(() => search(query)).toThrow(message)
  })
})

it('returns documents with the shadow as text, groups, attributes and connectivity', () => {
  const [thing] = search('thingName:thing-1').things as { shadow: string }[]
  expect(thing).toMatchObject({
    thingGroupNames: ['canary'],
    attributes: { line: '1' },
    connectivity: { connected: true },
  })
  expect(JSON.parse(thing?.shadow as string)).toEqual({
    name: { health: { reported: { firmwareVersion: '2.4.0', counters: { errors: 3 } }, hasDelta: false, version: 1 } },
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
