import { z } from 'zod'
import { duration, percent, percentRate } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { during, onlyDuring } from '../families/during.ts'
import type { Fault } from '../families/fault.ts'

const HOUR_MS = 3_600_000

/**
 * Production cycles take longer and longer from some time after the install: a queue that grows without end (`rate`), or
 * a table that fills up and then stays full (`rise` over a time, an S-curve).
 */
export const cycleDrift = z
  .strictObject({
    kind: z.literal('cycle-drift'),
    in: selector,
    onset: duration.describe('Time after the install at which the drift begins'),
    rate: percentRate.optional().describe('Growth of the cycle time, without end'),
    rise: percent.optional().describe('How much longer cycles take in the end'),
    over: duration.optional().describe('How long the rise takes'),
    during: during.optional(),
  })
  .refine(({ rate, rise, over }) => (rate === undefined) === (rise !== undefined && over !== undefined), {
    message: 'give either "rate", or "rise" with "over"',
  })
  .refine(({ over }) => over !== 0, { path: ['over'], message: 'must be longer than nothing' })
  .describe('Cycle time grows from some time after the install, evenly or along an S-curve')

export function makeCycleDrift({ onset, rate, rise, over, during: shift }: z.output<typeof cycleDrift>): Fault {
  const increasePct = (driftingMs: number): number =>
    rate !== undefined ? rate * (driftingMs / HOUR_MS) : (rise as number) * smoothStep(driftingMs / (over as number))
  return onlyDuring(shift, {
    kind: 'cycle-drift',
    // A restart does not clear what has built up, so the drift counts from the install.
    onsetMs: ({ installedAtMs }) => installedAtMs + onset,
    effect: ({ installedAtMs }, nowMs) => ({
      cycleTimeFactor: 1 + increasePct(Math.max(0, nowMs - installedAtMs - onset)) / 100,
    }),
  })
}

/** 0 to 1 with level ends; products only, so that every engine gives the same. */
function smoothStep(x: number): number {
  const t = Math.min(Math.max(x, 0), 1)
  return t * t * (3 - 2 * t)
}
