import type { ComponentState, HealthReportV1, HealthReportV2 } from '../../controller/contract.ts'
import { type Machine, MEMORY_LIMIT_MIB } from '../plant/machine.ts'

/** What the document says beside the machine's counters and gauges. */
export interface HealthFacts {
  readonly firmwareVersion: string
  readonly componentState: ComponentState
  readonly bootId: string
  readonly sequence: number
  readonly sampledAtMs: number
  readonly crashes: number
  readonly uptimeS: number
  readonly connected: boolean
}

/** The cumulative counters of the machine and of the firmware, copied. */
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

const tenths = (value: number): number => Math.round(value * 10) / 10

/** Version 2.0: counters since the health component started. */
export function healthReportV2(machine: Machine, facts: HealthFacts): HealthReportV2 {
  return {
    schema: '2.0',
    line: machine.line,
    firmwareVersion: facts.firmwareVersion,
    componentState: facts.componentState,
    bootId: facts.bootId,
    sequence: facts.sequence,
    sampledAtMs: facts.sampledAtMs,
    counters: countersOf(machine, facts.crashes),
    gauges: {
      cpuPct: tenths(machine.cpuPct),
      memoryMiB: tenths(machine.memoryMiB),
      memoryLimitMiB: MEMORY_LIMIT_MIB,
      uptimeS: facts.uptimeS,
      connected: facts.connected,
    },
  }
}

/** Version 1.0: flat, and only what the last minute brought. */
export function healthReportV1(machine: Machine, facts: HealthFacts, before: CounterValues): HealthReportV1 {
  const now = countersOf(machine, facts.crashes)
  const cycles = now.cycles - before.cycles
  return {
    schema: '1.0',
    line: machine.line,
    fw_version: facts.firmwareVersion,
    state: facts.componentState,
    boot_id: facts.bootId,
    seq: facts.sequence,
    sampled_at_ms: facts.sampledAtMs,
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
    cpu_pct: tenths(machine.cpuPct),
    mem_mib: tenths(machine.memoryMiB),
    mem_limit_mib: MEMORY_LIMIT_MIB,
    uptime_s: facts.uptimeS,
    connected: facts.connected,
  }
}
