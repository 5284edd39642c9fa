import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import type { Fault, ProcessView } from '../families/fault.ts'

/**
 * The device's clock is wrong: its health documents and fleet status messages come from the past or from the future.
 * Nothing else of it changes: it goes on sampling every minute of true time. With a firmware in the selector it begins
 * when that runs, as after a release that broke time synchronisation; otherwise with the rehearsal.
 */
export const clockSkew = z
  .strictObject({
    kind: z.literal('clock-skew'),
    in: selector,
    ahead: duration.optional().describe('How far the clock is ahead of the true time'),
    behind: duration.optional().describe('How far the clock is behind the true time'),
    over: duration.optional().describe('Drifts there evenly in this time; it jumps by default'),
  })
  .refine(({ ahead, behind }) => (ahead === undefined) !== (behind === undefined), {
    message: 'give one of "ahead" or "behind"',
  })
  .describe("The device's clock is ahead or behind")

export function makeClockSkew({ in: where, ahead = 0, behind = 0, over = 0 }: z.output<typeof clockSkew>): Fault {
  const sinceMs = (process: ProcessView): number =>
    where.firmware === undefined ? process.worldStartMs : process.installedAtMs
  return {
    kind: 'clock-skew',
    onsetMs: sinceMs,
    clockOffsetMs: (process, nowMs) => {
      const passedMs = Math.max(0, nowMs - sinceMs(process))
      const share = passedMs >= over ? 1 : passedMs / over
      return Math.round((ahead - behind) * share)
    },
  }
}
