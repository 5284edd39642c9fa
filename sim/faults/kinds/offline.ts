import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { makeLinkOutage, outageEndMs } from '../families/link-outage.ts'
import { linkSelector } from '../families/link-selector.ts'
import { lasting, period } from '../families/times.ts'

/**
 * A device loses its connection: once, or periodically (flapping). It continues to work meanwhile; its reports are missing,
 * and messages to it wait until it is back. Times count from the start of the rehearsal.
 */
export const offline = defineFault({
  kind: 'offline',
  family: 'link',
  schema: z
    .strictObject({
      in: linkSelector,
      from: duration.describe('When the connection is lost, after the start of the rehearsal'),
      for: lasting.describe('Duration of the outage'),
      every: period.optional().describe('Period from one loss to the next; once by default'),
    })
    .refine(({ for: durationMs, every }) => every === undefined || every > durationMs, {
      path: ['every'],
      message: 'must be longer than "for"',
    }),
  meaning: 'A device loses its connection, once or periodically',
  make: makeLinkOutage,
  endMs: outageEndMs,
})
