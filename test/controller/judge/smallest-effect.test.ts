import { describe, expect, it } from 'vitest'
import type { StratumSums } from '../../../controller/evidence/baseline.ts'
import {
  type Stages,
  smallestEffects,
  smallestMean,
  smallestRateRatio,
} from '../../../controller/judge/smallest-effect.ts'
import { mixtureLogRatio } from '../../../controller/statistics/sequential.ts'
import { baselineOf, HOUR_MS, Plant, policyWith, START_MS, sample } from '../fixtures.ts'
import { reading } from '../rollout/decisions.ts'
import { oneCase } from './one-case.ts'

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

describe('of a fleet that is written down', () => {
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
  const reasons = (stages: Stages, stage: string, hours = 24): readonly string[] =>
    smallestEffects(stages, policyWith({ windowMs: hours * HOUR_MS }))
      .map(({ reason }) => reason)
      .filter((reason) => reason.startsWith(stage))

  // Worked out by hand: ln(75 / 1 %) for cycle times, the MaxSPRT's 10.99 for counts, power 90 %; 2 errors a device-hour.
  it.each([
    [
      'canary',
      24,
      [
        'canary can see +28.2 % errors, of 816 expected in 24 h',
        'canary can see 2.00 % failed connections in 24 h',
        'canary can see +10.0 % cycle time on all lines in 24 h',
        'canary can see +14.4 % cycle time on one line in 24 h',
        'canary goes back for a leak of 5.0 MiB/h, used up in 72 h',
        'canary without a crash in 24 h shows a constant rate below 0.176 a device-day at 95 %',
      ],
    ],
    [
      'early',
      4,
      [
        'early can see +28.6 % errors, of 544 expected in 4 h',
        'early can see 2.00 % failed connections in 4 h',
        'early can see +10.0 % cycle time on all lines in 4 h',
        'early can see +10.0 % cycle time on one line in 4 h',
        'early goes back for a leak of 5.0 MiB/h, used up in 72 h',
        'early without a crash in 4 h shows a constant rate below 0.264 a device-day at 95 %',
      ],
    ],
  ])('tells what a window of %s can see in %d h', (stage, hours, expected) => {
    expect(reasons(fleet, stage, hours)).toEqual(expected)
  })

  it('sees less where the week has shown more failures, or counts that vary more than by chance', () => {
    const [dispersed, failing] = [{ dispersion: { connection: 4, errors: 4 } }, { connectionFailures: 48 }]
    expect(reasons(after({}, dispersed), 'canary')[0]).toBe('canary can see +59.8 % errors, of 816 expected in 24 h')
    expect(reasons(after(failing), 'canary')[1]).toBe('canary can see 2.74 % failed connections in 24 h')
    expect(reasons(after(failing, dispersed), 'canary')[1]).toBe('canary can see 3.60 % failed connections in 24 h')
    expect(reasons(after(failing, dispersed), 'canary', 4)[1]).toBe('canary can see 5.73 % failed connections in 4 h')
  })

  it.each([
    ['nothing was counted', { errors: 0, connectionFailures: 0 }],
    ['nobody was there', { countedMinutes: 0 }],
  ])('takes any error for news where %s in the week before', (_, stratum) => {
    const [errors, connection] = smallestEffects(after(stratum), policyWith())
    expect(errors).toMatchObject({ observed: null, reason: 'canary can see any error in 24 h' })
    const reason = 'canary can see 2.00 % failed connections in 24 h'
    expect(connection).toMatchObject({ metric: 'connectionFailurePct', observed: 2, reason })
  })

  it('sees less of the cycle time the more a device differs from day to day, and the fewer there are beside it', () => {
    const onLines = (stages: Stages, stage: string) =>
      reasons(stages, stage)
        .slice(2, 4)
        .map((reason) => reason.match(/\+.* %/)?.[0])
    const noisy = after({}, { cycleTimeSpread: 0.1 })
    const held = things.filter((thing) => station(thing) === 19)
    const members = { ...fleet.members, production: fleet.members.production.filter((thing) => !held.includes(thing)) }
    expect(onLines(noisy, 'canary')).toEqual(['+16.0 %', '+139.2 %'])
    expect(onLines(noisy, 'early')).toEqual(['+10.0 %', '+48.4 %'])
    expect(onLines(noisy, 'production')).toEqual(['+15.6 %', '+131.8 %'])
    expect(onLines({ ...noisy, members, held }, 'production')).toEqual(['+16.2 %', '+141.9 %'])
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
    expect(leak?.reason).toBe('canary goes back for a leak of 4.2 MiB/h, used up in 72 h')
    expect(early).toMatchObject({ observed: 10 / 72, n: 1 })
    expect(production).toMatchObject({ observed: null, n: 0, reason: 'production has reported no memory' })
  })
})
