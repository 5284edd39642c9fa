import type { ProcessEffect, ProcessView } from '../faults/families/process-fault.ts'
import type { Timer } from '../kernel/clock.ts'
import { type Condition, HEALTHY, type MetricEffect } from '../plant/condition.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'

/** A fault of the running process, with the process as this fault sees it. */
export interface ActiveFault {
  readonly one: DeviceFault
  view: ProcessView
  /** Cycles until its counter overflows, counted from this machine counter; null without a counter or before the count. */
  counted: { readonly left: number; readonly atCycles: number } | null
  /** Its pending timers. */
  readonly timers: Timer[]
}

/**
 * For an injected fault, install, process and rehearsal count as begun no earlier than the injection. `baseMemoryMiBAt` is
 * the machine's.
 */
export function activeFaultOf(
  one: DeviceFault,
  view: ProcessView,
  baseMemoryMiBAt: (atMs: number) => number,
): ActiveFault {
  const common = { one, counted: null, timers: [] }
  if (one.sinceMs === undefined) return { ...common, view }
  const { sinceMs } = one
  const startedAtMs = Math.max(view.startedAtMs, sinceMs)
  const installedAtMs = Math.max(view.installedAtMs, sinceMs)
  const baseMemoryMiB = baseMemoryMiBAt(startedAtMs)
  return { ...common, view: { ...view, installedAtMs, startedAtMs, baseMemoryMiB, worldStartMs: sinceMs } }
}

/** What the faults together do to the minute that ends at `atMs`. */
export function conditionUnder(active: readonly ActiveFault[], faults: DeviceFaults, atMs: number): Condition {
  let condition = HEALTHY
  for (const { one, view } of active) {
    const effect = one.fault.effect
    if (effect !== undefined && faults.isActive(one)) condition = combine(condition, effect(view, atMs))
  }
  return condition
}

const combine = (condition: Condition, effect: ProcessEffect): Condition => ({
  ...condition,
  cycleTimeFactor: condition.cycleTimeFactor * (effect.cycleTimeFactor ?? 1),
  errorRateFactor: condition.errorRateFactor * (effect.errorRateFactor ?? 1),
  connectionFailureShare: Math.min(condition.connectionFailureShare + (effect.connectionFailureShare ?? 0), 1),
  extraMemoryMiB: condition.extraMemoryMiB + (effect.extraMemoryMiB ?? 0),
  cycleSpreadFactor: condition.cycleSpreadFactor * (effect.cycleSpreadFactor ?? 1),
  qualityFailureShare: Math.min(condition.qualityFailureShare + (effect.qualityFailureShare ?? 0), 1),
  unitLossShare: Math.min(condition.unitLossShare + (effect.unitLossShare ?? 0), 1),
  metrics: effect.metric === undefined ? condition.metrics : withMetric(condition.metrics, effect.metric),
})

function withMetric(
  metrics: Condition['metrics'],
  { name, factor = 1, add = 0, spreadFactor = 1, isMissing }: MetricEffect & { readonly name: string },
): Condition['metrics'] {
  const before = metrics?.get(name) ?? {}
  const after: MetricEffect = {
    factor: (before.factor ?? 1) * factor,
    add: (before.add ?? 0) + add,
    spreadFactor: (before.spreadFactor ?? 1) * spreadFactor,
    ...((isMissing ?? before.isMissing) && { isMissing: true }),
  }
  return new Map([...(metrics ?? []), [name, after]])
}
