import { z } from 'zod'
import { duration } from '../../kernel/units.ts'
import { selector } from '../../plant/selector.ts'
import { type Chance, type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * The firmware dies: in its startup script, every time; at a given uptime; or at random, on average so far apart. A short
 * uptime is a crash loop: the nucleus restarts the process until its third error in a row, each less than an hour after
 * the one before, leaves the component BROKEN. [nucleus: Lifecycle]
 */
export const crash = z
  .strictObject({
    kind: z.literal('crash'),
    in: selector,
    at: z.literal('start').optional().describe('The startup script exits with an error'),
    after: duration.optional().describe('Uptime at which the process exits with an error'),
    every: duration.optional().describe('Mean time between crashes at random (Poisson)'),
  })
  .refine(({ at, after, every }) => [at, after, every].filter((one) => one !== undefined).length === 1, {
    message: 'give one of "at: start", "after" with a duration, or "every" with a mean duration',
  })
  .describe('The firmware exits with an error')

export function makeCrash({ at, after, every }: z.output<typeof crash>, chance: Chance): Fault {
  if (at !== undefined) return { kind: 'crash', onsetMs: NOT_BY_PROCESS, startupExitCode: 1 }
  // Memoryless: the time to the next crash is exponential, drawn anew for each process.
  const uptimeMs = (boot: number): number => after ?? Math.ceil(-Math.log(1 - chance(boot)) * (every as number)) + 1
  return {
    kind: 'crash',
    onsetMs: ({ startedAtMs, boot }) => startedAtMs + uptimeMs(boot),
    death: ({ startedAtMs, boot }) => ({
      atMs: startedAtMs + uptimeMs(boot),
      exitCode: 1,
      reason: { code: 'EXITED', data: { exitCode: 1 } },
    }),
  }
}
