import { z } from 'zod'
import { duration, percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import type { Fault } from '../families/fault.ts'

/**
 * The plant's network drops connections whatever firmware runs: part of the attempts fail beside the normal ones. It
 * counts from the start of the rehearsal, because it knows nothing of releases.
 */
export const noisyNetwork = z
  .strictObject({
    kind: z.literal('noisy-network'),
    in: selector,
    share: percent.describe('Connection attempts that fail beside the normal ones'),
    from: duration.default(0).describe('Time after the start of the rehearsal at which it begins'),
    for: duration.optional().describe('How long it lasts; to the end by default'),
  })
  .describe('Connections fail more often, for a while or to the end')

export function makeNoisyNetwork(spec: z.output<typeof noisyNetwork>): Fault {
  const { share, from, for: lastsMs = Number.POSITIVE_INFINITY } = spec
  return {
    kind: 'noisy-network',
    onsetMs: ({ worldStartMs }) => worldStartMs + from,
    effect: ({ worldStartMs }, nowMs) => {
      const sinceMs = nowMs - worldStartMs - from
      return sinceMs >= 0 && sinceMs < lastsMs ? { connectionFailureShare: share / 100 } : {}
    },
  }
}
