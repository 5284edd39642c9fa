import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, changeShape, isBurstOrShift, partOf } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'

/** Cycles take differently long about an unchanged mean, as where two tasks of a controller compete. */
export const cycleTimeJitter = defineFault({
  kind: 'cycle-time-jitter',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      factor: z
        .number()
        .positive()
        .describe("Factor on the spread of single cycles (`cycleSpread` of the plant's noise)"),
      ...changeShape,
    })
    .refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: 'Cycle times scatter by another amount about an unchanged mean',
  make: ({ factor, ...change }) => afterInstall(change, (part) => ({ cycleSpreadFactor: partOf(factor, part) })),
})
