import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { windowShape } from '../families/fault-window.ts'

/**
 * Fleet indexing is eventually consistent: it stops processing changes until it lags by this time, then keeps that lag,
 * and catches up at once at the end. Nothing reports the lag. [source: index-lag]
 */
export const staleIndex = defineFault({
  kind: 'stale-index',
  family: 'index',
  schema: z.strictObject({
    in: z.strictObject({ api: z.literal('SearchIndex').describe('The operation') }).default({ api: 'SearchIndex' }),
    behind: duration.describe('Lag of the index'),
    ...windowShape,
  }),
  meaning: 'The fleet index answers with an old state of the fleet',
  make: ({ in: { api }, behind: lagMs }) => ({ api, lagMs }),
})
