import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { during, onlyDuring } from '../families/during.ts'
import type { Fault } from '../families/fault.ts'

/** Operations fail more often from some time after the install: for a while (a burst) or for good (a step). */
export const errorRise = z
  .strictObject({
    kind: z.literal('error-rise'),
    in: selector,
    factor: z.number().positive().describe('How many times as many errors'),
    onset: duration.describe('Time after the install at which it begins'),
    for: duration.optional().describe('How long it lasts; for good by default'),
    during: during.optional(),
  })
  .refine(({ for: lastsMs, during: shift }) => lastsMs === undefined || shift === undefined, {
    message: 'give "for" or "during", not both: a burst may never meet its shift',
  })
  .describe('Error rate is multiplied, for a while or for good')

export function makeErrorRise(spec: z.output<typeof errorRise>): Fault {
  const { factor, onset, for: lastsMs = Number.POSITIVE_INFINITY } = spec
  return onlyDuring(spec.during, {
    kind: 'error-rise',
    onsetMs: ({ installedAtMs }) => installedAtMs + onset,
    effect: ({ installedAtMs }, nowMs) => {
      const sinceMs = nowMs - installedAtMs - onset
      return sinceMs >= 0 && sinceMs < lastsMs ? { errorRateFactor: factor } : {}
    },
  })
}
