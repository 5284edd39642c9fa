import { faultEndMs } from '../../sim/faults/catalogue.ts'
import { hasSilence } from '../../sim/twin/silence.ts'
import { plantOf } from '../files/fleet-file.ts'
import type { Scenario } from '../files/scenario.ts'
import { LEAD_MS } from './twin-plan.ts'

/**
 * When the last injected fault of the rollout's environment ends: links, AWS, events, functions, operators. Until then a
 * rollout that makes no progress violates no invariant. Faults of the firmware do not count; the controller has to handle
 * them. Null if a fault never ends, or if the plant's noise takes connections or samples away.
 */
export function faultsEndAtMs({ faults, fleet, start }: Scenario): number | null {
  if (hasSilence(plantOf(fleet))) return null
  const lastMs = Math.max(0, ...faults.map(faultEndMs))
  return lastMs === Number.POSITIVE_INFINITY ? null : start.atMs - LEAD_MS + lastMs
}
