import { isNews } from '../evidence/difference.ts'
import type { HealthSample, Snapshot } from '../evidence/snapshot.ts'
import type { DeviceReading } from '../ports/ports.ts'
import { own } from '../support/own.ts'
import { type Rollout, touchedStages } from './rollout.ts'

/** How far the rollback of one device to the previous version is. */
export interface DeviceRollback {
  /** Boot id of the last process that was not the previous version; the one that came back must have another. */
  readonly bootIdBefore: string | null
  /** Since when it has reported the previous version, well or not. */
  readonly sinceMs: number | null
  /**
   * The first sample that reported previous version, new boot id, RUNNING; another one of the same process confirms.
   */
  readonly firstSeen: { readonly bootId: string; readonly sequence: number } | null
  readonly confirmedAtMs: number | null
  /** When it could last not be reached; absent where it always could. */
  readonly awayAtMs?: number
}

/** What is known of the rollback, device by device. */
export interface RollbackProgress {
  readonly devices: Readonly<Record<string, DeviceRollback>>
}

export const NO_ROLLBACK_PROGRESS: RollbackProgress = { devices: {} }

const NOT_BACK: DeviceRollback = { bootIdBefore: null, sinceMs: null, firstSeen: null, confirmedAtMs: null }

/**
 * Takes in one evaluation of the devices of every stage that is rolled back. As with an update, installed is not
 * running: a device is back when two samples since the request report it. Since the request is what the evaluation
 * before it, or a later one, had not read yet; the devices' clocks decide nothing.
 * [source: installed-is-not-running, interrupted-deployment]
 */
export function observeRollback(
  before: RollbackProgress,
  rollout: Rollout,
  previous: Snapshot | null,
  readings: readonly DeviceReading[],
  nowMs: number,
): RollbackProgress {
  const byThing = new Map(readings.map((reading) => [reading.thing, reading]))
  const devices: Record<string, DeviceRollback> = Object.create(null)
  for (const { members, rollback } of touchedStages(rollout)) {
    const isRequested = previous !== null && rollback !== null && previous.atMs >= rollback.atMs
    for (const thing of members) {
      const last = own(previous?.devices, thing)
      const known = own(before.devices, thing) ?? notBack(last, rollout.release.replaces)
      const { sample, connected } = byThing.get(thing) ?? { sample: null, connected: false }
      const isHeard = isRequested && sample !== null && isNews(last, sample)
      const after = isHeard ? stateAfter(known, sample, rollout.release.replaces, nowMs) : known
      const awayAtMs = connected ? known.awayAtMs : nowMs
      devices[thing] = awayAtMs === undefined ? after : { ...after, awayAtMs }
    }
  }
  return { devices }
}

const notBack = (sample: HealthSample | undefined, version: string): DeviceRollback =>
  sample === undefined || sample.firmwareVersion === version ? NOT_BACK : { ...NOT_BACK, bootIdBefore: sample.bootId }

function stateAfter(state: DeviceRollback, sample: HealthSample, version: string, nowMs: number): DeviceRollback {
  if (sample.firmwareVersion !== version) return notBack(sample, version)
  const { bootIdBefore, firstSeen, sinceMs } = { ...state, sinceMs: state.sinceMs ?? nowMs }
  const { bootId, sequence } = sample
  if (sample.componentState !== 'RUNNING' || bootId === bootIdBefore) return { ...NOT_BACK, bootIdBefore, sinceMs }
  if (firstSeen?.bootId !== bootId) return { ...NOT_BACK, bootIdBefore, sinceMs, firstSeen: { bootId, sequence } }
  return { ...state, confirmedAtMs: state.confirmedAtMs ?? (sequence === firstSeen.sequence ? null : nowMs) }
}
