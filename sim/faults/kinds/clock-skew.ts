import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import type { ProcessView } from '../families/process-fault.ts'
import { lasting } from '../families/times.ts'

/**
 * The device's clock is wrong: its health documents and fleet status messages carry past or future times. It still samples
 * once per minute of true time. With a firmware version in the selector the fault begins when that version is installed,
 * as after a release that broke time synchronisation; otherwise at the start of the rehearsal.
 */
export const clockSkew = defineFault({
  kind: 'clock-skew',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      ahead: duration.optional().describe('How far the clock is ahead of true time'),
      behind: duration.optional().describe('How far the clock is behind true time'),
      over: lasting.optional().describe('The clock drifts at a constant rate for this time; it jumps by default'),
    })
    .refine(({ ahead, behind }) => (ahead === undefined) !== (behind === undefined), {
      message: 'set one of "ahead" or "behind"',
    }),
  meaning: "The device's clock is ahead or behind",
  make({ in: where, ahead = 0, behind = 0, over = 0 }) {
    const sinceMs = (process: ProcessView): number =>
      where.firmware === undefined ? process.worldStartMs : process.installedAtMs
    return {
      onsetMs: sinceMs,
      clockOffsetMs: (process, nowMs) => {
        const passedMs = Math.max(0, nowMs - sinceMs(process))
        const share = passedMs >= over ? 1 : passedMs / over
        return Math.round((ahead - behind) * share)
      },
    }
  },
})
