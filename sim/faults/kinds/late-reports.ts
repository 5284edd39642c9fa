import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import type { Chance } from '../families/fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'
import type { ReportFault } from '../families/report-fault.ts'

/** Something between device and cloud holds samples back, each for a time of its own: later ones may overtake them. */
export const lateReports = z
  .strictObject({
    kind: z.literal('late-reports'),
    in: linkSelector,
    delay: duration.describe('How late samples arrive'),
    jitter: duration.default(0).describe('Uniformly so much more or less'),
    ...shareShape,
    ...windowShape,
  })
  .refine(({ delay, jitter }) => jitter <= delay, { path: ['jitter'], message: 'must not be longer than "delay"' })
  .describe('Samples arrive late, and in another order')

export const makeLateReports = (spec: z.output<typeof lateReports>, chance: Chance, jitter: Chance): ReportFault => ({
  kind: spec.kind,
  window: spec,
  of: 'samples',
  delaysMs: (sinceMs) =>
    chance(sinceMs) < spec.share / 100 ? [Math.round(spec.delay + (2 * jitter(sinceMs) - 1) * spec.jitter)] : null,
})
