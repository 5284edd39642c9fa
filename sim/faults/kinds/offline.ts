import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { linkSelector } from '../families/link-selector.ts'

/**
 * A device loses its connection: once, or again and again (flapping). It works on meanwhile; nobody hears of it, and what
 * it was to be told waits until it is back. It counts from the start of the rehearsal.
 */
export const offline = z
  .strictObject({
    kind: z.literal('offline'),
    in: linkSelector,
    from: duration.describe('Time after the start of the rehearsal at which the connection is lost'),
    for: duration.describe('How long it is away'),
    every: duration.optional().describe('Lost again this long after it was lost'),
  })
  .refine(({ for: awayMs, every }) => every === undefined || every > awayMs, {
    path: ['every'],
    message: 'must be longer than "for"',
  })
  .describe('The connection of a device is lost for a while, once or again and again')
