import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { afterInstall, BURST_OR_SHIFT, isBurstOrShift, momentShape } from '../families/after-install.ts'
import { defineFault } from '../families/define-fault.ts'
import { metricName } from '../families/metric-name.ts'

/**
 * The firmware stops reporting a metric of the plant's own, and the health component deletes it from its document: a
 * shadow would keep the last value. The device goes on counting, so that a counter that comes back has lost nothing.
 */
export const metricMissing = defineFault({
  kind: 'metric-missing',
  family: 'process',
  schema: z.strictObject({ in: selector, metric: metricName, ...momentShape }).refine(isBurstOrShift, BURST_OR_SHIFT),
  meaning: "One of the plant's own metrics is no longer reported",
  make: ({ metric: name, ...moment }) => afterInstall(moment, () => ({ metric: { name, isMissing: true } })),
})
