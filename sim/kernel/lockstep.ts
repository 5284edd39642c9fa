import type { VirtualClock } from './clock.ts'
import type { InFlight } from './in-flight.ts'

/** Advances at one virtual instant before it is taken for a loop that feeds itself. */
const MAX_ADVANCES_PER_INSTANT = 100_000

export interface LockstepOptions {
  readonly clock: VirtualClock
  readonly inFlight: InFlight
  /** Virtual time at which to stop. */
  readonly untilMs: number
  /** Asked whenever nothing is in flight. */
  readonly isOver: () => boolean
  /** Waits, if the pace asks for it, until real time allows virtual time to be `atMs`. */
  readonly pace: (atMs: number) => Promise<void>
  readonly signal?: AbortSignal | undefined
}

/**
 * Moves virtual time from timer to timer, and only while nothing is in flight. Returns why it stopped.
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
    if (advances > MAX_ADVANCES_PER_INSTANT) throw new Error(`invariant: virtual time stands still at ${nextAtMs}`)
    await options.pace(nextAtMs)
    // Somebody outside may have begun something while the pace waited.
    if (inFlight.isBusy) continue
    clock.advance()
  }
}
