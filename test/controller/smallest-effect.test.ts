import { expect, it } from 'vitest'
import { mixtureLogRatio } from '../../controller/sequential.ts'
import { smallestEffects, smallestMean, smallestRateRatio } from '../../controller/smallest-effect.ts'
import { reading } from './decisions.ts'
import { baselineOf, Plant, policyWith, START_MS } from './fixtures.ts'

const HOUR_MS = 3_600_000

// [detection D2: 2 errors a device-hour over 24 h, one fixed test of 1 % with 90 % power]
it.each([
  ['canary', 17, 1.13],
  ['early', 68, 1.064],
  ['production', 255, 1.033],
])('gives the rate ratio that was computed for %s', (_, devices, ratio) => {
  expect(smallestRateRatio(devices * 48, 3.608)).toBeCloseTo(ratio, 3)
})

it('gives the mean at which the mixture likelihood ratio stands at its boundary', () => {
  const mean = smallestMean(0.0004, 0.095, 11)
  expect(mixtureLogRatio(mean, 0.0004, 0.095)).toBeCloseTo(11, 9)
})

const policy = policyWith()
const plant = new Plant(START_MS - 8 * 24 * HOUR_MS)
const stages = {
  baseline: baselineOf(plant, policy),
  members: { canary: plant.canaries, early: plant.things.slice(17, 34), production: plant.things.slice(34) },
  held: [] as readonly string[],
  lineOf: plant.lineOf,
  readings: plant.things.map((thing) => reading(thing)),
}
const found = (windowHours: number) => smallestEffects(stages, policyWith({ windowMs: windowHours * HOUR_MS }))
const of = (windowHours: number, metric: string) => found(windowHours).find((finding) => finding.metric === metric)

it('sees less in a shorter window, as far as counts are concerned', () => {
  const [day, hours] = [of(24, 'errorRateIncreasePct'), of(4, 'errorRateIncreasePct')]
  expect(day?.observed).toBeGreaterThan(13) // more than one fixed test with an endless baseline could see
  expect(day?.observed).toBeLessThan(40)
  expect(hours?.observed).toBeGreaterThan((day?.observed as number) * 1.8)
})

it('says what no crash in the window shows', () => {
  expect(of(24, 'crashesPerDeviceDay')?.observed).toBeCloseTo(0.176, 3) // [detection D2, survival statement]
  expect(of(4, 'crashesPerDeviceDay')?.observed).toBeCloseTo(1.06, 2)
})

it('tells of every stage, in healthy findings with numbers in them', () => {
  const findings = found(24)
  expect(findings.length).toBe(18)
  for (const { outcome, rule, reason } of findings) {
    expect([rule, outcome]).toEqual(['smallest-effect', 'healthy'])
    expect(reason).toMatch(/^(canary|early|production).*\d/)
  }
})

it('never promises less than the limit that is asked for', () => {
  for (const { metric, observed, limit } of found(240)) {
    if (metric === 'cycleTimeIncreasePct' || metric === 'connectionFailurePct') {
      expect(observed).toBeGreaterThanOrEqual(limit)
    }
  }
})

it('measures production against the devices that are held back: one of a line is a rough yardstick', () => {
  const seen = (held: readonly string[]): number =>
    smallestEffects({ ...stages, held }, policy).find(
      ({ metric, reason }) =>
        metric === 'cycleTimeIncreasePct' && reason?.startsWith('production') && reason.includes('on one line'),
    )?.observed as number
  expect(seen(plant.things.slice(17, 34))).toBeGreaterThan(seen([]))
})

it('says so where a stage has reported no memory', () => {
  const leaks = smallestEffects({ ...stages, readings: [reading(plant.canaries[0] as string)] }, policy)
    .filter(({ metric }) => metric === 'memoryMiBPerHour')
    .map(({ reason }) => reason)
  expect(leaks).toEqual([
    'canary goes back for a leak of 5.0 MiB/h, used up in 72 h',
    'early has reported no memory',
    'production has reported no memory',
  ])
})
