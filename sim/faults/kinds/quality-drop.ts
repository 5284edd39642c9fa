import { z } from 'zod'
import { percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, changeShape, isBurstOrShift, shareUpTo100 } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'

/** What is made is worse: more quality checks fail. Cycles, units and checks are as many as before. */
export const qualityDrop = defineFault({
  kind: 'quality-drop',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      share: shareUpTo100(percent).describe('Share of the quality checks that fail in addition to the normal ones'),
      ...changeShape,
    })
    .refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: 'Quality checks fail more often',
  make: ({ share, ...change }) => afterInstall(change, (part) => ({ qualityFailureShare: (share / 100) * part })),
})
