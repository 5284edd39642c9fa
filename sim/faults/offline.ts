import { z } from 'zod'
import { duration } from '../units.ts'
import { selector } from './fault.ts'

/**
 * A device loses its connection: once, or again and again (flapping). It works on meanwhile; nobody hears of it, and what
 * it was to be told waits until it is back. It counts from the start of the rehearsal.
 */
export const offline = z
  .strictObject({
    kind: z.literal('offline'),
    in: selector,
    from: duration.describe('Time after the start of the rehearsal at which the connection is lost'),
    for: duration.describe('How long it is away'),
    every: duration.optional().describe('Lost again this long after it was lost'),
  })
  .refine(({ in: where }) => where.firmware === undefined, {
    path: ['in'],
    message: 'a connection knows no firmware; give line, device or fleet: all',
  })
  .refine(({ for: awayMs, every }) => every === undefined || every > awayMs, {
    path: ['every'],
    message: 'must be longer than "for"',
  })
  .describe('The connection of a device is lost for a while, once or again and again')

/** A fault of the link, seen from one device: when it is lost, and for how long. */
export interface LinkFault {
  readonly kind: string
  readonly firstAtMs: number
  readonly awayMs: number
  /** From one loss to the next; null for a single one. */
  readonly periodMs: number | null
}

export const makeOffline = (
  { from, for: awayMs, every }: z.output<typeof offline>,
  worldStartMs: number,
): LinkFault => ({ kind: 'offline', firstAtMs: worldStartMs + from, awayMs, periodMs: every ?? null })
