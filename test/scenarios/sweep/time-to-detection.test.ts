import { expect, it } from 'vitest'
import { detectionTimes, growth } from './detection-times.ts'

const ONE = { seeds: [1], onset: '1h' }

it('detects what makes cycles longer the sooner the larger it is, up to machines that stand', async () => {
  const times = await detectionTimes('cycle time', [1.2, 2, 10, 1e3, 1e6], ONE)
  // A cycle that takes ten times as long has not ended when the first evaluation finds one that takes twice as long: what
  // is not made tells it by then.
  expect(growth(times)).toBe(0)
  expect(Math.max(...times.flat())).toBeLessThan(30)
})

it('detects errors the sooner the more there are', async () => {
  expect(growth(await detectionTimes('errors', [2, 20, 1e6], ONE))).toBe(0)
})

it('detects failing connections the sooner the more fail, up to all of them', async () => {
  expect(growth(await detectionTimes('connections', [4, 25, 100], ONE))).toBe(0)
})

it('detects a leak the sooner the faster it is, up to one that kills at once', async () => {
  expect(growth(await detectionTimes('memory', [20, 1e3, 1e6], ONE))).toBe(0)
})
