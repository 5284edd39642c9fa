import { expect, it } from 'vitest'
import { findScenario } from '../../scenarios/catalogue.ts'
import { playCampaign } from '../../scenarios/fuzz/campaign.ts'
import { rehearse } from '../../scenarios/rehearse.ts'
import { withDevices } from '../../scenarios/scale.ts'
import { testFaulty } from '../scenarios/faulty-releases.ts'

/** What `npm test` shows with few, with many: devices, worlds, histories. */

it('ten times the fleet comes to the same end', async () => {
  const scenario = withDevices(findScenario('crash-on-start'), 3_400)
  const { header, facts } = await rehearse(scenario, { seed: 1, level: 'model' })
  expect([header.stages.canary.length, Object.keys(header.lines).length]).toEqual([170, 3_400])
  expect(facts.stop).toBe('ended')
})

it('no law is broken in thirty worlds', async () => {
  const told: number[] = []
  const { tally, failure } = await playCampaign({ seed: 1, runs: 30, onProgress: ({ worlds }) => told.push(worlds) })
  expect(failure).toBeNull()
  expect(tally.worlds).toBe(30)
  expect(told.at(-1)).toBe(30)
  expect(Object.keys(tally.acted).length).toBeGreaterThan(10)
})

testFaulty(20)
