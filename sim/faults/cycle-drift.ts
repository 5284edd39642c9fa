import { z } from 'zod'
import { duration, percentRate } from '../units.ts'
import { type Fault, selector } from './fault.ts'

const HOUR_MS = 3_600_000

/** Production cycles take longer and longer from some time after the install: a queue that grows, a table that fills. */
export const cycleDrift = z
  .strictObject({
    kind: z.literal('cycle-drift'),
    in: selector,
    onset: duration.describe('Time after the install at which the drift begins'),
    rate: percentRate.describe('Growth of the cycle time'),
  })
  .describe('Cycle time grows linearly from some time after the install')

export function makeCycleDrift({ onset, rate: ratePctPerHour }: z.output<typeof cycleDrift>): Fault {
  return {
    kind: 'cycle-drift',
    // A restart does not clear what has built up, so the drift counts from the install.
    onsetMs: ({ installedAtMs }) => installedAtMs + onset,
    effect: ({ installedAtMs }, nowMs) => {
      const driftingMs = Math.max(0, nowMs - installedAtMs - onset)
      return { cycleTimeFactor: 1 + (ratePctPerHour / 100) * (driftingMs / HOUR_MS) }
    },
  }
}
