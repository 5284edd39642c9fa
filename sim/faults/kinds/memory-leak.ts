import { z } from 'zod'
import { duration, memoryRate } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { period } from '../families/times.ts'

const HOUR_MS = 3_600_000
/** SIGKILL of the out-of-memory killer: 128 + 9. */
const KILLED = 137

/**
 * The process does not release some of its memory: growth since its start, linear or in steps, until the kernel kills it
 * at the limit of its control group; the restarted process leaks again, a sawtooth.
 */
export const memoryLeak = defineFault({
  kind: 'memory-leak',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    rate: memoryRate.describe('Growth of the memory per hour'),
    after: duration.optional().describe('Uptime at which the leak begins; at once by default'),
    every: period.optional().describe('Time between steps, for a leak of batch jobs; linear growth by default'),
  }),
  meaning: 'Memory grows until the process is killed at its limit',
  make({ rate, after = 0, every }) {
    const stepMs = every ?? 1
    const perMs = rate / HOUR_MS
    return {
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
  },
})
