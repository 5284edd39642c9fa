import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import { type Clock, Priority } from '../kernel/clock.ts'

/** Time until the next sample of a device with this phase; 0 if the sample of the present millisecond is still to come. */
export function untilNextSampleMs(clock: Clock, phaseMs: number): number {
  const sinceMs = (((clock.nowMs() - phaseMs) % SAMPLE_PERIOD_MS) + SAMPLE_PERIOD_MS) % SAMPLE_PERIOD_MS
  return sinceMs === 0 && clock.phase() < Priority.sample ? 0 : SAMPLE_PERIOD_MS - sinceMs
}
