import { describe, expect, it } from 'vitest'
import { runPower } from '../../scenarios/sweep/power.ts'
import { powerPlan } from '../scenarios/sweep/power-plan.ts'

const HOUR_MS = 3_600_000
const ONE = { workers: 1 } as const

describe('the runs of a power curve', () => {
  it('find a large fault in every window, and a small one in none, whatever the number of threads', async () => {
    const plan = powerPlan('error-rise', ['1%', '900%'])
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
    const plan = powerPlan('error-rise', ['150%', '300%'], { seeds: [1, 2], withoutFault: false })
    const shared = await runPower(plan, ONE)
    const alone = await runPower({ ...plan, windowsMs: [4 * HOUR_MS] }, ONE)
    expect(shared.filter(({ end, windowHours }) => end === 'rolled-back' && windowHours === 1).length).toBeGreaterThan(
      0,
    )
    expect(shared.filter(({ windowHours }) => windowHours === 4)).toEqual(alone)
  })
})
