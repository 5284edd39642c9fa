import { numberText } from './format.ts'

/** How a metric of the controller's rules is shown to readers. */
export interface Metric {
  /** Without its unit, in lower case: `cycle time increase`. */
  readonly label: string
  /** Null for a count of devices or events. */
  readonly unit: '%' | 'percentage points' | 'h' | 'MiB/h' | '%/h' | 'per device-day' | null
  /** Where values are bad: above an `upper` limit, below a `lower` one. */
  readonly limit: 'upper' | 'lower'
}

const upper = (label: string, unit: Metric['unit'] = null): Metric => ({ label, unit, limit: 'upper' })
const lower = (label: string, unit: Metric['unit'] = null): Metric => ({ label, unit, limit: 'lower' })

/** By the names that findings have in the trace and in report.json. */
export const METRICS: Readonly<Record<string, Metric>> = {
  connectionFailurePct: upper('failed connections', '%'),
  crashes: upper('crashes'),
  crashesPerDeviceDay: upper('crashes', 'per device-day'),
  cycleTimeIncreasePct: upper('cycle time increase', '%'),
  cycleTimeMsSpreadChangePct: upper('spread of the cycle time', '%'),
  cycleTimeDriftPctPerHour: upper('cycle time growth', '%/h'),
  downDevicesPct: upper('devices down', '%'),
  errorRateIncreasePct: upper('error rate increase', '%'),
  errorRateIncreasePoints: upper('error rate increase', 'percentage points'),
  failedDevices: upper('failed devices'),
  fallenBackDevices: upper('devices that fell back'),
  freeMemoryPct: lower('free memory', '%'),
  hoursToExhaustion: lower('time to memory exhaustion', 'h'),
  linesWithoutData: upper('lines without data'),
  memoryMiBPerHour: upper('memory growth', 'MiB/h'),
  outputDecreasePct: upper('output decrease', '%'),
  qualityFailurePct: upper('failed quality checks', '%'),
  qualityPassesSharePoints: upper('failed quality checks', 'percentage points'),
  silentDevices: upper('silent devices'),
}

/** How names of metrics say their unit. */
const SUFFIXES = [
  ['Pct', '%'],
  ['Points', 'percentage points'],
  ['PerDeviceDay', 'per device-day'],
  ['Hours', 'h'],
] as const satisfies readonly (readonly [string, Metric['unit']])[]

/** A metric that the table does not hold is shown by its name, without the unit at its end; its limit is an upper one. */
export function metricOf(name: string): Metric {
  if (Object.hasOwn(METRICS, name)) return METRICS[name] as Metric
  const found = SUFFIXES.find(([suffix]) => name.length > suffix.length && name.endsWith(suffix))
  return found === undefined ? upper(name) : upper(name.slice(0, -found[0].length), found[1])
}

/** `cycle time increase, %`. */
export function metricText(name: string): string {
  const { label, unit } = metricOf(name)
  return unit === null ? label : `${label}, ${unit}`
}

/** `12.3 %`; `-` for what was not measured. */
export function metricValueText(name: string, value: number | null): string {
  const { unit } = metricOf(name)
  return unit === null || value === null ? numberText(value) : `${numberText(value)} ${unit}`
}

/** Whether it is measured, not counted: quantities are drawn as curves, counts stand in tables. */
export const isQuantity = (name: string): boolean => metricOf(name).unit !== null
