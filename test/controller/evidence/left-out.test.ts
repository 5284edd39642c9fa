import { describe, expect, it } from 'vitest'
import { coverageOf, makeBaseline, shiftSums } from '../../../controller/evidence/baseline.ts'
import { type BaselineScope, withoutLeftOut } from '../../../controller/evidence/left-out.ts'
import type { Snapshot } from '../../../controller/evidence/snapshot.ts'
import type { StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import { replay } from '../../../controller/judge/baseline-replay.ts'
import { incidentPeriods, shiftBoundaries } from '../../../controller/policy/calendar.ts'
import { HOUR_MS, NO_COUNTS, Plant, policyWith, START_MS, sample } from '../fixtures.ts'

const policy = policyWith()
const DAY_MS = 24 * HOUR_MS
const boundaries = shiftBoundaries(policy, START_MS - policy.baselineMs, START_MS)
const SCOPE: BaselineScope = { version: '2.3.1', trials: [], incidents: [] }

/** A week; `meanwhile` is asked before each snapshot. */
function week(meanwhile: (plant: Plant, index: number) => void = () => {}): { plant: Plant; snapshots: Snapshot[] } {
  const plant = new Plant(START_MS - 8 * DAY_MS, { lines: 4, perLine: 4 })
  const snapshots = boundaries.map((atMs, index) => {
    meanwhile(plant, index)
    return plant.at(atMs)
  })
  return { plant, snapshots }
}
const hasLeftOut = (snapshots: readonly Snapshot[]): (readonly string[])[] =>
  snapshots.map(({ leftOut }) => [...(leftOut ?? [])].sort())

describe('nothing is left out', () => {
  it('of a week of the version that is replaced: the snapshots are the same', () => {
    const { snapshots } = week()
    expect(withoutLeftOut(snapshots, SCOPE, policy)).toBe(snapshots)
  })

  it('where nothing was heard: that is missed, and not left out', () => {
    const { plant, snapshots } = week()
    const fourth = snapshots[4] as Snapshot
    const { 'line-1-0': _, ...others } = fourth.devices
    const holed = snapshots.with(4, { ...fourth, devices: others })
    const baseline = makeBaseline(withoutLeftOut(holed, SCOPE, policy), policy)
    expect(baseline).toEqual(makeBaseline(holed, policy))
    expect(coverageOf(baseline, plant.things, policy)).toBeLessThanOrEqual(1)
  })
})

describe('a release that was taken back', () => {
  const canaries = new Set(['line-1-0', 'line-2-0', 'line-3-0', 'line-4-0'])
  /** The canaries had it within the shift that ends with the snapshot 6, and crashed. */
  const fromMs = (boundaries[5] as number) + HOUR_MS
  const trial = { version: '2.4.0', things: canaries, fromMs, toMs: fromMs + HOUR_MS }
  const scope = { ...SCOPE, trials: [trial] }
  const crashed = week((plant, index) => {
    if (index === 6) for (const thing of [...canaries, ...canaries, ...canaries, ...canaries]) plant.crash(thing)
  })
  const cleaned = withoutLeftOut(crashed.snapshots, scope, policy)

  it('is left out on its devices, in the shifts that it fell into', () => {
    expect(hasLeftOut(cleaned).flatMap((things, index) => (things.length === 0 ? [] : [[index, things]]))).toEqual([
      [6, [...canaries].sort()],
    ])
    expect(makeBaseline(cleaned, policy).crashes?.crashes).toBe(0)
    expect(makeBaseline(crashed.snapshots, policy).crashes?.crashes).toBe(16)
  })

  it('takes no more than that: every other shift counts as before, and none is missed', () => {
    const { plant, snapshots } = crashed
    const [before, after] = [makeBaseline(snapshots, policy), makeBaseline(cleaned, policy)]
    const own = shiftSums(snapshots.slice(5, 7), policy)
    for (const thing of plant.things) {
      for (const [stratum, sums] of Object.entries(before.devices[thing] ?? {})) {
        const gone = canaries.has(thing) ? own[thing]?.[stratum] : undefined
        const left = after.devices[thing]?.[stratum]
        for (const [name, value] of Object.entries(sums as Omit<StratumSums, 'metrics' | 'isOfMeans'>)) {
          const expected = value - ((gone?.[name as keyof typeof gone] as number | undefined) ?? 0)
          expect(left?.[name as keyof typeof left]).toBe(expected)
        }
      }
    }
    expect(coverageOf(after, plant.things, policy)).toBe(1)
  })

  it('is no day of the replay either', () => {
    const { plant } = crashed
    const of = (device: number) => plant.things.filter((thing) => thing.endsWith(`-${device}`))
    const members = { canary: of(0), early: of(1), production: [...of(2), ...of(3)] }
    const rules = (snapshots: readonly Snapshot[]) =>
      replay(
        {
          baseline: makeBaseline(snapshots, policy),
          snapshots,
          members,
          held: [],
          lineOf: plant.lineOf,
          version: '2.3.1',
        },
        policy,
      ).map(({ finding }) => finding.rule)
    expect(rules(crashed.snapshots)).toEqual(['component-crash'])
    expect(rules(cleaned)).toEqual([])
  })

  it('is left out as long as it was on them, and by its version where it stayed', () => {
    const { snapshots } = week((plant, index) => {
      if (index === 6) plant.update(['line-1-0'])
      if (index === 9) plant.revert(['line-1-0'], '2.3.1')
    })
    const out = (trials: BaselineScope['trials']) =>
      hasLeftOut(withoutLeftOut(snapshots, { ...SCOPE, trials }, policy)).flatMap((things, index) =>
        things.includes('line-1-0') ? [index] : [],
      )
    expect(out([{ ...trial, toMs: boundaries[9] as number }])).toEqual([6, 7, 8, 9])
    // Of a rollout that is not known of, the samples still tell: in the same kinds of shift the old version has run.
    expect(out([])).toEqual([6, 7, 8, 9])
  })
})

describe('an incident', () => {
  const incident = { from: '2026-02-25T09:00', to: '2026-02-25T14:30', reason: 'power cut' }

  it('leaves out the shifts that it falls into, of all devices, in the time of the site', () => {
    const { plant, snapshots } = week()
    const scope = { ...SCOPE, incidents: incidentPeriods(policyWith({ incidents: [incident] })) }
    const cleaned = withoutLeftOut(snapshots, scope, policy)
    const ends = cleaned.flatMap(({ leftOut, atMs }) => (leftOut?.size === plant.things.length ? [atMs] : []))
    expect(ends.map((atMs) => new Date(atMs).toISOString())).toEqual([
      '2026-02-25T13:00:00.000Z', // the first shift, from 06:00 to 14:00 in Berlin
      '2026-02-25T21:00:00.000Z', // the second
    ])
    const baseline = makeBaseline(cleaned, policy)
    const minutes = (stratum: string) => baseline.devices['line-1-0']?.[stratum]?.expectedMinutes
    expect([minutes('first/weekday'), minutes('third/weekday')]).toEqual([4 * 480, 5 * 480])
  })
})

describe('another version', () => {
  it('still counts for the kinds of shift in which the one that is replaced has never run', () => {
    // Everybody has had 2.4.0 since two days, which is replaced today.
    const { plant, snapshots } = week((one, index) => {
      if (index === boundaries.length - 7) one.update(one.things)
    })
    const scope = { ...SCOPE, version: '2.4.0' }
    const cleaned = withoutLeftOut(snapshots, scope, policy)
    const baseline = makeBaseline(cleaned, policy)
    expect(coverageOf(baseline, plant.things, policy)).toBe(1)
    const minutes = Object.fromEntries(
      Object.entries(baseline.devices['line-1-0'] ?? {}).map(([stratum, sums]) => [stratum, sums.minutes / 480]),
    )
    // Of START, a Monday, at 14:00: the shifts since Saturday are 2.4.0's, those of weekdays the version's before.
    expect(minutes['first/weekend']).toBeLessThanOrEqual(2)
    expect(minutes['second/weekday']).toBe(5)
    // A version that was taken back never counts.
    const trials = [{ version: '2.3.1', things: new Set<string>(), fromMs: 0, toMs: 0 }]
    const strict = makeBaseline(withoutLeftOut(snapshots, { ...scope, trials }, policy), policy)
    expect(strict.devices['line-1-0']?.['second/weekday']).toBeUndefined()
  })
})

it('counters of version 1.0 stay those of their minute', () => {
  const hour = (n: number) => START_MS - policy.baselineMs + n * 8 * HOUR_MS
  const snapshots: Snapshot[] = [0, 1, 2, 3, 4].map((n) => ({
    atMs: hour(n),
    devices: {
      a: sample({
        schema: '1.0',
        firmwareVersion: '2.3.1',
        sequence: 1 + 480 * n,
        sampledAtMs: hour(n),
        counters: { ...NO_COUNTS, cycles: n },
      }),
    },
  }))
  const scope = { ...SCOPE, incidents: [{ fromMs: hour(1), toMs: hour(2) }] }
  const cleaned = withoutLeftOut(snapshots, scope, policy)
  expect(cleaned.map(({ devices }) => devices.a?.sequence)).toEqual([1, 481, 481, 961, 1441])
  expect(cleaned.map(({ devices }) => devices.a?.counters.cycles)).toEqual([0, 1, 1, 3, 4])
})
