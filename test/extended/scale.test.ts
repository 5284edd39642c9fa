import { expect, it } from 'vitest'
import { withDevices } from '../../scenarios/files/scale.ts'
import { runCampaign } from '../../scenarios/fuzz/campaign.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

/** What `npm test` shows with few, with many: devices, scenarios. */

it('ten times the fleet has the same result', async () => {
  const scenario = withDevices(findScenario('crash-on-start'), 3_400)
  const { header, facts } = await rehearse(scenario, { seed: 1, level: 'model' })
  expect([header.stages.canary?.length, Object.keys(header.lines).length]).toEqual([170, 3_400])
  expect(facts.stop).toBe('ended')
})

it('no invariant is violated in thirty scenarios', async () => {
  const progress: number[] = []
  const { tally, failure } = await runCampaign({
    seed: 1,
    runs: 30,
    onProgress: ({ scenarios }) => progress.push(scenarios),
  })
  expect(failure).toBeNull()
  expect(tally.scenarios).toBe(30)
  expect(progress.at(-1)).toBe(30)
  expect(Object.keys(tally.acted).length).toBeGreaterThan(10)
})
