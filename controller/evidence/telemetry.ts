import type { Policy } from '../policy/policy.ts'
import { isNews } from './difference.ts'
import { lastHeardMs, type Snapshot, thingsOf } from './snapshot.ts'

/**
 * Whether so much of the fleet is silent, devices on the old firmware included, that the telemetry must be down and not
 * the devices. Without controls only the silence of all devices shows that: a bad release may silence many. Silent is
 * who has reported nothing new for too long by the clock of the functions: the devices' clocks decide nothing.
 * [source: telemetry-hold]
 */
export function isTelemetryDown(
  previous: Snapshot | null,
  current: Snapshot,
  controls: readonly string[],
  policy: Policy,
): boolean {
  if (previous === null) return false
  const isSilent = (thing: string): boolean => {
    const sample = current.devices[thing]
    if (sample === undefined || current.atMs - lastHeardMs(previous, thing) <= policy.lostAfterMs) return false
    return !isNews(previous.devices[thing], sample)
  }
  const things = thingsOf(current)
  if (controls.length === 0) return things.length > 0 && things.every(isSilent)
  const areSilent = (devices: readonly string[]): boolean =>
    devices.filter(isSilent).length / devices.length > policy.telemetry.silentShare
  return areSilent(controls) && areSilent(things)
}
