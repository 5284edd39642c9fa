import { expect, it } from 'vitest'
import { noiseSchema } from '../../../scenarios/files/noise.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { expectSame } from './both-levels.ts'

const HOUR_MS = 3_600_000

const rough = (over: object): Scenario => ({
  ...findScenario('healthy'),
  fleet: { lines: 2, devicesPerLine: 10, noise: noiseSchema.parse({ preset: 'rough', ...over }) },
  // So that the release starts, however noisy the week before was.
  policy: {
    window: 2 * HOUR_MS,
    gates: 'open',
    onNoisyBaseline: 'raise',
    dryRun: ['error-rate', 'connection-failure'],
  },
  expect: {},
})

it('a rough plant is the same at both levels, with outages of devices, lines and the plant', async () => {
  const outages = {
    device: { every: '8h', median: '4min' },
    line: { every: '2h', median: '5min' },
    plant: { every: '3h', median: '5min' },
  }
  const { records } = await expectSame(rough({ outages }), { untilMs: 5 * HOUR_MS })
  const scopes = records.flatMap((record) => (record.kind === 'plant-outage' ? [record.scope] : []))
  expect(new Set(scopes)).toEqual(new Set(['device', 'line', 'plant']))
})

it('is never the cause that a report names: no fault has begun, whatever the outcome', async () => {
  const scenario = rough({ outages: { line: { every: '2h', median: '20min' } } })
  const report = conclude(scenario, await rehearse(scenario, { seed: 1, level: 'model', untilMs: 24 * HOUR_MS }))
  expect(report.faults).toEqual([])
  expect(report).not.toMatchObject({ detection: { onsetAtMs: expect.any(Number) } })
})
