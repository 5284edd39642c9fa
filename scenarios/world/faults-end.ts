import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { Scenario } from '../files/scenario.ts'
import { LEAD_MS } from './twin-plan.ts'

/**
 * When the last injected fault of the rollout's environment ends: links, AWS, events, functions, operators. Until then a
 * rollout that makes no progress violates no invariant. Faults of the firmware do not count; the controller has to handle
 * them. Null if a fault never ends.
 */
export function faultsEndAtMs({ faults, start }: Scenario): number | null {
  const lastMs = Math.max(0, ...faults.map(endMs))
  return lastMs === Number.POSITIVE_INFINITY ? null : start.atMs - LEAD_MS + lastMs
}

/** In milliseconds after the start of the rehearsal; 0 for faults of the release. */
function endMs(fault: FaultSpec): number {
  switch (fault.kind) {
    case 'operator':
      return fault.at
    case 'wrong-group':
      return fault.at + (fault.for ?? Number.POSITIVE_INFINITY)
    case 'offline':
      return fault.every === undefined ? fault.from + fault.for : Number.POSITIVE_INFINITY
    case 'reconnect-storm':
      return fault.every === undefined ? fault.from + fault.for + fault.jitter : Number.POSITIVE_INFINITY
    default:
      return 'from' in fault ? fault.from + (fault.for ?? Number.POSITIVE_INFINITY) : 0
  }
}
