import { describe, expect, it } from 'vitest'
import type { Markup } from '../../../reports/html/markup.ts'
import { plantMetricsSection } from '../../../reports/html/metrics-section.ts'
import { foldPlantMetrics, plantMetricsOf } from '../../../reports/run/plant-metrics.ts'
import { plantMetricText } from '../../../reports/text/summary.ts'
import type { PlantMetricValue, TraceHeader, TraceRecord } from '../../../sim/kernel/trace-events.ts'

const START_MS = Date.parse('2026-03-02T13:00:00Z')
const QUARTER_MS = 15 * 60_000
const header = {
  release: { version: '2.4.0', replaces: '2.3.1' },
  metrics: { torqueNm: 'Nm', offset: '' },
} as unknown as TraceHeader

const at = (quarter: number, torqueNm: Readonly<Record<string, PlantMetricValue>>): TraceRecord =>
  ({ kind: 'plant-metrics', atMs: START_MS + quarter * QUARTER_MS, metrics: { torqueNm, offset: {} } }) as never
const of = (value: number, devices: number, spread = 1): PlantMetricValue => ({ value, devices, spread })

const RECORDS = [
  at(1, { '2.3.1': of(42, 20) }),
  at(2, { '2.3.1': of(42, 19), '2.4.0': of(40, 1) }),
  at(3, { '2.3.1': of(42, 19) }),
  at(4, { '2.3.1': of(44, 10), '2.4.0': of(37, 2) }),
]
const series = foldPlantMetrics(header, RECORDS)

describe('metrics of the plant', () => {
  it('are curves by version, the released one first, broken where nothing was measured', () => {
    const [torque, offset] = series
    expect(torque?.versions.map(({ version }) => version)).toEqual(['2.4.0', '2.3.1'])
    const runs = torque?.versions.map((one) => one.runs.map((run) => run.map(({ value }) => value)))
    expect(runs).toEqual([[[40], [37]], [[42, 42, 42, 44]]])
    expect(offset).toEqual({ metric: 'offset', unit: '', versions: [] })
  })

  it('are in a report with the mean of all devices', () => {
    expect(plantMetricsOf(series)).toEqual([
      {
        metric: 'torqueNm',
        unit: 'Nm',
        versions: [
          { version: '2.4.0', devices: 2, mean: 38 },
          { version: '2.3.1', devices: 20, mean: expect.closeTo(42.2941, 4) },
        ],
      },
      { metric: 'offset', unit: '', versions: [] },
    ])
    expect(plantMetricsOf(series).map(plantMetricText)).toEqual([
      'torqueNm 38 Nm on 2.4.0, 42.29 Nm on 2.3.1',
      'offset not measured',
    ])
  })

  it('have a chart each, with both versions, the spread of the released one and the onset', () => {
    const span = {
      fromMs: START_MS,
      toMs: START_MS + 4 * QUARTER_MS,
      onsetAtMs: START_MS,
      detectedAtMs: null,
      zone: 'UTC',
    }
    const { text } = plantMetricsSection(series, header.release, span) as Markup
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/)
    expect(text.match(/<figure/g)).toHaveLength(1)
    expect(text).toContain('aria-label="torqueNm, Nm: between 36 and 44"')
    expect(text.match(/class="observed"/g)).toHaveLength(2)
    expect(text.match(/class="observed replaced"/g)).toHaveLength(1)
    expect(text.match(/class="band"/g)).toHaveLength(2)
    expect(text).toContain('class="mark onset"')
    expect(plantMetricsSection(foldPlantMetrics({ ...header, metrics: {} }, RECORDS), header.release, span)).toBeNull()
  })

  it('are none in a trace of a plant without', () => {
    const { metrics: _, ...without } = header
    expect(foldPlantMetrics(without, RECORDS)).toEqual([])
  })
})
