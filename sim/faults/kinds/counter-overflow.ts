import { z } from 'zod'
import type { CrashReason } from '../../plant/crash-messages.ts'
import { selector } from '../../plant/selector.ts'
import type { Fault } from '../families/fault.ts'

/**
 * A counter of the firmware is too small: after so many cycles since the start of the process it overflows, and the
 * process dies, or its operations begin to fail. The cycles are those that the machine really made, so devices on fast
 * lines fail first, and a weekend puts it off. A restarted process counts from nought again.
 */
export const counterOverflow = z
  .strictObject({
    kind: z.literal('counter-overflow'),
    in: selector,
    cycles: z.int().positive().describe('Cycles of the machine since the start of the process'),
    factor: z
      .number()
      .positive()
      .optional()
      .describe('How many times as many errors from there on; without it the process exits with an error'),
  })
  .describe('A counter overflows after a number of cycles')

export function makeCounterOverflow({ cycles, factor }: z.output<typeof counterOverflow>): Fault {
  const common: Fault = {
    kind: 'counter-overflow',
    counterCycles: cycles,
    onsetMs: ({ counterFullAtMs }) => counterFullAtMs,
  }
  if (factor === undefined) {
    const reason: CrashReason = { code: 'COUNTER_OVERFLOW', data: { cycles } }
    return { ...common, death: ({ counterFullAtMs: atMs }) => ({ atMs, exitCode: 1, reason }) }
  }
  return {
    ...common,
    effect: ({ counterFullAtMs }, nowMs) => (nowMs >= counterFullAtMs ? { errorRateFactor: factor } : {}),
  }
}
