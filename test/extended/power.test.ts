import { describe, expect, it } from 'vitest'
import { sizedFault } from '../../scenarios/files/sized-fault.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { type PowerPlan, runPower } from '../../scenarios/sweep/power.ts'

const HOUR_MS = 3_600_000
const ONE = { workers: 1 } as const

const planOf = (kind: string, sizes: readonly string[], over: Partial<PowerPlan> = {}): PowerPlan => {
  const fault = sizedFault(kind)
  return {
    scenario: { ...findScenario('healthy'), fleet: { lines: 8, devicesPerLine: 6 } },
    fault,
    sizes: sizes.map(fault.sizeOf),
    windowsMs: [1 * HOUR_MS, 4 * HOUR_MS],
    stage: 'canary',
    seeds: [1],
    ...over,
  }
}

describe('the runs of a power curve', () => {
  it('find a large fault in every window, and a small one in none, whatever the number of threads', async () => {
    const plan = planOf('error-rise', ['1%', '900%'])
    const runs = await runPower(plan, ONE)
    expect(runs.map(({ size, windowHours, end }) => [Math.round(size), windowHours, end])).toEqual([
      [0, 1, 'promoted'],
      [0, 4, 'promoted'],
      [1, 1, 'promoted'],
      [1, 4, 'promoted'],
      [900, 1, 'rolled-back'],
      [900, 4, 'rolled-back'],
    ])
    expect(runs.at(-1)?.by).toBe('error-rate')
    expect(await runPower(plan, { workers: 2 })).toEqual(runs)
  })

  // What lets a longer window take over what a shorter one has found.
  it('decide at the same moment in a longer window, which is about no evidence', async () => {
    const plan = planOf('error-rise', ['150%', '300%'], { seeds: [1, 2], withoutFault: false })
    const shared = await runPower(plan, ONE)
    const alone = await runPower({ ...plan, windowsMs: [4 * HOUR_MS] }, ONE)
    expect(shared.filter(({ end, windowHours }) => end === 'rolled-back' && windowHours === 1).length).toBeGreaterThan(
      0,
    )
    expect(shared.filter(({ windowHours }) => windowHours === 4)).toEqual(alone)
  })
})
