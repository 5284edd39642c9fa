import { z } from 'zod'
import { duration, percent } from '../../../controller/units/quantity.ts'
import type { Chance } from '../families/fault.ts'
import { windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'
import type { ReportFault } from '../families/report-fault.ts'

const MINUTE_MS = 60_000

/**
 * Losses come in bursts: the link has a good and a bad state and changes between them by chance from minute to minute; all
 * samples of a bad minute are lost. Samples go out at QoS 0; what is acknowledged (QoS 1) is not lost by a bad link.
 * [Gilbert 1960, Elliott 1963: burst-noise channel]
 */
export const burstLoss = z
  .strictObject({
    kind: z.literal('burst-loss'),
    in: linkSelector,
    share: percent.describe('Share of the samples that is lost in the long run'),
    burst: duration.describe('Mean length of a burst'),
    ...windowShape,
  })
  .refine(({ share }) => share < 100, { path: ['share'], message: 'must be less than 100 %; use "offline" for all' })
  .refine(({ burst }) => burst >= MINUTE_MS, { path: ['burst'], message: 'must be at least a minute' })
  .refine(({ share, burst }) => share * MINUTE_MS <= (100 - share) * burst, {
    path: ['burst'],
    message: 'is too short for this share: good minutes would have to be shorter than one',
  })
  .describe('Samples are lost in bursts')

export function makeBurstLoss(spec: z.output<typeof burstLoss>, chance: Chance): ReportFault {
  const leaves = MINUTE_MS / spec.burst
  const enters = (leaves * spec.share) / (100 - spec.share)
  let isBad = chance(0) < spec.share / 100
  let minute = 0
  const isBadIn = (atMinute: number): boolean => {
    for (; minute < atMinute; minute++) {
      const draw = chance(minute + 1)
      isBad = isBad ? draw >= leaves : draw < enters
    }
    return isBad
  }
  return {
    kind: spec.kind,
    window: spec,
    of: 'samples',
    delaysMs: (sinceMs) => (isBadIn(Math.floor((sinceMs - spec.from) / MINUTE_MS)) ? [] : null),
  }
}
