import { expect, it } from 'vitest'
import { plannedStages, policyFor } from '../../../scenarios/files/plan.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { fleetOf } from '../../../scenarios/world/twin-plan.ts'

const iso = (atMs: number): string => new Date(atMs).toISOString().slice(5, 16)

it('another plant is rehearsed from its files alone, in its own deployment windows', async () => {
  const scenario = findScenario('other-plant')
  const planned = plannedStages(policyFor(scenario), scenario.start.atMs)
  expect(planned.map(({ stage, deployedAtMs }) => `${stage} ${iso(deployedAtMs)}`)).toEqual([
    'canary 03-02T20:00', // Monday 14:00 in Chicago
    'early 03-04T00:30', // Tuesday 18:30
    'production 03-07T07:00', // Saturday 01:00
  ])
  // That its rollout keeps to them is in `library.test.ts`.
  const { header } = await rehearse(scenario, { seed: 1, level: 'model', untilMs: 3_600_000 })
  expect(Object.values(header.stages).map(({ length }) => length)).toEqual([6, 18, 48])
  expect([header.windowHours, header.zone]).toEqual([12, 'America/Chicago'])
})

it('the options of a run override the policy of the scenario', () => {
  const scenario = findScenario('other-plant')
  expect(policyFor(scenario)).toMatchObject({ windowMs: 12 * 3_600_000, quorumShare: 0.8, profile: 'default' })
  expect(policyFor(scenario, { windowMs: 1, profile: 'raw-thresholds' })).toMatchObject({
    ...{ windowMs: 1, quorumShare: 0.8, profile: 'raw-thresholds' },
  })
  expect(policyFor(scenario).shifts.map(({ name }) => name)).toEqual(['day', 'night'])
})

it('names and products of listed lines are attributes of their devices', () => {
  const [first] = fleetOf(findScenario('other-plant'))
  expect(first?.attributes).toMatchObject({ line: '1', lineName: 'stamping', product: 'bracket' })
})
