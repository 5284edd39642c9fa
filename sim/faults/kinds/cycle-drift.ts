import { z } from 'zod'
import { duration, percent, percentRate } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { during, onlyDuring } from '../families/during.ts'
import { lasting } from '../families/times.ts'

const HOUR_MS = 3_600_000

/**
 * Production cycles become longer from some time after the install: a queue that grows without limit (`rate`), or a table
 * that fills up and then stays full (`rise` over a time, an S-curve).
 */
export const cycleDrift = defineFault({
  kind: 'cycle-drift',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      onset: duration.describe('Time after the install at which the drift begins'),
      rate: percentRate.optional().describe('Growth of the cycle time per hour, without limit'),
      rise: percent.optional().describe('Final increase of the cycle time'),
      over: lasting.optional().describe('Duration of the rise'),
      during: during.optional(),
    })
    .refine(({ rate, rise, over }) => (rate === undefined) === (rise !== undefined && over !== undefined), {
      message: 'set either "rate", or "rise" with "over"',
    }),
  meaning: 'Cycle time grows from some time after the install, linearly or along an S-curve',
  make({ onset, rate, rise, over, during: shift }) {
    const increasePct = (driftingMs: number): number =>
      rate !== undefined ? rate * (driftingMs / HOUR_MS) : (rise as number) * smoothStep(driftingMs / (over as number))
    return onlyDuring(shift, {
      // A restart does not clear what has accumulated, so the drift counts from the install.
      onsetMs: ({ installedAtMs }) => installedAtMs + onset,
      effect: ({ installedAtMs }, nowMs) => ({
        cycleTimeFactor: 1 + increasePct(Math.max(0, nowMs - installedAtMs - onset)) / 100,
      }),
    })
  },
})

/** 0 to 1 with flat ends; products only, so that every engine gives the same. */
function smoothStep(x: number): number {
  const t = Math.min(Math.max(x, 0), 1)
  return t * t * (3 - 2 * t)
}
