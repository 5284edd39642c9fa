import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { Scenario } from '../files/scenario.ts'
import { LEAD_MS } from './twin-plan.ts'

/**
 * From when on the surroundings of the rollout are undisturbed: links, AWS, events, functions, people. Until then nobody
 * may be blamed for not getting anywhere. What is wrong with the firmware stays; the controller has to deal with that.
 * Null if something disturbs for good.
 */
export function faultsEndAtMs({ faults, start }: Scenario): number | null {
  const lastMs = Math.max(0, ...faults.map(endMs))
  return lastMs === Number.POSITIVE_INFINITY ? null : start.atMs - LEAD_MS + lastMs
}

/** After the start of the rehearsal; 0 for what belongs to the release. */
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
