import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { linkSelector } from '../families/link-selector.ts'

/**
 * Everybody loses the connection at the same instant, as when a broker or a router restarts, and everybody comes back: at
 * once, or spread by the jitter that clients should have. It counts from the start of the rehearsal.
 */
export const reconnectStorm = z
  .strictObject({
    kind: z.literal('reconnect-storm'),
    in: linkSelector,
    from: duration.describe('Time after the start of the rehearsal at which the connections are lost'),
    for: duration.default(1_000).describe('How long they are away at least; a second by default'),
    jitter: duration.default(0).describe('Each comes back uniformly so much later; all at once by default'),
    every: duration.optional().describe('Lost again this long after they were lost'),
  })
  .refine(({ for: awayMs, jitter, every }) => every === undefined || every > awayMs + jitter, {
    path: ['every'],
    message: 'must be longer than "for" and "jitter" together',
  })
  .describe('All connections are lost at the same instant and come back')
