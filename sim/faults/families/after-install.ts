import type { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { during, onlyDuring } from './during.ts'
import type { ProcessEffect, ProcessFault } from './process-fault.ts'
import { lasting } from './times.ts'

/** When a change of the process acts that begins with the install or some time after it. */
export const momentShape = {
  onset: duration.default(0).describe('Time after the install at which it begins; at once by default'),
  for: lasting.optional().describe('How long it lasts; permanently by default'),
  during: during.optional(),
}

/** The same for a change that may come little by little. */
export const changeShape = {
  ...momentShape,
  over: lasting.optional().describe('It grows evenly over this time; all at once by default'),
}

interface Change {
  readonly onset: number
  readonly for?: number | undefined
  readonly during?: string | undefined
  readonly over?: number | undefined
}

/** A burst may not overlap its shift. */
export const isBurstOrShift = ({ for: lastsMs, during: shift }: Change): boolean =>
  lastsMs === undefined || shift === undefined
export const BURST_OR_SHIFT = { message: 'set "for" or "during", not both: a burst may not overlap its shift' }

/** The fault whose effect is given by how much of the change there is: above 0, and 1 for all of it. */
export function afterInstall(
  { onset, for: lastsMs = Number.POSITIVE_INFINITY, during: shift, over = 0 }: Change,
  effectOf: (part: number) => ProcessEffect,
): ProcessFault {
  return onlyDuring(shift, {
    // A restart of the process does not clear what came with the install.
    onsetMs: ({ installedAtMs }) => installedAtMs + onset,
    effect: ({ installedAtMs }, nowMs) => {
      const sinceMs = nowMs - installedAtMs - onset
      if (sinceMs < 0 || sinceMs >= lastsMs) return {}
      const part = sinceMs >= over ? 1 : sinceMs / over
      return part === 0 ? {} : effectOf(part)
    },
  })
}

/** Between no change and all of it. */
export const partOf = (factor: number, part: number): number => 1 + (factor - 1) * part

export const shareUpTo100 = (share: z.ZodType<number, string>) =>
  share.refine((value) => value <= 100, { message: 'must be at most 100 %' })
