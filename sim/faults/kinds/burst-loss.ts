import { z } from 'zod'
import { duration, percent } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { windowShape } from '../families/fault-window.ts'
import { linkSelector } from '../families/link-selector.ts'

const MINUTE_MS = 60_000

/**
 * Losses come in bursts: the link has a good and a bad state and changes between them at random from minute to minute; all
 * samples of a bad minute are lost. Samples are sent at QoS 0; a bad link does not lose what is acknowledged (QoS 1).
 * [source: burst-loss]
 */
export const burstLoss = defineFault({
  kind: 'burst-loss',
  family: 'report',
  schema: z
    .strictObject({
      in: linkSelector,
      share: percent.describe('Share of the samples that is lost in the long run'),
      burst: duration.describe('Mean length of a burst'),
      ...windowShape,
    })
    .refine(({ share }) => share < 100, { path: ['share'], message: 'must be less than 100 %; use "offline" for all' })
    .refine(({ burst }) => burst >= MINUTE_MS, { path: ['burst'], message: 'must be at least 1 min' })
    .refine(({ share, burst }) => share * MINUTE_MS <= (100 - share) * burst, {
      path: ['burst'],
      message: 'is too short for this share: the mean time between bursts would be less than 1 min',
    }),
  meaning: 'Samples are lost in bursts',
  make({ share, burst, from }, chanceOf) {
    const chance = chanceOf('state')
    const leaves = MINUTE_MS / burst
    const enters = (leaves * share) / (100 - share)
    let isBad = chance(0) < share / 100
    let minute = 0
    const isBadIn = (atMinute: number): boolean => {
      for (; minute < atMinute; minute++) {
        const draw = chance(minute + 1)
        isBad = isBad ? draw >= leaves : draw < enters
      }
      return isBad
    }
    return {
      of: 'samples',
      delaysMs: (sinceMs) => (isBadIn(Math.floor((sinceMs - from) / MINUTE_MS)) ? [] : null),
    }
  },
})
