import { describe, expect, it } from 'vitest'
import { makeBaseline } from '../../controller/baseline.ts'
import { shiftBoundaries } from '../../controller/calendar.ts'
import { quietShare, type Replay, refuseNoise, replay } from '../../controller/replay.ts'
import { HOUR_MS, Plant, type PlantOptions, policyWith, START_MS } from './fixtures.ts'

const policy = policyWith()
const DAY_MS = 24 * HOUR_MS

/** A week of a plant whose devices are one, four and five a line in the three stages. */
function weekOf(options: PlantOptions = {}): Replay {
  const plant = new Plant(START_MS - 8 * DAY_MS, { lines: 8, perLine: 10, ...options })
  const boundaries = shiftBoundaries(policy, START_MS - policy.baselineMs, START_MS)
  const snapshots = boundaries.map((atMs) => plant.at(atMs))
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
    expect(alarms[0]?.atMs).toBeGreaterThan(START_MS - 5 * DAY_MS)
    expect(alarms[0]?.atMs).toBeLessThanOrEqual(START_MS - 4 * DAY_MS)
  })

  it('does not where the whole plant was slower, which the controls tell', () => {
    const slowdown = (_: string, atMs: number) => onDay(2, 1.4)('line-1-0', atMs)
    const stages = replay(weekOf({ slowdown }), policy).map(({ stage }) => stage)
    expect(stages).not.toContain('canary')
    expect(stages).not.toContain('early')
  })

  it('sees errors and lost connections, too', () => {
    const rules = (options: PlantOptions) => replay(weekOf(options), policy).map(({ finding }) => finding.rule)
    expect(rules({ errorFactor: onDay(1, 4) })).toContain('error-rate')
    const failureShare = (thing: string, atMs: number) => (onDay(1, 2)(thing, atMs) === 2 ? 0.08 : 0.005)
    expect(rules({ failureShare })).toContain('connection-failure')
  })
})

describe('what comes of an alarm', () => {
  const week = weekOf({ errorFactor: onDay(1, 1.9) })
  const alarms = replay(week, policy)

  it('is a refusal in words and numbers', () => {
    expect(alarms.length).toBeGreaterThan(0)
    expect(refuseNoise(alarms)[0]).toMatch(
      /^baseline too noisy: .* error-rate .* canary on 1 of the baseline's days \(\d+/,
    )
  })

  it('or a share at which the replay is quiet', () => {
    const falseRollbackShare = quietShare(alarms, policy.evidence.falseRollbackShare)
    expect(falseRollbackShare).toBeLessThan(policy.evidence.falseRollbackShare)
    expect(replay({ ...week, baseline: { ...week.baseline, falseRollbackShare } }, policy)).toEqual([])
  })
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
