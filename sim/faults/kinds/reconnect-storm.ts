import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { makeLinkOutage, outageEndMs } from '../families/link-outage.ts'
import { linkSelector } from '../families/link-selector.ts'
import { lasting, period } from '../families/times.ts'

/**
 * All devices lose the connection at the same instant, as when a broker or a router restarts, and reconnect: at once, or
 * spread by the jitter that clients should have. Times count from the start of the rehearsal.
 */
export const reconnectStorm = defineFault({
  kind: 'reconnect-storm',
  family: 'link',
  schema: z
    .strictObject({
      in: linkSelector,
      from: duration.describe('When the connections are lost, after the start of the rehearsal'),
      for: lasting.default(1_000).describe('Shortest duration of the outage'),
      jitter: duration.default(0).describe('Largest additional duration per device, uniform; none by default'),
      every: period.optional().describe('Period from one loss to the next; once by default'),
    })
    .refine(({ for: durationMs, jitter, every }) => every === undefined || every > durationMs + jitter, {
      path: ['every'],
      message: 'must be longer than "for" and "jitter" together',
    }),
  meaning: 'All devices lose the connection at the same instant and reconnect',
  make: makeLinkOutage,
  endMs: outageEndMs,
})
