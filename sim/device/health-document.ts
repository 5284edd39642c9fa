import type { HealthMetrics, HealthReportV1, HealthReportV2 } from '../../controller/contract.ts'
import { type Machine, MEMORY_LIMIT_MIB } from '../plant/machine.ts'

/** The cumulative counters of the machine and of the firmware since the health component started, copied. */
export type CounterValues = HealthReportV2['counters']

export const countersOf = (machine: Machine, crashes: number): CounterValues => ({
  connectionAttempts: machine.connectionAttempts,
  connectionFailures: machine.connectionFailures,
  cycles: machine.cycles,
  cycleTimeMsSum: machine.cycleTimeMsSum,
  cycleTimeMsSumOfSquares: machine.cycleTimeMsSumOfSquares,
  operations: machine.operations,
  errors: machine.errors,
  crashes,
  unitsProduced: machine.unitsProduced,
  qualityChecks: machine.qualityChecks,
  qualityPasses: machine.qualityPasses,
})

export const gaugesOf = (
  machine: Machine,
  uptimeS: number,
  connected: boolean,
  diskFreeMiB: number,
): HealthReportV2['gauges'] => ({
  cpuPct: tenths(machine.cpuPct),
  memoryMiB: tenths(machine.memoryMiB),
  memoryLimitMiB: MEMORY_LIMIT_MIB,
  uptimeS,
  connected,
  diskFreeMiB,
})

const tenths = (value: number): number => Math.round(value * 10) / 10

/** What to update the shadow with, which keeps a member that is only left out: metrics that are missing are deleted. */
export function shadowUpdate(report: HealthReportV1 | HealthReportV2, missing: readonly string[]): object {
  if (missing.length === 0 || report.schema === '1.0' || report.metrics === undefined) return { ...report }
  const deleted = Object.fromEntries(missing.map((name) => [name, null]))
  const { counters, gauges } = report.metrics
  return { ...report, metrics: { counters: { ...counters, ...deleted }, gauges: { ...gauges, ...deleted } } }
}

/** A member of the document, or none where the plant has no metrics of its own. */
export const metricsOf = (machine: Machine): { readonly metrics?: HealthMetrics } =>
  machine.ownMetrics === null ? {} : { metrics: machine.ownMetrics.reported() }

/** The same in version 1.0: flat, with the counts of the last minute only; `before` are the counters one minute ago. */
export function inVersion1(report: HealthReportV2, before: CounterValues): HealthReportV1 {
  const { counters: now, gauges } = report
  const cycles = now.cycles - before.cycles
  return {
    schema: '1.0',
    line: report.line,
    fw_version: report.firmwareVersion,
    state: report.componentState,
    boot_id: report.bootId,
    seq: report.sequence,
    sampled_at_ms: report.sampledAtMs,
    conn_attempts: now.connectionAttempts - before.connectionAttempts,
    conn_failures: now.connectionFailures - before.connectionFailures,
    cycles,
    cycle_time_ms_avg: cycles === 0 ? 0 : tenths((now.cycleTimeMsSum - before.cycleTimeMsSum) / cycles),
    ops: now.operations - before.operations,
    errors: now.errors - before.errors,
    crashes: now.crashes - before.crashes,
    units: now.unitsProduced - before.unitsProduced,
    quality_checks: now.qualityChecks - before.qualityChecks,
    quality_passes: now.qualityPasses - before.qualityPasses,
    cpu_pct: gauges.cpuPct,
    mem_mib: gauges.memoryMiB,
    mem_limit_mib: gauges.memoryLimitMiB,
    uptime_s: gauges.uptimeS,
    connected: gauges.connected,
  }
}
