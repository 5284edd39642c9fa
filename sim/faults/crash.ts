import { z } from 'zod'
import { duration } from '../units.ts'
import { type Fault, selector } from './fault.ts'

/** The firmware dies: in its startup script, every time, or at a given uptime of its process. */
export const crash = z
  .strictObject({
    kind: z.literal('crash'),
    in: selector,
    at: z.literal('start').optional().describe('The startup script exits with an error'),
    after: duration.optional().describe('Uptime at which the process exits with an error'),
  })
  .refine(({ at, after }) => (at === undefined) !== (after === undefined), {
    message: 'give either "at: start" or "after" with a duration',
  })
  .describe('The firmware exits with an error')

export function makeCrash({ after }: z.output<typeof crash>): Fault {
  if (after === undefined) {
    return { kind: 'crash', onsetMs: ({ startedAtMs }) => startedAtMs, startupExitCode: 1 }
  }
  return {
    kind: 'crash',
    onsetMs: ({ startedAtMs }) => startedAtMs + after,
    death: ({ startedAtMs }) => ({ atMs: startedAtMs + after, exitCode: 1, reason: 'exited with code 1' }),
  }
}
