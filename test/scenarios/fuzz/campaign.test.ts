import { expect, it } from 'vitest'
import { batchTasks, playCampaign } from '../../../scenarios/fuzz/campaign.ts'

it('no law is broken in ten worlds, and in more of them in test/extended', async () => {
  const told: number[] = []
  const { tally, failure } = await playCampaign({
    seed: 1,
    runs: 10,
    workers: 1,
    onProgress: ({ worlds }) => told.push(worlds),
  })
  expect(failure).toBeNull()
  expect(tally.worlds).toBe(10)
  expect(told.at(-1)).toBe(10)
  expect(Object.keys(tally.acted).length).toBeGreaterThan(4)
})

it('shards are the campaign: every batch once, whatever their number', () => {
  const whole = [...batchTasks({ seed: 3, runs: 95 })]
  expect(whole.map(({ worlds }) => worlds)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
  expect(new Set(whole.map(({ seed }) => seed)).size).toBe(10)
  const parts = [1, 2, 3].flatMap((index) => [...batchTasks({ seed: 3, runs: 95, shard: { index, of: 3 } })])
  expect(parts.sort((a, b) => a.number - b.number)).toEqual(whole)
  expect([...batchTasks({ seed: 4, runs: 95 })]).not.toEqual(whole)
})

it('a campaign without time plays nothing and says so', async () => {
  const { tally, failure } = await playCampaign({ seed: 1, timeMs: 0 })
  expect([tally.worlds, failure]).toEqual([0, null])
})
