import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { type CompletedRun, runMany, type SweepOptions } from '../../../scenarios/sweep/run-many.ts'
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

const UNTIL_MS = 3_600_000

describe('for any number of threads', () => {
  const scenarios = [small3('recorded-line'), findScenario('other-plant')]
  const healthy = small('healthy')
  const blind = { ...healthy, release: { ...healthy.release, data: { writes: 7, reads: [7] } } }
  const progress: number[] = []
  const play = (workers: number, onProgress?: SweepOptions['onProgress']) =>
    runMany([...scenarios, blind, small('crash-on-start')], [1, 2], {
      workers,
      untilMs: UNTIL_MS,
      ...(onProgress !== undefined && { onProgress }),
    })
  const together = play(2, ({ done }) => void progress.push(done))

  it('gives the same results in the same order', async () => {
    const alone = await play(1)
    expect(timeless(await together)).toEqual(timeless(alone))
    expect(alone.map(({ scenario, seed }) => `${scenario} ${seed}`)).toEqual(
      ['recorded-line', 'other-plant', 'healthy', 'crash-on-start'].flatMap((name) => [`${name} 1`, `${name} 2`]),
    )
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const digests = alone.map((one) => ('report' in one ? one.report.digest : one.error))
    expect(new Set(digests).size).toBe(8)
  })

  it('runs recordings and other plants as in this process', async () => {
    const here = await Promise.all(
      scenarios.map((scenario) => rehearse(scenario, { seed: 1, level: 'model', untilMs: UNTIL_MS })),
    )
    const [recordedRun, , otherRun] = await together
    expect(
      [recordedRun, otherRun].map((one) => (one !== undefined && 'report' in one ? one.report.digest : one)),
    ).toEqual(here.map(({ facts }) => facts.digest))
    const { recorded, ...without } = scenarios[0] as Scenario
    const synthetic = await rehearse(without, { seed: 1, level: 'model', untilMs: UNTIL_MS })
    expect(synthetic.facts.digest).not.toBe(here[0]?.facts.digest)
  })

  it('reports refused runs together with the others', async () => {
    const [refused, , rolledBack] = (await together).slice(4)
    expect(refused).toMatchObject({ scenario: 'healthy', seed: 1, report: { outcome: 'refused' } })
    expect(rolledBack).toMatchObject({ report: { outcome: 'rolled-back' } })
  })
})

it('stops at once when it is aborted', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  let played = 0
  const running = runMany([small('crash-on-start')], [1, 2, 3, 4, 5, 6, 7, 8], {
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
