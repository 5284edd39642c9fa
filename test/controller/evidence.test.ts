import { expect, it } from 'vitest'
import { exposureMs, installedCount, NO_EVIDENCE, observe } from '../../controller/evidence.ts'
import { baselineOf, HOUR_MS, MINUTE_MS, Plant, policyWith, START_MS, watchFor, watchOf } from './fixtures.ts'

const policy = policyWith()
const newPlant = (): Plant => new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 4 })

it('counts a device as installed at its second healthy report on the new version, not before', () => {
  const counts: number[] = []
  watchFor(newPlant(), 0.5, policy, (evidence) => counts.push(installedCount(evidence)))
  expect(counts.slice(0, 3)).toEqual([0, 4, 4])
})

it('counts exposure from then on', () => {
  const exposures: number[] = []
  watchFor(newPlant(), 1, policy, (evidence) => exposures.push(exposureMs(evidence) / MINUTE_MS))
  expect(exposures.slice(0, 4)).toEqual([0, 0, 4 * 5, 4 * 10])
})

it('keeps looks of the rolling window only, so that its size is bounded', () => {
  let looks = 0
  watchFor(newPlant(), 5, policy, (evidence) => {
    looks = evidence.looks.length
  })
  expect(looks).toBe(policy.evidence.rollingMs / policy.tickMs)
})

it('adds nothing when the same snapshot is seen twice', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const first = plant.at(START_MS)
  const second = plant.at(START_MS + 5 * MINUTE_MS)
  const once = observe(NO_EVIDENCE, watch, first, second, baseline, policy)
  const twice = observe(once, watch, second, second, baseline, policy)
  expect(twice.total).toEqual(once.total)
  expect(twice.members).toEqual(once.members)
})

it('sees a crash even if the look that would have counted it was lost', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const a = plant.at(START_MS)
  const b = plant.at(START_MS + 5 * MINUTE_MS)
  const seen = observe(NO_EVIDENCE, watch, a, b, baseline, policy)
  plant.crash('line-2-0')
  const lost = plant.at(START_MS + 10 * MINUTE_MS)
  const d = plant.at(START_MS + 15 * MINUTE_MS)
  const after = observe(seen, watch, lost, d, baseline, policy)
  expect(after.members['line-2-0']?.crashes).toBe(1)
})

it('notices a device that went back to the old version by itself', () => {
  const plant = newPlant()
  let fallen: boolean | undefined
  watchFor(plant, 1, policy, (evidence, nowMs) => {
    if (nowMs === START_MS + HOUR_MS / 2) plant.versions.set('line-3-0', '2.3.1')
    fallen = evidence.members['line-3-0']?.hasFallenBack
  })
  expect(fallen).toBe(true)
})
