import { z } from 'zod'
import { metricChange } from '../../plant/metric-change.ts'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, changeShape, isBurstOrShift, partOf } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'
import { metricName } from '../families/metric-name.ts'

/** One of the plant's own metrics moves: the mean of a gauge, around which it scatters as before, or a counter's rate. */
export const metricShift = defineFault({
  kind: 'metric-shift',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      metric: metricName,
      by: metricChange.describe("Of a gauge's mean or a counter's rate: +15 %, x1.5; of a gauge also +2 Nm"),
      ...changeShape,
    })
    .refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: "The mean of a gauge or the rate of a counter changes, of the plant's own metrics",
  make: ({ metric: name, by, ...change }) =>
    afterInstall(change, (part) => ({
      metric: 'factor' in by ? { name, factor: partOf(by.factor, part) } : { name, add: by.add * part },
    })),
})
