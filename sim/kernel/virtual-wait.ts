import { type Clock, Priority } from './clock.ts'
import type { InFlight } from './in-flight.ts'

/** A running function of the controller, as a kind of work in flight. */
export const HANDLER = 'handler'

/**
 * Lets a function of the controller wait on the virtual clock: meanwhile it is not in flight, so that time can move. It
 * resumes in the last phase of its millisecond, because the controller always evaluates the result of the others.
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
