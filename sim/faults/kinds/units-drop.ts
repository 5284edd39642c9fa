import { z } from 'zod'
import { percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, changeShape, isBurstOrShift, shareUpTo100 } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'

/** The machine runs and its cycles go on, but some of them produce nothing. */
export const unitsDrop = defineFault({
  kind: 'units-drop',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      share: shareUpTo100(percent).describe('Share of the cycles that produce no unit'),
      ...changeShape,
    })
    .refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: 'Cycles go on, and some of them produce no unit',
  make: ({ share, ...change }) => afterInstall(change, (part) => ({ unitLossShare: (share / 100) * part })),
})
