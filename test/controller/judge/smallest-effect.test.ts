import { describe, expect, it } from 'vitest'
import { STAGES } from '../../../controller/contract.ts'
import type { StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import {
  type Stages,
  smallestEffects,
  smallestMean,
  smallestRateRatio,
} from '../../../controller/judge/smallest-effect.ts'
import type { FindingReason } from '../../../controller/messages/findings.ts'
import { mixtureLogRatio } from '../../../controller/statistics/sequential.ts'
import { baselineOf, HOUR_MS, Plant, policyWith, START_MS, sample } from '../fixtures.ts'
import { reading } from '../rollout/decisions.ts'
import { oneCase } from './one-case.ts'

// At 2 errors per device-hour over 24 h, for one fixed test of 1 % with 90 % power. [source: smallest-rate-ratio]
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

it('is more in a shorter window, as far as counts are concerned', () => {
  const [day, hours] = [of(24, 'errorRateIncreasePct'), of(4, 'errorRateIncreasePct')]
  expect(day?.observed).toBeGreaterThan(13) // more than one fixed test with an endless baseline could see
  expect(day?.observed).toBeLessThan(40)
  expect(hours?.observed).toBeGreaterThan((day?.observed as number) * 1.8)
})

it('is the crash rate that a window without a crash rules out', () => {
  expect(of(24, 'crashesPerDeviceDay')?.observed).toBeCloseTo(0.176, 3) // [source: rule-of-three]
  expect(of(4, 'crashesPerDeviceDay')?.observed).toBeCloseTo(1.06, 2)
})

it('is found for every stage, as healthy findings', () => {
  const findings = found(24)
  expect(findings.length).toBe(21)
  for (const { outcome, rule } of findings) expect([rule, outcome]).toEqual(['smallest-effect', 'healthy'])
  const stagesOf = findings.map(({ reason }) => 'stage' in reason.data && reason.data.stage)
  expect(new Set(stagesOf)).toEqual(new Set(STAGES))
})

it('is never less than the limit', () => {
  for (const { metric, observed, limit } of found(240)) {
    if (metric === 'cycleTimeIncreasePct' || metric === 'connectionFailurePct') {
      expect(observed).toBeGreaterThanOrEqual(limit)
    }
  }
})

it('measures production against the holdback: one device per line is a rough control', () => {
  const seen = (held: readonly string[]): number =>
    smallestEffects({ ...stages, held }, policy).find(
      ({ reason: { code, data } }) =>
        code === 'SMALLEST_CYCLE_TIME_INCREASE' && data.stage === 'production' && data.isOneLine,
    )?.observed as number
  expect(seen(plant.things.slice(17, 34))).toBeGreaterThan(seen([]))
})

describe('of a fleet that is calculated by hand', () => {
  const { baseline, watch } = oneCase()
  const things = Object.keys(baseline.devices)
  const station = (thing: string): number => Number(thing.split('-')[2])
  const readingWith = (thing: string, freeMiB: number) => ({
    ...reading(thing),
    sample: sample({ gauges: { ...sample().gauges, memoryMiB: 512 - freeMiB } }),
  })
  const fleet: Stages = {
    baseline,
    members: {
      canary: things.filter((thing) => station(thing) === 0),
      early: things.filter((thing) => station(thing) > 0 && station(thing) < 5),
      production: things.filter((thing) => station(thing) >= 5),
    },
    held: [],
    lineOf: watch.lineOf,
    readings: things.map((thing) => readingWith(thing, 362)),
  }
  /** The same with another week before it. */
  const after = (stratum: Partial<StratumSums>, over: Partial<Stages['baseline']> = {}): Stages => ({
    ...fleet,
    baseline: { ...oneCase({ stratum }).baseline, ...over },
  })
  const reasons = (stages: Stages, stage: string, hours = 24): readonly FindingReason[] =>
    smallestEffects(stages, policyWith({ windowMs: hours * HOUR_MS }))
      .map(({ reason }) => reason)
      .filter(({ data }) => 'stage' in data && data.stage === stage)

  // Calculated by hand: ln(5 / 3.27 % / 1 %) for cycle times, the MaxSPRT's 11.73 for counts, power 90 %; 2 errors a
  // device-hour.
  it.each([
    ['canary', 24, 28.96, 816, 3.21, 14.74, 0.176],
    ['early', 4, 29.44, 544, 3.07, 10, 0.264],
  ])(
    'is what a window of %s can detect in %d h',
    (stage, hours, errors, expectedErrors, failedPct, ofOneLine, crashes) => {
      const windowMs = hours * HOUR_MS
      expect(reasons(fleet, stage, hours)).toEqual([
        {
          code: 'SMALLEST_ERROR_INCREASE',
          data: { stage, increasePct: expect.closeTo(errors, 1), expectedErrors, windowMs },
        },
        { code: 'SMALLEST_FAILED_SHARE', data: { stage, failedPct: 2, isOneLine: false, windowMs } },
        {
          code: 'SMALLEST_FAILED_SHARE',
          data: { stage, failedPct: expect.closeTo(failedPct, 2), isOneLine: true, windowMs },
        },
        {
          code: 'SMALLEST_CYCLE_TIME_INCREASE',
          data: { stage, increasePct: expect.closeTo(10, 1), isOneLine: false, windowMs },
        },
        {
          code: 'SMALLEST_CYCLE_TIME_INCREASE',
          data: { stage, increasePct: expect.closeTo(ofOneLine, 1), isOneLine: true, windowMs },
        },
        { code: 'SMALLEST_LEAK', data: { stage, slopeMiBPerHour: expect.closeTo(5.03, 2), withinHours: 72 } },
        { code: 'SMALLEST_CRASH_RATE', data: { stage, crashesPerDeviceDay: expect.closeTo(crashes, 3), windowMs } },
      ])
    },
  )

  it('is more where the week has shown more failures, or counts that vary more than by chance', () => {
    const [dispersed, failing] = [{ dispersion: { connection: 4, errors: 4 } }, { connectionFailures: 48 }]
    const ofCanary = (stages: Stages, index: number, hours = 24) => reasons(stages, 'canary', hours)[index]?.data
    expect(ofCanary(after({}, dispersed), 0)).toMatchObject({
      increasePct: expect.closeTo(61.6, 1),
      expectedErrors: 816,
    })
    expect(ofCanary(after(failing), 1)).toMatchObject({ failedPct: expect.closeTo(2.76, 2) })
    expect(ofCanary(after(failing, dispersed), 1)).toMatchObject({ failedPct: expect.closeTo(3.65, 2) })
    expect(ofCanary(after(failing, dispersed), 1, 4)).toMatchObject({ failedPct: expect.closeTo(5.86, 2) })
  })

  it.each([
    ['nothing was counted', { errors: 0, connectionFailures: 0 }],
    ['no device was observed', { countedMinutes: 0 }],
  ])('is any error where %s in the week before', (_, stratum) => {
    const [errors, connection] = smallestEffects(after(stratum), policyWith())
    expect(errors).toMatchObject({ observed: null, reason: { data: { stage: 'canary', increasePct: null } } })
    expect(connection).toMatchObject({
      metric: 'connectionFailurePct',
      observed: 2,
      reason: { data: { failedPct: 2 } },
    })
  })

  it('is more of the cycle time the more a device differs from day to day, and the fewer controls it has', () => {
    const onLines = (stages: Stages, stage: string) =>
      reasons(stages, stage)
        .slice(3, 5)
        .map(({ data }) => 'increasePct' in data && data.increasePct)
    const about = (...values: number[]) => values.map((value) => expect.closeTo(value, 1))
    const noisy = after({}, { cycleTimeSpread: 0.1 })
    const held = things.filter((thing) => station(thing) === 19)
    const members = { ...fleet.members, production: fleet.members.production.filter((thing) => !held.includes(thing)) }
    expect(onLines(noisy, 'canary')).toEqual(about(16.48, 144.39))
    expect(onLines(noisy, 'early')).toEqual(about(10, 49.78))
    expect(onLines(noisy, 'production')).toEqual(about(16.03, 136.62))
    expect(onLines({ ...noisy, members, held }, 'production')).toEqual(about(16.65, 147.22))
  })

  it('measures a leak by the device of the stage in the middle that has reported', () => {
    const [canary, other] = [fleet.members.canary, fleet.members.early[0] as string]
    const readings = [
      ...[300, 100, 362].map((freeMiB, i) => readingWith(canary[i] as string, freeMiB)),
      ...[3, 4].map((i) => ({ ...reading(canary[i] as string), sample: null })),
      readingWith(other, 10),
    ]
    const [leak, early, production] = smallestEffects({ ...fleet, readings }, policyWith()).filter(
      ({ metric }) => metric === 'memoryMiBPerHour',
    )
    expect(leak).toMatchObject({ observed: 300 / 72, limit: 72, n: 3 })
    expect(leak?.reason.data).toEqual({ stage: 'canary', slopeMiBPerHour: 300 / 72, withinHours: 72 })
    expect(early).toMatchObject({ observed: 10 / 72, n: 1 })
    expect(production).toMatchObject({ observed: null, n: 0, reason: { data: { slopeMiBPerHour: null } } })
  })
})
