import type { Policy } from '../policy/policy.ts'
import { type Snapshot, thingsOf } from './snapshot.ts'

/**
 * Whether so much of the fleet is silent, devices on the old firmware included, that the telemetry must be down and not
 * the devices. Without controls only the silence of all devices shows that: a bad release may silence many.
 * [source: telemetry-hold]
 */
export function isTelemetryDown(snapshot: Snapshot, controls: readonly string[], policy: Policy): boolean {
  const isSilent = (thing: string): boolean =>
    snapshot.atMs - (snapshot.devices[thing]?.sampledAtMs ?? snapshot.atMs) > policy.lostAfterMs
  const things = thingsOf(snapshot)
  if (controls.length === 0) return things.length > 0 && things.every(isSilent)
  const areSilent = (devices: readonly string[]): boolean =>
    devices.filter(isSilent).length / devices.length > policy.telemetry.silentShare
  return areSilent(controls) && areSilent(things)
}
