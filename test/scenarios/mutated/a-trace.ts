import { parseScenario } from '../../../scenarios/files/load.ts'
import type { SavedTrace } from '../../../scenarios/outcome/saved-trace.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const SCENARIO = `story: three lines, an hour
start: 2026-03-02T14:00[Europe/Berlin]
fleet: { lines: 3, devicesPerLine: 5, noise: quiet }
policy: { window: 1h, gates: open }
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
faults: [{ kind: crash, in: { firmware: 2.4.0 }, at: start }]
`
const HOUR_MS = 3_600_000

/** A rehearsal of an hour, as it is saved. */
export async function savedTrace(): Promise<SavedTrace> {
  const scenario = parseScenario(SCENARIO, 'small.yaml')
  const result = await rehearse(scenario, { seed: 1, level: 'model', untilMs: HOUR_MS })
  return { ...result, expect: scenario.expect, command: 'rehearse run small.yaml' }
}
