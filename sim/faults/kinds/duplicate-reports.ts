import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'

/**
 * The acknowledgement of a QoS 1 message is lost, so the device sends it again: job status, fleet status, requests.
 * [source: mqtt-at-least-once]
 */
export const duplicateReports = defineFault({
  kind: 'duplicate-reports',
  family: 'report',
  schema: z.strictObject({
    in: linkSelector,
    after: duration.default(0).describe('Delay of the copy; none by default'),
    ...shareShape,
    ...windowShape,
  }),
  meaning: 'Messages of a device arrive twice',
  make({ after, share }, chanceOf) {
    const chance = chanceOf('share')
    const twice = [0, after]
    return { of: 'acknowledged', delaysMs: (sinceMs) => (chance(sinceMs) < share / 100 ? twice : null) }
  },
})
