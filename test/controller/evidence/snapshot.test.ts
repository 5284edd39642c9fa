import { expect, it } from 'vitest'
import { lastHeardMs, thingsOf, toSnapshot } from '../../../controller/evidence/snapshot.ts'
import { MINUTE_MS, START_MS, sample } from '../fixtures.ts'

it('holds the devices that could be read, in the order in which they were', () => {
  const [one, two] = [sample({ line: 1 }), sample({ line: 2 })]
  const readings = [
    { thing: 'line-2-0', sample: two },
    { thing: 'silent', sample: null },
    { thing: 'line-1-0', sample: one },
  ]
  const snapshot = toSnapshot(readings, START_MS)
  expect(snapshot).toEqual({ atMs: START_MS, devices: { 'line-2-0': two, 'line-1-0': one } })
  expect(thingsOf(snapshot)).toEqual(['line-2-0', 'line-1-0'])
})

it('knows no device that was never named, though every object has a member of that name', () => {
  expect(toSnapshot([], START_MS).devices.constructor).toBeUndefined()
})

it('lists its devices when it was read from a store as well', () => {
  expect(thingsOf({ atMs: START_MS, devices: { a: sample(), b: sample() } })).toEqual(['a', 'b'])
  expect(thingsOf({ atMs: START_MS, devices: {} })).toEqual([])
})

it('dates a device by the evaluation itself, or by when it last reported something new', () => {
  const at = { atMs: START_MS, devices: { a: sample(), b: sample() } }
  expect(lastHeardMs(at, 'a')).toBe(START_MS)
  const withSilence = { ...at, heardAtMs: { a: START_MS - 5 * MINUTE_MS } }
  expect([lastHeardMs(withSilence, 'a'), lastHeardMs(withSilence, 'b')]).toEqual([START_MS - 5 * MINUTE_MS, START_MS])
})
