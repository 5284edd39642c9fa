import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import type { Chance } from '../families/fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'
import type { ReportFault } from '../families/report-fault.ts'

/**
 * The acknowledgement of a QoS 1 message is lost, so the device sends it again: status of jobs and of the fleet, requests.
 * [mqtt 3.1.1: 4.3.2, at least once]
 */
export const duplicateReports = z
  .strictObject({
    kind: z.literal('duplicate-reports'),
    in: linkSelector,
    after: duration.default(0).describe('The copy comes so much later; at once by default'),
    ...shareShape,
    ...windowShape,
  })
  .describe('Messages of a device arrive twice')

export const makeDuplicateReports = (spec: z.output<typeof duplicateReports>, chance: Chance): ReportFault => {
  const twice = [0, spec.after]
  return {
    kind: spec.kind,
    window: spec,
    of: 'acknowledged',
    delaysMs: (sinceMs) => (chance(sinceMs) < spec.share / 100 ? twice : null),
  }
}
