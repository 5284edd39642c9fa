import { beforeAll, describe, expect, it } from 'vitest'
import { shiftBoundaries } from '../../../controller/policy/calendar.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import type { ReleaseRow } from '../../../reports/campaign/history.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { releases, runHistory } from '../../../scenarios/sweep/history.ts'
import { HISTORY } from '../../../scenarios/sweep/history-plan.ts'
import type { RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { World } from '../../../scenarios/world/world.ts'

const DAY_MS = 86_400_000

/** The first releases of a history, the second one faulty, on a plant of 3 lines, and sooner over than in its calendar. */
function few(count: number): [Scenario, ...Scenario[]] {
  const plan = { ...HISTORY, releases: count, days: (HISTORY.days / HISTORY.releases) * count, faulty: [1] }
  const policy = { window: 8 * 3_600_000, gates: 'open' } as const
  const small = (scenario: Scenario): Scenario => ({
    ...scenario,
    policy,
    fleet: { lines: 3, devicesPerLine: 5, noise: 'quiet' as const },
  })
  return releases(plan).map(small) as [Scenario, ...Scenario[]]
}

describe('the releases of the plant', () => {
  const starts = releases().map(({ start }) => start.atMs)

  it('are 23 in 14 months, on Mondays to Thursdays, two of them faulty', () => {
    expect(starts).toHaveLength(23)
    expect(((starts.at(-1) as number) - (starts[0] as number)) / DAY_MS).toBeCloseTo(426 * (22 / 23), -1)
    expect(new Set(starts.map((atMs) => new Date(atMs).getUTCDay()))).toEqual(new Set([1, 2, 3, 4]))
    expect(releases().filter(({ faults }) => faults.length > 0)).toHaveLength(2)
  })
})

describe('run one after the other against one fleet', () => {
  const scenarios = few(4)
  const played: { scenario: Scenario; result: RehearsalResult }[] = []

  beforeAll(async () => {
    const world = await World.open(scenarios, { seed: 1, level: 'model' })
    for (const planned of scenarios) {
      const scenario = { ...planned, release: { ...planned.release, replaces: world.deployedVersion() } }
      played.push({ scenario, result: await world.run(scenario) })
    }
    await world.close()
  }, 120_000)

  it('each replaces the deployed version: after a rollback that is the release before', () => {
    const replaced = played.map(({ scenario: { release } }) => `${release.version} over ${release.replaces}`)
    expect(replaced).toEqual(['2.1.0 over 2.0.0', '2.2.0 over 2.1.0', '2.3.0 over 2.1.0', '2.4.0 over 2.3.0'])
  })

  it('each has an outcome by its own records, and violates no invariant', () => {
    const reports = played.map(({ scenario, result }) => conclude(scenario, result))
    expect(reports.map(({ outcome, caughtIn }) => [outcome, caughtIn])).toEqual([
      ['promoted', null],
      ['rolled-back', 'canary'],
      ['promoted', null],
      ['promoted', null],
    ])
    expect(reports.flatMap(({ invariants }) => invariants.violated)).toEqual([])
    expect(reports.map(({ exposure }) => exposure.devices)).toEqual([15, 3, 15, 15])
    expect(reports.map(({ faults }) => faults.length)).toEqual([0, 1, 0, 0])
  })

  it('no device changes its firmware in the week before a start, so that each baseline is of one version', () => {
    for (const [i, { result }] of played.entries()) {
      const before = played[i - 1]
      if (before === undefined) continue
      const last = before.result.records.findLast(({ kind }) => kind === 'deployment-created')?.atMs as number
      const endedAtMs = before.result.facts.endedAtMs
      expect(result.header.startedAtMs - Math.max(last, endedAtMs)).toBeGreaterThan(7 * DAY_MS)
      const early = result.records.filter(({ atMs }) => atMs < result.header.startedAtMs)
      expect(early.filter(({ kind }) => kind === 'firmware-started' || kind === 'deployment-created')).toEqual([])
    }
  })

  it('revisions and positions in the trace continue from release to release', () => {
    const revisions = played.flatMap(({ result }) =>
      result.records.flatMap((one) =>
        one.kind === 'deployment-created' && one.target === 'canary' ? [Number(one.revisionId)] : [],
      ),
    )
    expect(revisions).toEqual([2, 3, 4, 5, 6]) // 1 is from before; the faulty release has two
    const sequences = played.flatMap(({ result }) => result.records.map(({ sequence }) => sequence))
    expect(sequences.every((sequence, i) => i === 0 || sequence > (sequences[i - 1] as number))).toBe(true)
    expect(new Set(played.map(({ result }) => result.facts.digest)).size).toBe(4)
  })

  it('the fleet is read once per shift between them', () => {
    const [first, , third] = played
    const evaluations = (one: typeof first): number => one?.result.facts.awsCalls.SearchIndex as number
    const [fromMs, toMs] = [played[1]?.result.facts.endedAtMs as number, third?.result.facts.endedAtMs as number]
    const shifts = shiftBoundaries(DEFAULT_POLICY, fromMs, toMs).length
    expect(evaluations(third)).toBeLessThan(evaluations(first) + shifts)
    expect(third?.result.facts.evaluations).toBeGreaterThan(2 * evaluations(third))
  })

  it('the first one is the same rehearsal as when run alone', async () => {
    const { facts } = await rehearse(scenarios[0], { seed: 1, level: 'model' })
    expect(played[0]?.result.facts.digest).toBe(facts.digest)
  })
})

it('reports each release when it has been run, continues after a refused one, and stops when aborted', async () => {
  const scenarios = few(3)
  const blind = { ...scenarios[1], release: { ...scenarios[1]?.release, data: { writes: 7, reads: [7] } } } as Scenario
  const reported: string[] = []
  const onRelease = ({ version, replaces, outcome }: ReleaseRow): void =>
    void reported.push(`${version} over ${replaces}: ${outcome}`)
  await runHistory([scenarios[0], blind, scenarios[2] as Scenario], { seed: 1, onRelease })
  expect(reported).toEqual(['2.1.0 over 2.0.0: promoted', '2.2.0 over 2.1.0: refused', '2.3.0 over 2.1.0: promoted'])

  const abort = new AbortController()
  const reason = new Error('enough')
  const playing = runHistory(scenarios, { seed: 1, signal: abort.signal, onRelease: () => abort.abort(reason) })
  await expect(playing).rejects.toBe(reason)
}, 120_000)
