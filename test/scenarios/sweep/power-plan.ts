import { sizedFault } from '../../../scenarios/files/sized-fault.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import type { PowerPlan } from '../../../scenarios/sweep/power.ts'

const HOUR_MS = 3_600_000

/** Lines enough for the rules on lines, devices enough for controls. */
export const SMALL = { ...findScenario('healthy'), fleet: { lines: 8, devicesPerLine: 6, noise: 'quiet' as const } }

/** A fault in canary, in windows of 1 h and 4 h. */
export function powerPlan(kind: string, sizes: readonly string[], over: Partial<PowerPlan> = {}): PowerPlan {
  const fault = sizedFault(kind)
  return {
    scenario: SMALL,
    fault,
    sizes: sizes.map(fault.sizeOf),
    windowsMs: [1 * HOUR_MS, 4 * HOUR_MS],
    stage: 'canary',
    seeds: [1],
    ...over,
  }
}
