import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import type { RehearsalOptions } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** A shipped scenario on a small fleet: its report, and what else the page is made of. */
export async function rehearsed(name: string, over: Partial<RehearsalOptions> = {}) {
  const scenario = { ...findScenario(name), fleet: { lines: 2, devicesPerLine: 20, noise: 'quiet' as const } }
  const result = await rehearse(scenario, { seed: 1, level: 'model', ...over })
  const { exposed: _, ...expect } = scenario.expect // it counts the devices of the whole fleet
  return { report: conclude({ expect }, result), ...result }
}
