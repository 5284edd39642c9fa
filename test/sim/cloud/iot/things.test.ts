import { expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

it('creates a thing twice with the same attributes, but not with others', () => {
  const bench = new CloudBench()
  const input = { thingName: 't', attributePayload: { attributes: { a: '1' } } }
  expect(bench.call('iot', 'CreateThing', input)).toEqual(bench.call('iot', 'CreateThing', input))
  expect(() => bench.call('iot', 'CreateThing', { thingName: 't' })).toThrow(
    expect.objectContaining({ name: 'ResourceAlreadyExistsException', statusCode: 409 }),
  )
})

it.each([
  [{ thingName: 'has space' }, 'thingName'],
  [{ thingName: 't', attributePayload: { attributes: { a: 'has space' } } }, 'attribute a'],
  [{ thingName: 't', billingGroupName: 'b' }, 'not emulated'],
])('refuses %j', (input, message) => {
  expect(() => new CloudBench().call('iot', 'CreateThing', input)).toThrow(message)
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
