import { expect, it } from 'vitest'
import { parseScenario } from '../../../scenarios/files/load.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Found by fuzz: the controller is killed for half an hour around 06:00, when cycles go from 40 s to 30 s. */
const WORLD = `story: The first evaluation that is judged in production is that of a shift change.
fleet: { lines: 9, devicesPerLine: 5, noise: quiet }
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
policy: { window: 4h, gates: open }
start: 2026-03-02T14:00[Europe/Berlin]
faults:
  - { kind: lambda-killed, in: { lambda: analyze }, call: 9, share: 50 %, from: 0ms, for: 2d }
  - { kind: event-duplicated, in: { events: all }, after: 4min, share: 20 %, from: 15min, for: 44min }
linger: 3h
`

it('a reading of two shifts is no spread of the cycle time', async () => {
  const scenario = parseScenario(WORLD, 'shift-change.yaml')
  const untilMs = 24 * 3_600_000
  const report = conclude(scenario, await rehearse(scenario, { seed: 379785596, level: 'model', untilMs }))
  expect(report.faults.map(({ kind }) => kind)).toEqual(['lambda-killed', 'event-duplicated'])
  expect(report.rollback).toBeNull()
})
