import { describe, expect, it } from 'vitest'
import type { Report } from '../../../reports/run/report.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { fleetOf } from '../../../scenarios/world/twin-plan.ts'
import { World } from '../../../scenarios/world/world.ts'

const HOUR_MS = 3_600_000
/** Half of the plant's lines, half as long: as many canaries as lines, and days of it in seconds. */
const BASE: Scenario = { ...findScenario('healthy'), fleet: { lines: 9, devicesPerLine: 10, noise: 'quiet' as const } }

type Plan = readonly [version: string, start: string, faults?: Scenario['faults']]

const crashing = (firmware: string, everyMs: number): Scenario['faults'] => [
  { kind: 'crash', in: { firmware }, every: everyMs },
]
/** The first device of production on the last line. */
const OLD = fleetOf(BASE).find(({ line, stage }) => line === 9 && stage === 'production')?.thing as string

/** It is rolled back within half an hour, after one to three crashes. */
const BAD: Plan = ['2.4.0', '2026-03-02T13:00Z', crashing('2.4.0', 4 * HOUR_MS)]

/** Releases one after the other in one plant; a refusal throws. */
async function run(...plans: readonly [Plan, ...Plan[]]): Promise<Report[]> {
  const scenarios = plans.map(
    ([version, start, faults = []]): Scenario => ({
      ...BASE,
      name: version,
      policy: { window: 4 * HOUR_MS, gates: 'open' },
      start: { atMs: Date.parse(start), zone: 'Europe/Berlin' },
      release: { ...BASE.release, version },
      faults: [...faults],
      expect: {},
    }),
  ) as [Scenario, ...Scenario[]]
  const world = await World.open(scenarios, { seed: 1, level: 'model' })
  const reports: Report[] = []
  try {
    for (const scenario of scenarios) {
      const release = { ...scenario.release, replaces: world.deployedVersion() }
      reports.push(conclude(scenario, await world.run({ ...scenario, release })))
    }
  } finally {
    await world.close()
  }
  return reports
}

describe('after a release that crashed and was rolled back', () => {
  it.each([
    '2026-03-02T18:00Z', // the same day, within the same shift
    '2026-03-03T13:00Z',
    '2026-03-09T09:00Z',
  ])(
    'the fixed one is started at %s, and promoted',
    async (start) => {
      const reports = await run(BAD, ['2.4.1', start])
      expect(reports.map(({ outcome, detection }) => [outcome, detection.by])).toEqual([
        ['rolled-back', 'component-crash'],
        ['promoted', null],
      ])
      expect(reports.flatMap(({ invariants }) => invariants.violated)).toEqual([])
    },
    60_000,
  )

  it.each(['2026-03-02T16:00Z', '2026-03-04T13:00Z'])(
    'one that is not fixed is started at %s, and caught',
    async (start) => {
      const [, fix] = await run(BAD, ['2.4.1', start, crashing('2.4.1', 6 * HOUR_MS)])
      expect(fix).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', detection: { by: 'component-crash' } })
    },
    60_000,
  )
})

it('a crash of the plant’s own in the week refuses no release, and hides no crash of a canary', async () => {
  // An old device crashes about once a day, between two releases.
  const own: Scenario['faults'] = [{ kind: 'crash', in: { device: OLD, firmware: '2.4.0' }, every: 24 * HOUR_MS }]
  const first: Plan = ['2.4.0', '2026-03-02T13:00Z', own]
  const good = await run(first, ['2.5.0', '2026-03-05T13:00Z'])
  expect(good.map(({ outcome }) => outcome)).toEqual(['promoted', 'promoted'])
  const [, bad] = await run(first, ['2.5.0', '2026-03-05T13:00Z', crashing('2.5.0', 12 * HOUR_MS)])
  expect(bad).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', detection: { by: 'component-crash' } })
  expect(bad?.detection.finding?.baseline).toBeGreaterThan(0)
}, 60_000)
