import { z } from 'zod'
import { callRate, percent } from '../../../controller/units/quantity.ts'
import { throttled } from '../../cloud/service-errors.ts'
import { apiSelector, isHit } from '../families/api-fault.ts'
import { defineFault } from '../families/define-fault.ts'
import { windowShape } from '../families/fault-window.ts'

/**
 * The request quota of the account is used up: above a rate (a token bucket with the capacity of one second), or at
 * random, because other clients of the account make calls as well. The service returns its own throttling error.
 */
export const apiThrottle = defineFault({
  kind: 'api-throttle',
  family: 'api',
  schema: z
    .strictObject({
      in: apiSelector,
      rate: callRate.optional().describe('Calls per second that are allowed'),
      share: percent.optional().describe('Share of the calls that is refused, whatever their rate'),
      ...windowShape,
    })
    .refine(({ rate, share }) => (rate === undefined) !== (share === undefined), {
      message: 'set either "rate" or "share"',
    }),
  meaning: 'AWS calls are throttled',
  make({ rate, share }) {
    const isOver = rate === undefined ? null : tokenBucket(rate)
    return {
      fateOf: ({ service, nowMs, chance }) =>
        (isOver === null ? isHit(share as number, chance) : isOver(nowMs)) ? { refusal: throttled(service) } : null,
    }
  },
})

/** Whether a call at this time exceeds the rate. */
function tokenBucket(ratePerS: number): (nowMs: number) => boolean {
  const capacity = Math.max(1, ratePerS)
  let tokens = capacity
  let atMs = Number.NEGATIVE_INFINITY
  return (nowMs) => {
    tokens = Math.min(capacity, tokens + ((nowMs - atMs) / 1_000) * ratePerS)
    atMs = nowMs
    if (tokens < 1) return true
    tokens -= 1
    return false
  }
}
