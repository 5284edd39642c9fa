import { reported } from '../../reports/messages/reported.ts'
import { releaseOnsetMs } from '../../reports/run/release-faults.ts'
import type { ExpectedItem, OpenReport, Report } from '../../reports/run/report.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { Expectation } from '../files/scenario.ts'

/** Compares a report with the expectation of its scenario. */
export function checkExpectation(
  expect: Expectation,
  report: OpenReport,
  header: TraceHeader,
  records: readonly TraceRecord[],
): Report['expectation'] {
  const checked: ExpectedItem[] = []
  const same = (what: string, wanted: unknown, actual: unknown): void => {
    if (wanted !== undefined) {
      checked.push({ what, expected: String(wanted), actual: String(actual), met: wanted === actual })
    }
  }
  const within = (what: string, range: readonly [number, number] | undefined, actualMs: number | null): void => {
    if (range === undefined) return
    const [lowMs, highMs] = range
    const met = actualMs !== null && actualMs >= lowMs && actualMs <= highMs
    const expected = `${durationText(lowMs)} to ${durationText(highMs)}`
    checked.push({ what, expected, actual: durationText(actualMs), met })
  }
  same('outcome', expect.outcome, report.outcome)
  if (expect.code !== undefined) {
    const codes = (report.notStarted ?? []).map(({ code }) => code)
    const actual = codes.length === 0 ? 'none' : codes.join(', ')
    checked.push({ what: 'code', expected: expect.code, actual, met: codes.includes(expect.code) })
  }
  same('caughtIn', expect.caughtIn, report.caughtIn)
  same('falseAlarm', expect.falseAlarm, report.falseAlarm ?? 'undecided')
  same('exposed devices', expect.exposed?.devices, report.exposure.devices)
  for (const { name, updated } of report.stages) same(`devices updated in ${name}`, expect.stages?.[name], updated)
  within('lead time', expect.leadTime?.between, scaled(report.leadTimeHours, 3_600_000))
  const detectedAtMs = report.detection.at === null ? null : Date.parse(report.detection.at)
  const fromMs = expect.detected?.after === 'install' ? firstInstall(header, records) : releaseOnsetMs(header, records)
  const detectedMs = detectedAtMs === null || fromMs === null ? null : detectedAtMs - fromMs
  within(`detection after ${expect.detected?.after}`, expect.detected?.between, detectedMs)
  const allHealthyMs = scaled(report.rollback?.legsMinutes.onsetToAllHealthy ?? null, 60_000)
  within('onset to all healthy', expect.onsetToAllHealthy?.between, allHealthyMs)
  const failures = checked.filter(({ met }) => !met)
  return {
    met: failures.length === 0,
    failures: failures.map(({ met: _, ...data }) => reported({ code: 'EXPECTATION_NOT_MET', data })),
    checked,
  }
}

const scaled = (value: number | null, factor: number): number | null => (value === null ? null : value * factor)

const firstInstall = (header: TraceHeader, records: readonly TraceRecord[]): number | null =>
  records.find((record) => record.kind === 'firmware-started' && record.version === header.release.version)?.atMs ??
  null

function durationText(durationMs: number | null): string {
  if (durationMs === null) return 'never'
  return durationMs >= 2 * 3_600_000
    ? `${(durationMs / 3_600_000).toFixed(2)} h`
    : `${(durationMs / 60_000).toFixed(1)} min`
}
