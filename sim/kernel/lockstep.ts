import type { VirtualClock } from './clock.ts'
import type { InFlight } from './in-flight.ts'

/** Advances without progress of time that are taken for an endless loop. */
const MAX_ADVANCES_PER_INSTANT = 100_000

export interface LockstepOptions {
  readonly clock: VirtualClock
  readonly inFlight: InFlight
  /** Simulated time at which to stop. */
  readonly untilMs: number
  /** Called whenever nothing is in flight. */
  readonly isOver: () => boolean
  /** Waits until the pace allows simulated time to be `atMs`. */
  readonly pace: (atMs: number) => Promise<void>
  readonly signal?: AbortSignal | undefined
}

/**
 * Moves simulated time from timer to timer, only while nothing is in flight. Returns why it stopped.
 * @throws the signal's reason when aborted; Stalled when work in flight never ends.
 */
export async function runLockstep(options: LockstepOptions): Promise<'over' | 'until'> {
  const { clock, inFlight, untilMs } = options
  let advances = 0
  for (;;) {
    await inFlight.settled()
    options.signal?.throwIfAborted()
    if (options.isOver()) return 'over'
    const nextAtMs = clock.nextAtMs()
    if (nextAtMs === null) throw new Error('invariant: no timer is left but the rehearsal is not over')
    if (nextAtMs > untilMs) {
      clock.idleUntil(untilMs)
      return 'until'
    }
    if (nextAtMs > clock.nowMs()) advances = 0
    advances += 1
    if (advances > MAX_ADVANCES_PER_INSTANT)
      throw new Error(`invariant: simulated time does not advance from ${nextAtMs}`)
    await options.pace(nextAtMs)
    // An external client may have begun work during the pause.
    if (inFlight.isBusy) continue
    clock.advance()
  }
}
