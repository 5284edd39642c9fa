import fc from 'fast-check'
import { writtenDuration } from '../../controller/units/duration.ts'

const MINUTE_MS = 60_000

/**
 * A duration as a file writes it: one of these, in minutes, or somewhat later. It shrinks to the first of them and to the
 * round one before it, which reads better than the least that still fails.
 */
export const times = (...minutes: readonly number[]): fc.Arbitrary<string> =>
  fc
    .record({ about: fc.constantFrom(...minutes), later: fc.constantFrom(0, 0, 0, 1, 4, 13, 29) })
    .map(({ about, later }) => writtenDuration((about + later) * MINUTE_MS))
