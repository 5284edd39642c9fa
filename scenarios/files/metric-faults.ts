import { nearest } from '../../controller/support/schema-problems.ts'
import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { PlantMetrics } from '../../sim/plant/metric-settings.ts'

type MetricFault = Extract<FaultSpec, { readonly metric: string }>
interface Problem {
  readonly key: 'metric' | 'by'
  readonly message: string
}

/** Why a fault cannot act on its metric: the plant does not have it, or it is of another kind. */
export function metricFaultProblems(fault: MetricFault, metrics: PlantMetrics): readonly Problem[] {
  const { metric: name } = fault
  const names = Object.keys(metrics)
  if (!names.includes(name)) {
    const hint = names.length === 0 ? '; its own metrics are listed in fleet.metrics' : nearest(name, names)
    return [{ key: 'metric', message: `the plant has no metric "${name}"${hint}` }]
  }
  const own = metrics[name] as PlantMetrics[string]
  if (fault.kind === 'metric-spread') {
    if (own.kind !== 'gauge') return [{ key: 'metric', message: `"${name}" is a counter; only a gauge has a spread` }]
    return own.sigma > 0 ? [] : [{ key: 'metric', message: `"${name}" has no spread that could be multiplied` }]
  }
  if (fault.kind !== 'metric-shift') return []
  const { by } = fault
  if ('factor' in by) {
    const isZero = own.kind === 'gauge' && own.mean === 0
    const message = `"${name}" has a mean of 0, which no factor changes; write it in the unit of the gauge`
    return isZero ? [{ key: 'by', message }] : []
  }
  if (own.kind !== 'gauge') return [{ key: 'by', message: `"${name}" is a counter; write +15 % or x1.5` }]
  const wanted = own.unit === '' ? 'has no unit' : `is in ${own.unit}`
  return by.unit === own.unit ? [] : [{ key: 'by', message: `"${name}" ${wanted}` }]
}
