import { z } from 'zod'
import type { CrashReason } from '../../plant/crash-messages.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import type { ProcessFault } from '../families/process-fault.ts'

/**
 * A counter of the firmware is too small: after this many machine cycles since the start of the process it overflows, and
 * the process dies, or more of its operations fail. Cycles are counted as produced, so devices on fast lines fail first,
 * and a weekend delays the fault. A restarted process counts from 0.
 */
export const counterOverflow = defineFault({
  kind: 'counter-overflow',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    cycles: z.int().positive().describe('Machine cycles since the start of the process'),
    factor: z
      .number()
      .positive()
      .optional()
      .describe('Factor on the error rate from then on; without it the process exits with an error'),
  }),
  meaning: 'A counter overflows after a number of machine cycles',
  make({ cycles, factor }): ProcessFault {
    const common: ProcessFault = { counterCycles: cycles, onsetMs: ({ counterFullAtMs }) => counterFullAtMs }
    if (factor === undefined) {
      const reason: CrashReason = { code: 'COUNTER_OVERFLOW', data: { cycles } }
      return { ...common, death: ({ counterFullAtMs: atMs }) => ({ atMs, exitCode: 1, reason }) }
    }
    return {
      ...common,
      effect: ({ counterFullAtMs }, nowMs) => (nowMs >= counterFullAtMs ? { errorRateFactor: factor } : {}),
    }
  },
})
