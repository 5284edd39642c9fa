import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, changeShape, isBurstOrShift, partOf } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'
import { metricName } from '../families/metric-name.ts'

/** A gauge of the plant's own jitters: its values scatter more widely, or less, about an unchanged mean. */
export const metricSpread = defineFault({
  kind: 'metric-spread',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      metric: metricName,
      factor: z.number().positive().describe('Factor on the spread of the gauge'),
      ...changeShape,
    })
    .refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: "A gauge of the plant's own scatters by another amount about an unchanged mean",
  make: ({ metric: name, factor, ...change }) =>
    afterInstall(change, (part) => ({ metric: { name, spreadFactor: partOf(factor, part) } })),
})
