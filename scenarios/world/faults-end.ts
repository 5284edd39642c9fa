import { faultEndMs } from '../../sim/faults/catalogue.ts'
import type { Scenario } from '../files/scenario.ts'
import { LEAD_MS } from './twin-plan.ts'

/**
 * When the last injected fault of the rollout's environment ends: links, AWS, events, functions, operators. Until then a
 * rollout that makes no progress violates no invariant. Faults of the firmware do not count; the controller has to handle
 * them, and what its noise takes away of connections and samples is in the trace. Null if a fault never ends.
 */
export function faultsEndAtMs({ faults, start }: Scenario): number | null {
  const lastMs = Math.max(0, ...faults.map(faultEndMs))
  return lastMs === Number.POSITIVE_INFINITY ? null : start.atMs - LEAD_MS + lastMs
}
