import type { HealthCounters, HealthMetrics } from '../contract.ts'
import { stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { own } from '../support/own.ts'
import { difference } from './difference.ts'
import { addMetrics, type MetricTotals } from './metrics.ts'
import { type HealthSample, type Snapshot, thingsOf } from './snapshot.ts'

/** A time that is no example of how the plant runs. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

/** A release that was taken back, on the devices that had it. */
export interface Trial extends Period {
  readonly version: string
  readonly things: ReadonlySet<string>
}

/** What a baseline is to be of. */
export interface BaselineScope {
  /** The version that is replaced. */
  readonly version: string
  readonly trials: readonly Trial[]
  readonly incidents: readonly Period[]
}

/** From one snapshot to the next, of one device. */
interface Interval extends Period {
  readonly thing: string
  readonly before: HealthSample
  readonly after: HealthSample
}

/**
 * The snapshots without the time that a baseline must not be made of: declared incidents, releases that were taken back,
 * and versions other than the one that is replaced. Where a device has not run that one in a shift and kind of day at
 * all, the version before it still counts: after a release of yesterday there would be no baseline. Counters and
 * sequences go on from where they stood, as if that time had not been. Devices with nothing to leave out keep their
 * samples as they are. [source: baseline-hygiene]
 */
export function withoutLeftOut(
  snapshots: readonly Snapshot[],
  scope: BaselineScope,
  policy: Policy,
): readonly Snapshot[] {
  const things = [...new Set(snapshots.flatMap(thingsOf))]
  const leftOut = snapshots.map(() => new Set<string>())
  for (const thing of things) {
    for (const index of leftOutOf(thing, snapshots, scope, policy)) leftOut[index]?.add(thing)
  }
  const affected = new Set(leftOut.flatMap((own) => [...own]))
  if (affected.size === 0) return snapshots
  const devices = snapshots.map((snapshot): Record<string, HealthSample> => ({ ...snapshot.devices }))
  for (const thing of affected) carryOn(thing, snapshots, leftOut, devices)
  return snapshots.map((snapshot, i) => ({
    ...snapshot,
    devices: devices[i] as Snapshot['devices'],
    leftOut: leftOut[i] as ReadonlySet<string>,
  }))
}

/** Indexes of the snapshots that end what is left out of a device. */
function leftOutOf(
  thing: string,
  snapshots: readonly Snapshot[],
  scope: BaselineScope,
  policy: Policy,
): readonly number[] {
  const out: number[] = []
  const others: { readonly index: number; readonly stratum: string }[] = []
  const known = new Set<string>()
  for (let index = 1; index < snapshots.length; index++) {
    const [from, to] = [snapshots[index - 1] as Snapshot, snapshots[index] as Snapshot]
    const [before, after] = [from.devices[thing], to.devices[thing]]
    if (before === undefined || after === undefined) continue
    const use = useOf({ thing, fromMs: from.atMs, toMs: to.atMs, before, after }, scope)
    if (use === 'left-out') {
      out.push(index)
      continue
    }
    const stratum = stratumAt(policy, from.atMs).name
    if (use === 'replaced') known.add(stratum)
    else others.push({ index, stratum })
  }
  return [...out, ...others.filter(({ stratum }) => known.has(stratum)).map(({ index }) => index)]
}

/** `replaced`: by the version that is replaced; `other`: by one that nobody took back. */
function useOf(
  { thing, fromMs, toMs, before, after }: Interval,
  { version, trials, incidents }: BaselineScope,
): 'replaced' | 'other' | 'left-out' {
  const meets = (period: Period): boolean => period.fromMs < toMs && fromMs < period.toMs
  if (incidents.some(meets) || trials.some((trial) => trial.things.has(thing) && meets(trial))) return 'left-out'
  if (before.firmwareVersion !== after.firmwareVersion) return 'left-out'
  if (after.firmwareVersion === version) return 'replaced'
  return trials.some((trial) => trial.version === after.firmwareVersion) ? 'left-out' : 'other'
}

/** Writes the samples of one device anew: at the end of what is left out it stands where it stood. */
function carryOn(
  thing: string,
  snapshots: readonly Snapshot[],
  leftOut: readonly ReadonlySet<string>[],
  devices: readonly Record<string, HealthSample>[],
): void {
  let stood: HealthSample | undefined
  for (const [index, snapshot] of snapshots.entries()) {
    const sample = snapshot.devices[thing]
    if (sample === undefined) continue
    const before = snapshots[index - 1]?.devices[thing]
    if (stood === undefined || before === undefined) stood = sample
    else if (leftOut[index]?.has(thing) !== true) stood = movedOn(stood, before, sample)
    ;(devices[index] as Record<string, HealthSample>)[thing] = stood
  }
}

/** Where a device stands after what it did between two samples, if it stood at `stood` before. */
function movedOn(stood: HealthSample, before: HealthSample, after: HealthSample): HealthSample {
  const delta = difference(before, after)
  if (delta === null) return stood
  const sequence = stood.sequence + delta.minutes
  if (after.schema === '1.0' || stood.schema === '1.0') return { ...after, sequence }
  const counters = Object.fromEntries(
    Object.entries(stood.counters).map(([name, count]) => [name, count + delta[name as keyof HealthCounters]]),
  ) as unknown as HealthCounters
  const metrics = after.metrics === undefined ? undefined : metricsAfter(stood.metrics, after.metrics, delta.metrics)
  return { ...after, sequence, counters, ...(metrics !== undefined && { metrics }) }
}

/** Where the plant's own metrics stand; one that did not stand anywhere begins with what it did. */
function metricsAfter(stood: HealthMetrics | undefined, after: HealthMetrics, delta?: MetricTotals): HealthMetrics {
  const totals = addMetrics(stood, delta)
  const gauges = Object.entries(totals.gauges).map(([name, sums]) => [
    name,
    { ...sums, value: own(after.gauges, name)?.value ?? 0 },
  ])
  return { counters: totals.counters, gauges: Object.fromEntries(gauges) }
}
