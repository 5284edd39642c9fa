import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'

/** The network delays samples, each by a draw of its own: later samples may overtake earlier ones. */
export const lateReports = defineFault({
  kind: 'late-reports',
  family: 'report',
  schema: z
    .strictObject({
      in: linkSelector,
      delay: duration.describe('Mean delay of samples'),
      jitter: duration.default(0).describe('Uniform deviation from the delay, in both directions'),
      ...shareShape,
      ...windowShape,
    })
    .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' }),
  meaning: 'Samples arrive late and out of order',
  make({ delay, jitter, share }, chanceOf) {
    const [shareChance, jitterChance] = [chanceOf('share'), chanceOf('jitter')]
    return {
      of: 'samples',
      delaysMs: (sinceMs) =>
        shareChance(sinceMs) < share / 100 ? [Math.round(delay + (2 * jitterChance(sinceMs) - 1) * jitter)] : null,
    }
  },
})
