import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'
import { period } from '../families/times.ts'

/**
 * The firmware dies: in its startup script, every time; at a given uptime; or at random with a mean time between crashes.
 * A short uptime is a crash loop: the nucleus restarts the process until its third error in a row, each less than an hour
 * after the one before, leaves the component BROKEN. [source: three-errors]
 */
export const crash = defineFault({
  kind: 'crash',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      at: z.literal('start').optional().describe('The startup script exits with an error'),
      after: duration.optional().describe('Uptime at which the process exits with an error'),
      every: period.optional().describe('Mean time between random crashes (Poisson process)'),
    })
    .refine(({ at, after, every }) => [at, after, every].filter((one) => one !== undefined).length === 1, {
      message: 'set one of "at: start", "after" with a duration, or "every" with a mean duration',
    }),
  meaning: 'The firmware exits with an error',
  make({ at, after, every }, chance) {
    if (at !== undefined) return { onsetMs: NOT_BY_PROCESS, startupExitCode: 1 }
    // Memoryless: the time to the next crash is exponential, with a new draw for each process.
    const uptimeMs = (boot: number): number => after ?? Math.ceil(-Math.log(1 - chance(boot)) * (every as number)) + 1
    return {
      onsetMs: ({ startedAtMs, boot }) => startedAtMs + uptimeMs(boot),
      death: ({ startedAtMs, boot }) => ({
        atMs: startedAtMs + uptimeMs(boot),
        exitCode: 1,
        reason: { code: 'EXITED', data: { exitCode: 1 } },
      }),
    }
  },
})
