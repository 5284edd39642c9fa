import { expect } from 'vitest'
import type { Report } from '../../../reports/run/report.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { compareRuns } from '../../../scenarios/outcome/determinism.ts'
import type { RehearsalOptions } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'

/** What may differ between levels: the links of the devices, the number of messages, and real time. */
function comparable(report: Report): object {
  const { level, connections, messages, wall, ...same } = report
  return same
}

/** Both levels make the same decisions: every event at its simulated time, and the same report. Returns that, and the events. */
export async function expectSame(
  scenario: Scenario,
  over: Partial<RehearsalOptions> = {},
): Promise<Report & { readonly records: readonly TraceRecord[] }> {
  const [wire, model] = [
    await rehearse(scenario, { seed: 1, level: 'wire', ...over }),
    await rehearse(scenario, { seed: 1, level: 'model', ...over, connections: undefined } as RehearsalOptions),
  ]
  expect(compareRuns(wire, model, ['wire', 'model'])).toBeNull()
  expect(wire.facts.digestsByHour).toEqual(model.facts.digestsByHour)
  const report = conclude(scenario, model)
  expect(comparable(conclude(scenario, wire))).toEqual(comparable(report))
  return { ...report, records: model.records }
}
