import type { Report } from '../run/report.ts'

/** Cost and benefit of one window, measured and by arithmetic. */
export interface TradeoffSide {
  readonly windowHours: number
  readonly devices: number
  readonly deviceHours: number
  /** From the canary's start to the last production device; null if the release was not promoted to it. */
  readonly leadTimeHours: number | null
  readonly caughtIn: Report['caughtIn']
  readonly onsetToAllHealthyMinutes: number | null
  readonly arithmetic: Arithmetic
}

export interface Arithmetic {
  readonly devices: number
  readonly deviceHours: number
  readonly leadTimeHours: number
}

/** `silentHours`: from the canary's install to the first effect of the fault. Pure. */
export function foldTradeoff(report: Report, silentHours: number): TradeoffSide {
  const { windowHours, exposure, leadTimeHours, caughtIn, rollback, stages } = report
  return {
    windowHours,
    devices: exposure.devices,
    deviceHours: exposure.deviceHours,
    leadTimeHours,
    caughtIn,
    onsetToAllHealthyMinutes: rollback?.legsMinutes.onsetToAllHealthy ?? null,
    arithmetic: backToBack(
      stages.map(({ devices }) => devices),
      windowHours,
      silentHours,
      report.holdback?.devices,
    ),
  }
}

/**
 * Stages back to back, installed in no time, until the first effect of the fault; devices that are held back from the
 * last stage follow a window after it. [source: window-tradeoff]
 */
export function backToBack(stages: readonly number[], windowHours: number, silentHours: number, held = 0): Arithmetic {
  const last = stages.length - 1
  const steps = [...stages.map((devices, i) => (i === last ? devices - held : devices)), held]
  const exposedHours = steps.map((_, i) => Math.max(0, silentHours - i * windowHours))
  return {
    devices: steps.reduce((sum, devices, i) => sum + ((exposedHours[i] as number) > 0 ? devices : 0), 0),
    deviceHours: steps.reduce((sum, devices, i) => sum + devices * (exposedHours[i] as number), 0),
    leadTimeHours: last * windowHours,
  }
}
