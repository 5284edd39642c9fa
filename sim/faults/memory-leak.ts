import { z } from 'zod'
import { memoryRate } from '../units.ts'
import { type Fault, selector } from './fault.ts'

const HOUR_MS = 3_600_000
/** SIGKILL of the out-of-memory killer: 128 + 9. */
const KILLED = 137

/**
 * The process never gives back some of its memory: linear growth since its start until the kernel kills it at the limit
 * of its control group; the restarted process leaks again.
 */
export const memoryLeak = z
  .strictObject({ kind: z.literal('memory-leak'), in: selector, rate: memoryRate })
  .describe('Memory grows linearly until the process is killed at its limit')

export function makeMemoryLeak({ rate: rateMiBPerHour }: z.output<typeof memoryLeak>): Fault {
  return {
    kind: 'memory-leak',
    onsetMs: ({ startedAtMs }) => startedAtMs,
    effect: ({ startedAtMs }, nowMs) => ({ extraMemoryMiB: ((nowMs - startedAtMs) / HOUR_MS) * rateMiBPerHour }),
    death: ({ startedAtMs, baseMemoryMiB, memoryLimitMiB }) => ({
      atMs: Math.ceil(startedAtMs + ((memoryLimitMiB - baseMemoryMiB) / rateMiBPerHour) * HOUR_MS),
      exitCode: KILLED,
      reason: `out of memory at ${memoryLimitMiB} MiB`,
    }),
  }
}
