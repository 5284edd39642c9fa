import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { makeLinkOutage, outageEndMs } from '../families/link-outage.ts'
import { linkSelector } from '../families/link-selector.ts'

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
      for: duration.describe('Duration of the outage'),
      every: duration.optional().describe('Period from one loss to the next; once by default'),
    })
    .refine(({ for: durationMs, every }) => every === undefined || every > durationMs, {
      path: ['every'],
      message: 'must be longer than "for"',
    })
    // A sample is taken every minute: what flaps faster is noise of the network, and would take for ever.
    .refine(({ every }) => every === undefined || every >= 60_000, {
      path: ['every'],
      message: 'must be at least 1min',
    }),
  meaning: 'A device loses its connection, once or periodically',
  make: makeLinkOutage,
  endMs: outageEndMs,
})
