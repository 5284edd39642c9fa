import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { type CompletedRun, runMany } from '../../../scenarios/sweep/run-many.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const small = (name: string): Scenario => ({
  ...findScenario(name),
  fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' },
})
const small3 = (name: string): Scenario => ({
  ...findScenario(name),
  fleet: { lines: 3, devicesPerLine: 10, noise: 'quiet' },
})
const timeless = (played: readonly CompletedRun[]): object[] =>
  played.map((one) => ('report' in one ? { ...one, report: { ...one.report, wall: null } } : one))

it('gives the same results in the same order for any number of threads', async () => {
  const scenarios = [small('memory-leak'), small('crash-on-start')]
  const seeds = [1, 2]
  const progress: number[] = []
  const alone = await runMany(scenarios, seeds, { workers: 1, onProgress: ({ done }) => void progress.push(done) })
  const together = await runMany(scenarios, seeds, { workers: 2 })
  expect(timeless(together)).toEqual(timeless(alone))
  expect(alone.map(({ scenario, seed }) => `${scenario} ${seed}`)).toEqual([
    'memory-leak 1',
    'memory-leak 2',
    'crash-on-start 1',
    'crash-on-start 2',
  ])
  expect(progress).toEqual([1, 2, 3, 4])
  const digests = alone.map((one) => ('report' in one ? one.report.digest : one.error))
  expect(new Set(digests).size).toBe(4)
})

describe('in the same threads', () => {
  const scenarios = [small3('recorded-line'), findScenario('other-plant')]
  const healthy = small('healthy')
  const blind = { ...healthy, release: { ...healthy.release, data: { writes: 7, reads: [7] } } }
  const untilMs = 3 * 3_600_000
  const played = runMany([...scenarios, blind, small('crash-on-start')], [1], { workers: 2, untilMs })

  it('runs recordings and other plants as in this process', async () => {
    const here = await Promise.all(
      scenarios.map((scenario) => rehearse(scenario, { seed: 1, level: 'model', untilMs })),
    )
    expect((await played).slice(0, 2).map((one) => ('report' in one ? one.report.digest : one.error))).toEqual(
      here.map(({ facts }) => facts.digest),
    )
    const { recorded, ...without } = scenarios[0] as Scenario
    const synthetic = await rehearse(without, { seed: 1, level: 'model', untilMs })
    expect(synthetic.facts.digest).not.toBe(here[0]?.facts.digest)
  })

  it('reports refused runs together with the others', async () => {
    const [, , refused, rolledBack] = await played
    expect(refused).toMatchObject({ scenario: 'healthy', seed: 1, report: { outcome: 'refused' } })
    expect(rolledBack).toMatchObject({ report: { outcome: 'rolled-back' } })
  })
})

it('stops at once when it is aborted', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  let played = 0
  const running = runMany([small('memory-leak')], [1, 2, 3, 4, 5, 6, 7, 8], {
    workers: 2,
    signal: abort.signal,
    onProgress: ({ done }) => {
      played = done
      abort.abort(reason)
    },
  })
  await expect(running).rejects.toBe(reason)
  expect(played).toBeLessThan(4)
  await expect(runMany([small('healthy')], [1], { signal: abort.signal })).rejects.toBe(reason)
})

it('runs nothing without a scenario', async () => {
  expect(await runMany([], [1, 2])).toEqual([])
})
