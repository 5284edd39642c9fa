import { expect, it } from 'vitest'
import { batchTasks, runCampaign } from '../../../scenarios/fuzz/campaign.ts'

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

it('shards are the campaign: every batch once, whatever their number', () => {
  const whole = [...batchTasks({ seed: 3, runs: 95 })]
  expect(whole.map(({ scenarios }) => scenarios)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
  expect(new Set(whole.map(({ seed }) => seed)).size).toBe(10)
  const parts = [1, 2, 3].flatMap((index) => [...batchTasks({ seed: 3, runs: 95, shard: { index, of: 3 } })])
  expect(parts.sort((a, b) => a.number - b.number)).toEqual(whole)
  expect([...batchTasks({ seed: 4, runs: 95 })]).not.toEqual(whole)
})

it('a campaign without time runs nothing and has no failure', async () => {
  const { tally, failure } = await runCampaign({ seed: 1, timeMs: 0 })
  expect([tally.scenarios, failure]).toEqual([0, null])
})
