import { faultEndMs } from '../../sim/faults/catalogue.ts'
import type { Scenario } from '../files/scenario.ts'
import { LEAD_MS } from './twin-plan.ts'

/**
 * From when on the surroundings of the rollout are undisturbed: links, AWS, events, functions, people. Until then nobody
 * may be blamed for not getting anywhere. What is wrong with the firmware stays; the controller has to deal with that.
 * Null if something disturbs for good.
 */
export function faultsEndAtMs({ faults, start }: Scenario): number | null {
  const lastMs = Math.max(0, ...faults.map(faultEndMs))
  return lastMs === Number.POSITIVE_INFINITY ? null : start.atMs - LEAD_MS + lastMs
}
