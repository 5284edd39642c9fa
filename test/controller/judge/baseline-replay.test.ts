import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../../controller/evidence/baseline.ts'
import type { HealthSample, Snapshot } from '../../../controller/evidence/snapshot.ts'
import {
  quietShare,
  type Replay,
  type ReplayAlarm,
  refuseNoise,
  replay,
} from '../../../controller/judge/baseline-replay.ts'
import type { FindingReason } from '../../../controller/messages/findings.ts'
import { shiftBoundaries } from '../../../controller/policy/calendar.ts'
import { HOUR_MS, Plant, type PlantOptions, policyWith, START_MS } from '../fixtures.ts'

const policy = policyWith()
const DAY_MS = 24 * HOUR_MS
/** Of a day. */
const SHIFTS = 3

/**
 * A week of a plant whose devices are one, four and five a line in the three stages; `meanwhile` is asked every shift.
 */
function weekOf(options: PlantOptions = {}, meanwhile: (plant: Plant, day: number) => void = () => {}): Replay {
  const plant = new Plant(START_MS - 8 * DAY_MS, { lines: 8, perLine: 10, ...options })
  const boundaries = shiftBoundaries(policy, START_MS - policy.baselineMs, START_MS)
  const snapshots = boundaries.map((atMs, i) => {
    meanwhile(plant, Math.floor((i - 1) / SHIFTS))
    return plant.at(atMs)
  })
  const of = (from: number, to: number) =>
    plant.things.filter((thing) => Number(thing.split('-')[2]) >= from && Number(thing.split('-')[2]) < to)
  return {
    baseline: makeBaseline(snapshots, policy),
    snapshots,
    members: { canary: of(0, 1), early: of(1, 5), production: of(5, 10) },
    held: [],
    lineOf: plant.lineOf,
    version: '2.3.1',
  }
}

type Three = [HealthSample, HealthSample, HealthSample]

/** On one day of the week, counted from its first. */
const onDay =
  (day: number, value: number) =>
  (thing: string, atMs: number): number =>
    thing.endsWith('-0') && Math.floor((atMs - 1 - (START_MS - 7 * DAY_MS)) / DAY_MS) === day ? value : 1

describe('a week without a release', () => {
  it('rolls none back where nothing was wrong', () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(replay(weekOf({ seed }), policy)).toEqual([])
  })

  it('rolls the canary back on the day that its devices were slower', () => {
    const alarms = replay(weekOf({ slowdown: onDay(2, 1.4) }), policy)
    expect(alarms.map(({ stage, finding }) => `${stage} ${finding.rule}`)).toEqual(['canary cycle-time'])
    expect(alarms[0]?.atMs).toBe(START_MS - 4 * DAY_MS)
  })

  it('rolls none back where the whole plant was slower: controls show it as well, and without them the week does', () => {
    const slowdown = (_: string, atMs: number) => onDay(2, 1.4)('line-1-0', atMs)
    const week = weekOf({ slowdown })
    const stages = (one: Replay) => new Set(replay(one, policy).map(({ stage }) => stage))
    expect(stages(week)).toEqual(new Set())
    const { production: all = [] } = week.members
    const held = all.filter((thing) => thing.endsWith('-9'))
    const production = all.filter((thing) => !held.includes(thing))
    expect(stages({ ...week, held, members: { ...week.members, production } })).toEqual(new Set())
  })

  it('rolls none back for machines that once stood for hours, and one for as much time in all of their cycles', () => {
    const week = weekOf({ seed: 1 })
    const stopMs = 4 * HOUR_MS
    const [begin, end] = [week.snapshots[6], week.snapshots[7]] as [Snapshot, Snapshot]
    /** From a shift on, that counts so much more time in so many cycles of each canary. */
    const slowIn = (cycles: number): Replay => {
      const snapshots = week.snapshots.map((snapshot, i) => {
        if (i < 7) return snapshot
        const devices = (week.members.canary ?? []).map((thing) => {
          const [from, to, one] = [begin, end, snapshot].map(({ devices }) => devices[thing]) as Three
          const sumMs = to.counters.cycleTimeMsSum - from.counters.cycleTimeMsSum
          const meanMs = sumMs / (to.counters.cycles - from.counters.cycles)
          const counters = {
            ...one.counters,
            cycleTimeMsSum: one.counters.cycleTimeMsSum + stopMs,
            cycleTimeMsSumOfSquares: one.counters.cycleTimeMsSumOfSquares + 2 * stopMs * meanMs + stopMs ** 2 / cycles,
          }
          return [thing, { ...one, counters }]
        })
        return { ...snapshot, devices: { ...snapshot.devices, ...Object.fromEntries(devices) } }
      })
      return { ...week, snapshots, baseline: makeBaseline(snapshots, policy) }
    }
    expect(replay(slowIn(1), policy)).toEqual([])
    expect(replay(slowIn(500), policy).map(({ finding }) => finding.rule)).toEqual(['cycle-time'])
  })

  it('goes on where snapshots of more than a day are missing', () => {
    const week = weekOf({ errorFactor: onDay(5, 4) })
    const snapshots = week.snapshots.toSpliced(2, 2 * SHIFTS)
    const alarms = replay({ ...week, snapshots, baseline: makeBaseline(snapshots, policy) }, policy)
    expect(alarms.map(({ stage, finding }) => `${stage} ${finding.rule}`)).toContain('canary error-rate')
  })

  it('sees errors and lost connections, too', () => {
    const rules = (options: PlantOptions) => replay(weekOf(options), policy).map(({ finding }) => finding.rule)
    expect(rules({ errorFactor: onDay(1, 4) })).toContain('error-rate')
    const failureShare = (thing: string, atMs: number) => (onDay(1, 2)(thing, atMs) === 2 ? 0.08 : 0.005)
    expect(rules({ failureShare })).toContain('connection-failure')
  })
})

describe('the other days', () => {
  const found = (week: Replay, rule: string) =>
    replay(week, policy).find(({ stage, finding }) => stage === 'canary' && finding.rule === rule)?.finding

  it('are what failed connections are held against', () => {
    const week = weekOf({ failureShare: (thing, atMs) => (onDay(1, 2)(thing, atMs) === 2 ? 0.08 : 0.005) })
    const failures = (snapshot: number): number =>
      Object.values(week.snapshots[snapshot]?.devices ?? {}).reduce(
        (sum, one) => sum + one.counters.connectionFailures,
        0,
      )
    const ofOthers = failures(7 * SHIFTS) - failures(2 * SHIFTS) + failures(SHIFTS) - failures(0)
    expect(found(week, 'connection-failure')?.baseline).toBeCloseTo((100 * ofOthers) / (6 * 1440 * 80), 9)
  })
})

describe('crashes of the week', () => {
  const crashing = (crashes: Readonly<Record<string, readonly number[]>>): Replay => {
    let last = -1
    return weekOf({}, (plant, day) => {
      if (day === last) return
      last = day
      for (const [thing, days] of Object.entries(crashes)) {
        for (const one of days) if (one === day) plant.crash(thing)
      }
    })
  }
  const rules = (week: Replay): readonly string[] =>
    replay(week, policy).map(({ stage, finding }) => `${stage} ${finding.rule}`)

  it.each(['line-1-0', 'line-3-2', 'line-8-9'])('refuse no start for a single one, on whatever device: %s', (thing) => {
    for (const day of [0, 3, 6]) {
      const week = crashing({ [thing]: [day] })
      expect(week.baseline.crashes?.crashes).toBe(1)
      expect(rules(week)).toEqual([])
    }
  })

  it('refuse none for one a day somewhere in the plant', () => {
    expect(rules(crashing({ 'line-1-0': [1], 'line-2-5': [0, 2, 4], 'line-7-3': [3, 5, 6] }))).toEqual([])
  })

  it('show that canaries would be rolled back where many of one day come together', () => {
    expect(rules(crashing({ 'line-1-0': [2, 2, 2], 'line-2-0': [2, 2] }))).toEqual(['canary component-crash'])
  })
})

describe('what comes of an alarm', () => {
  const week = weekOf({ errorFactor: onDay(1, 1.9) })
  const alarms = replay(week, policy)

  it('is a refusal with its numbers', () => {
    expect(alarms.length).toBeGreaterThan(0)
    expect(refuseNoise(alarms).data).toMatchObject({
      alarms: [{ stage: 'canary', rule: 'error-rate', days: 1, reason: { code: 'ERROR_RATE' } }],
    })
  })

  it('or a share at which the replay is quiet', () => {
    const falseRollbackShare = quietShare(alarms, policy.evidence.falseRollbackShare)
    expect(falseRollbackShare).toBeLessThan(policy.evidence.falseRollbackShare)
    expect(replay({ ...week, baseline: { ...week.baseline, falseRollbackShare } }, policy)).toEqual([])
  })
})

const reasonOf = (crashes: number): FindingReason => ({
  code: 'CRASHES',
  data: { crashes, allowed: 0, expected: 0, devices: { count: 0, first: [] } },
})

/** An alarm of which the crashes of its reason or the statistic alone count. */
const alarm = (rule: string, crashes: number, statistic?: readonly [value: number, boundary: number]): ReplayAlarm => ({
  stage: 'early',
  atMs: START_MS,
  finding: {
    rule,
    metric: '',
    outcome: 'breach',
    observed: 1,
    baseline: 0,
    limit: 0,
    n: 1,
    ...(statistic && { statistic: { name: 'msprt', value: statistic[0], boundary: statistic[1] } }),
    reason: reasonOf(crashes),
  },
})

it('refuses each stage and rule once, with the number of days and the reason of the last', () => {
  const canary = { ...alarm('cycle-time', 4), stage: 'canary' } as const
  expect(refuseNoise([alarm('cycle-time', 1), alarm('error-rate', 2), canary, alarm('cycle-time', 3)])).toEqual({
    code: 'BASELINE_TOO_NOISY',
    data: {
      alarms: [
        { stage: 'early', rule: 'cycle-time', days: 2, reason: reasonOf(3) },
        { stage: 'early', rule: 'error-rate', days: 1, reason: reasonOf(2) },
        { stage: 'canary', rule: 'cycle-time', days: 1, reason: reasonOf(4) },
      ],
    },
  })
})

it.each([
  ['none', [], 0.01],
  ['one without a statistic, which no evidence quiets', [alarm('component-crash', 0)], 0.01],
  ['one at its boundary', [alarm('error-rate', 0, [5, 5])], 0.01],
  ['one a nat beyond it', [alarm('error-rate', 0, [6, 5])], 0.01 * 0.332_871],
  [
    'two, of which the worse one counts',
    [alarm('error-rate', 0, [7, 5]), alarm('cycle-time', 0, [6, 5])],
    0.01 * 0.110_803,
  ],
])('allows %s so many false rollbacks', (_, alarms, share) => {
  expect(quietShare(alarms, 0.01)).toBeCloseTo(share, 8)
})

it('judges a day by the others, not by itself', () => {
  // Half of the weekend: with itself among them, its errors would be half explained.
  const week = weekOf({ errorFactor: onDay(5, 2.2) })
  const [alarm] = replay(week, policy).filter(({ stage }) => stage === 'canary')
  expect(alarm?.finding.observed).toBeGreaterThan(90)
})

it('leaves the week as it was', () => {
  const week = weekOf()
  const text = JSON.stringify(week)
  replay(week, policy)
  expect(JSON.stringify(week)).toBe(text)
})
