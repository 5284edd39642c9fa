import { expect, it } from 'vitest'
import { runCampaign, worldsOf } from '../../../scenarios/fuzz/campaign.ts'

it('no invariant is violated in two scenarios, and in thirty in test/extended', async () => {
  const progress: number[] = []
  const { tally, failure } = await runCampaign({
    seed: 1,
    runs: 2,
    workers: 1,
    onProgress: ({ scenarios }) => progress.push(scenarios),
  })
  expect(failure).toBeNull()
  expect(tally.scenarios).toBe(2)
  expect(progress.at(-1)).toBe(2)
  expect(Object.keys(tally.acted)).not.toEqual([])
})

it('shards are the campaign: every world once, whatever their number', () => {
  const whole = [...worldsOf({ seed: 3, runs: 95 })]
  expect(new Set(whole.map(({ seed }) => seed)).size).toBe(95)
  expect(whole.every(({ scenarios }) => scenarios === 1)).toBe(true)
  const parts = [1, 2, 3].flatMap((index) => [...worldsOf({ seed: 3, runs: 95, shard: { index, of: 3 } })])
  expect(parts.sort((a, b) => a.number - b.number)).toEqual(whole)
  expect([...worldsOf({ seed: 4, runs: 95 })]).not.toEqual(whole)
})

it('a longer campaign begins with the worlds of a shorter one', () => {
  const worlds = worldsOf({ seed: 3 })
  const some = Array.from({ length: 20 }, () => worlds.next().value)
  expect(some).toEqual([...worldsOf({ seed: 3, runs: 20 })])
})

it('a campaign without time runs nothing and has no failure', async () => {
  const { tally, failure } = await runCampaign({ seed: 1, timeMs: 0 })
  expect([tally.scenarios, failure]).toEqual([0, null])
})
