import { z } from 'zod'
import { percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { windowShape } from '../families/fault-window.ts'

/**
 * The plant's network drops connections whatever firmware runs: a share of the attempts fails in addition to the normal
 * ones. Its window counts from the start of the rehearsal, because it does not depend on releases.
 */
export const noisyNetwork = defineFault({
  kind: 'noisy-network',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    share: percent.describe('Share of connection attempts that fail in addition to the normal ones'),
    ...windowShape,
  }),
  meaning: 'Connection attempts fail more often, for a limited time or until the end',
  make: ({ share, from, for: lastsMs = Number.POSITIVE_INFINITY }) => ({
    onsetMs: ({ worldStartMs }) => worldStartMs + from,
    effect: ({ worldStartMs }, nowMs) => {
      const sinceMs = nowMs - worldStartMs - from
      return sinceMs >= 0 && sinceMs < lastsMs ? { connectionFailureShare: share / 100 } : {}
    },
  }),
})
