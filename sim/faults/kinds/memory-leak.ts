import { z } from 'zod'
import { duration, memoryRate } from '../../kernel/units.ts'
import { selector } from '../../plant/selector.ts'
import type { Fault } from '../families/fault.ts'

const HOUR_MS = 3_600_000
/** SIGKILL of the out-of-memory killer: 128 + 9. */
const KILLED = 137

/**
 * The process never gives back some of its memory: growth since its start, even or in steps, until the kernel kills it
 * at the limit of its control group; the restarted process leaks again, a sawtooth.
 */
export const memoryLeak = z
  .strictObject({
    kind: z.literal('memory-leak'),
    in: selector,
    rate: memoryRate,
    after: duration.optional().describe('Uptime at which the leak begins; at once by default'),
    every: duration.optional().describe('Grows in steps this far apart, as a batch job leaks; evenly by default'),
  })
  .describe('Memory grows until the process is killed at its limit')

export function makeMemoryLeak({ rate, after = 0, every }: z.output<typeof memoryLeak>): Fault {
  const stepMs = every ?? 1
  const perMs = rate / HOUR_MS
  return {
    kind: 'memory-leak',
    onsetMs: ({ startedAtMs }) => startedAtMs + after,
    effect: ({ startedAtMs }, nowMs) => {
      const leakingMs = Math.max(0, nowMs - startedAtMs - after)
      return { extraMemoryMiB: Math.floor(leakingMs / stepMs) * stepMs * perMs }
    },
    death: ({ startedAtMs, baseMemoryMiB, memoryLimitMiB }) => {
      const steps = Math.ceil((memoryLimitMiB - baseMemoryMiB) / (stepMs * perMs))
      return {
        atMs: Math.ceil(startedAtMs + after + steps * stepMs),
        exitCode: KILLED,
        reason: { code: 'OUT_OF_MEMORY', data: { limitMiB: memoryLimitMiB } },
      }
    },
  }
}
