import { describe, expect, it } from 'vitest'
import { InvalidScenario, parseScenario } from '../../../scenarios/files/load.ts'
import { nextRelease } from '../../../scenarios/files/next-release.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const world = (faults: string, next: string): string => `story: Two releases in one plant.
fleet: { lines: 9, devicesPerLine: 5 }
policy: { window: 1h, gates: open }
start: 2026-03-02T14:00[Europe/Berlin]
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
faults: ${faults}
next: ${next}
`
const CRASHING = '[{ kind: crash, in: { firmware: 2.4.0 }, after: 30min }]'
const loaded = (faults: string, next: string) => parseScenario(world(faults, next), 'two.yaml')

async function play(faults: string, next: string, level: 'model' | 'wire' = 'model') {
  const scenario = loaded(faults, next)
  const result = await rehearse(scenario, { seed: 1, level })
  return { result, report: conclude(scenario, result) }
}

describe('the next release in the same world', () => {
  it('is refused by name while the first one runs, and promoted as its repair afterwards', async () => {
    const { result, report } = await play(CRASHING, '{ version: 2.4.1, at: 20min }')
    expect(report).toMatchObject({
      outcome: 'rolled-back',
      next: { version: '2.4.1', replaces: '2.3.1', outcome: 'promoted' },
      invariants: { violated: [] },
    })
    const refusals = result.records.flatMap((record) =>
      record.kind === 'handler-failed' ? (record.refusals ?? []) : [],
    )
    expect(refusals.map(({ code }) => code)).toContain('ROLLOUT_ACTIVE')
    // Each has its own records, and the digest goes on.
    expect(result.next?.records[0]?.sequence).toBe(result.records.length)
    expect(report.next?.digest).not.toBe(report.digest)
  })

  it('replaces the first where that was promoted, and is judged by its own faults', async () => {
    const faults = '[{ kind: crash, in: { firmware: 2.4.1 }, at: start }]'
    const { report } = await play('[]', `{ version: 2.4.1, at: 1d, faults: ${faults} }`)
    expect(report).toMatchObject({
      outcome: 'promoted',
      next: { replaces: '2.4.0', outcome: 'rolled-back' },
      invariants: { violated: [] },
    })
  })

  it('is not started while an operator holds all changes', async () => {
    const freeze =
      '[{ kind: operator, do: freeze, at: 30min, by: jo, reason: inventory }, { kind: operator, do: abort, at: 1h, by: jo, reason: inventory }]'
    const { result, report } = await play(freeze, '{ version: 2.4.1, at: 1d }')
    expect([report.outcome, report.next, result.next]).toEqual(['rolled-back', undefined, undefined])
  })

  it('brings its violations into the report', async () => {
    const scenario = loaded('[]', '{ version: 2.4.1, at: 1d }')
    const result = await rehearse(scenario, { seed: 1, level: 'model' })
    const { next } = result
    if (next === undefined) throw new Error('the next release was not started')
    const records = next.records.map((record) =>
      record.kind === 'deployment-created' ? { ...record, target: 'elsewhere' } : record,
    )
    const { violated } = conclude(scenario, { ...result, next: { ...next, records } }).invariants
    expect(violated.map(({ code }) => code)).toContain('DEPLOYED_TO_OTHER_GROUP')
  })

  it('reads what the version that is deployed by then writes', () => {
    const scenario = loaded('[]', '{ version: 2.4.1, at: 1d, hotfix: { reason: urgent } }')
    const { next } = scenario
    if (next === undefined) throw new Error('no next release')
    const after = (replaces: string) => nextRelease(scenario, next, { replaces, atMs: 5 })
    expect(after('2.4.0')).toMatchObject({
      start: { atMs: 5 },
      release: { version: '2.4.1', hotfix: { reason: 'urgent' } },
    })
    expect(after('2.4.0').release.previous).toEqual({ data: scenario.release.data, shadow: scenario.release.shadow })
    expect(after('2.3.1').release.previous).toEqual(scenario.release.previous)
    expect(after('2.3.1').next).toBeUndefined()
  })
})

describe('the file of a next release', () => {
  it.each([
    ['{ version: 2.4.0, at: 1d }'],
    ['{ version: 2.3.1, at: 1d }'],
    ['{ version: 2.4.1, at: 1d, faults: [{ kind: crash, in: { firmware: 2.4.0 }, at: start }] }'],
    ['{ version: 2.4.1, at: 1d, faults: [{ kind: stale-index, behind: 10min }] }'],
    ['{ version: 2.4.1, at: 1d, faults: [{ kind: crash, in: { firmware: 2.4.1, line: 99 }, at: start }] }'],
  ])('is refused with its place: %s', (next) => {
    const problems = problemsOf(next)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^two\.yaml:11:\d+: /)
  })
})

function problemsOf(next: string): readonly string[] {
  try {
    loaded('[]', next)
    return []
  } catch (error) {
    if (!(error instanceof InvalidScenario)) throw error
    return error.problems
  }
}
