import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { during, onlyDuring } from '../families/during.ts'
import { lasting } from '../families/times.ts'

/** Operations fail more often from some time after the install: for a limited time (a burst) or permanently (a step). */
export const errorRise = defineFault({
  kind: 'error-rise',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      factor: z.number().positive().describe('Factor on the error rate'),
      onset: duration.describe('Time after the install at which it begins'),
      for: lasting.optional().describe('How long it lasts; permanently by default'),
      during: during.optional(),
    })
    .refine(({ for: lastsMs, during: shift }) => lastsMs === undefined || shift === undefined, {
      message: 'set "for" or "during", not both: a burst may not overlap its shift',
    }),
  meaning: 'Error rate is multiplied, for a limited time or permanently',
  make: ({ factor, onset, for: lastsMs = Number.POSITIVE_INFINITY, during: shift }) =>
    onlyDuring(shift, {
      onsetMs: ({ installedAtMs }) => installedAtMs + onset,
      effect: ({ installedAtMs }, nowMs) => {
        const sinceMs = nowMs - installedAtMs - onset
        return sinceMs >= 0 && sinceMs < lastsMs ? { errorRateFactor: factor } : {}
      },
    }),
})
