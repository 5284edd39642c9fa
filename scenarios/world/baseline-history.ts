import { parseHealth } from '../../controller/evidence/health.ts'
import type { HealthSample } from '../../controller/evidence/snapshot.ts'
import { shiftBoundaries } from '../../controller/policy/calendar.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { Ports } from '../../controller/ports/ports.ts'
import { record } from '../../controller/reconcile/records.ts'
import { minuteOf } from '../../controller/units/wall-time.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Fleet } from './twin-plan.ts'

/**
 * Stores the controller's records of the baseline period: the same that its analyzer would have stored at every shift
 * boundary. @throws the signal's reason when aborted
 */
export async function recordHistory(
  twin: Twin,
  ports: Ports,
  policy: Policy,
  fleet: Fleet,
  signal: AbortSignal | undefined,
): Promise<void> {
  const toMs = twin.clock.nowMs()
  const things = fleet.map(({ thing }) => thing)
  const boundaries = shiftBoundaries(policy, toMs - policy.baselineMs - longestShiftMs(policy), toMs)
  const fromMs = Math.min(boundaries[0] ?? toMs, toMs)
  for (const { atMs, documents } of twin.history(fromMs, boundaries)) {
    const devices: Record<string, HealthSample> = {}
    for (const thing of things) devices[thing] = parseHealth(documents.get(thing))
    await twin.inFlight.during('history', () => record(ports.store, policy, { atMs, devices }))
    await twin.inFlight.settled() // yields to the event loop, so that a long history can be interrupted
    signal?.throwIfAborted()
  }
}

const longestShiftMs = ({ shifts }: Policy): number =>
  Math.max(...shifts.map(({ from, to }) => (minuteOf(to) - minuteOf(from) + 1440) % 1440 || 1440)) * 60_000
