import { z } from 'zod'
import { callRate, percent } from '../../../controller/units/quantity.ts'
import { throttled } from '../../cloud/service-errors.ts'
import { type ApiFault, apiSelector, isHit } from '../families/api-fault.ts'
import { windowShape } from '../families/fault-window.ts'

/**
 * The account has used up its rate of calls: above a rate (a token bucket that holds a second's worth), or, because
 * somebody else in the account calls as well, at random. The service answers in its own words and does nothing.
 */
export const apiThrottle = z
  .strictObject({
    kind: z.literal('api-throttle'),
    in: apiSelector,
    rate: callRate.optional().describe('Calls a second that are let through'),
    share: percent.optional().describe('Share of the calls that is refused, whatever their rate'),
    ...windowShape,
  })
  .refine(({ rate, share }) => (rate === undefined) !== (share === undefined), {
    message: 'give either "rate" or "share"',
  })
  .describe('Calls of AWS are refused because there are too many')

export function makeApiThrottle(spec: z.output<typeof apiThrottle>): ApiFault {
  const { rate, share } = spec
  const isOver = rate === undefined ? null : tokenBucket(rate)
  return {
    window: spec,
    fateOf: ({ service, nowMs, chance }) =>
      (isOver === null ? isHit(share as number, chance) : isOver(nowMs)) ? { refusal: throttled(service) } : null,
  }
}

/** Whether a call at this time is one too many. */
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
