import { type Clock, Priority } from './clock.ts'
import type { InFlight } from './in-flight.ts'

/** The kind that a running function of the controller is in flight as. */
export const HANDLER = 'handler'

/**
 * Lets a function of the controller wait on the virtual clock: meanwhile it is not in flight, so that time can move. It
 * goes on after all else of that millisecond, because the controller always looks at what a whole one has left behind.
 */
export const virtualWait = (clock: Clock, inFlight: InFlight, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    const goOn = (): void => {
      inFlight.begin(HANDLER)
      resolve()
    }
    clock.after(delayMs, goOn, Priority.schedule)
    inFlight.end(HANDLER)
  })
