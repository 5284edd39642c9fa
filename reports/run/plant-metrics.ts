import type { PlantMetricValue, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { rounded } from '../numbers/format.ts'

/** A metric of the plant's own over time, by the firmware version that ran. */
export interface PlantMetricSeries {
  readonly metric: string
  /** `Nm`, `per cycle`, `% of unitsProduced`; empty for a gauge without one. */
  readonly unit: string
  /** The released version first. */
  readonly versions: readonly PlantMetricCurve[]
}

export interface PlantMetricCurve {
  readonly version: string
  /** Consecutive values; a time without one ends a run. */
  readonly runs: readonly (readonly PlantMetricPoint[])[]
}

export interface PlantMetricPoint extends PlantMetricValue {
  readonly atMs: number
}

/** Digits of the means in report.json. */
const DIGITS = 4

/** What the devices measured of the plant's own metrics, in the order of the plant file; empty where it has none. Pure. */
export function foldPlantMetrics(header: TraceHeader, records: readonly TraceRecord[]): readonly PlantMetricSeries[] {
  const recorded = records.filter((record) => record.kind === 'plant-metrics')
  return Object.entries(header.metrics ?? {}).map(([metric, unit]) => {
    const values = recorded.map(({ atMs, metrics }) => ({ atMs, byVersion: metrics[metric] ?? {} }))
    const versions = new Set(values.flatMap(({ byVersion }) => Object.keys(byVersion)))
    const { version: released } = header.release
    const inOrder = [...versions].sort((a, b) => Number(b === released) - Number(a === released) || (a < b ? -1 : 1))
    return { metric, unit, versions: inOrder.map((version) => ({ version, runs: runsOf(values, version) })) }
  })
}

function runsOf(
  values: readonly { readonly atMs: number; readonly byVersion: Readonly<Record<string, PlantMetricValue>> }[],
  version: string,
): PlantMetricPoint[][] {
  const runs: PlantMetricPoint[][] = []
  let isOpen = false
  for (const { atMs, byVersion } of values) {
    const value = Object.hasOwn(byVersion, version) ? byVersion[version] : undefined
    if (value !== undefined) {
      if (!isOpen) runs.push([])
      runs.at(-1)?.push({ atMs, ...value })
    }
    isOpen = value !== undefined
  }
  return runs
}

/** One metric in a report: over all the time that a version ran, each device-quarter alike. */
export interface ReportedPlantMetric {
  readonly metric: string
  readonly unit: string
  readonly versions: readonly { readonly version: string; readonly devices: number; readonly mean: number }[]
}

export const plantMetricsOf = (series: readonly PlantMetricSeries[]): readonly ReportedPlantMetric[] =>
  series.map(({ metric, unit, versions }) => ({
    metric,
    unit,
    versions: versions.map(({ version, runs }) => {
      const points = runs.flat()
      const weight = points.reduce((sum, { devices }) => sum + devices, 0)
      const mean = points.reduce((sum, { devices, value }) => sum + devices * value, 0) / weight
      return { version, devices: Math.max(...points.map(({ devices }) => devices)), mean: rounded(mean, DIGITS) }
    }),
  }))
