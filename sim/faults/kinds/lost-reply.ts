import { z } from 'zod'
import { type ApiFault, apiSelector, isHit } from '../families/api-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/**
 * The worst answer is none: the operation happened, the connection broke before the client heard of it, and the client
 * tries again. Only an idempotency token keeps that from being done twice. [gg: clientToken]
 */
export const lostReply = z
  .strictObject({ kind: z.literal('lost-reply'), in: apiSelector, ...shareShape, ...windowShape })
  .describe('Calls of AWS succeed, but the answer is lost')

export const makeLostReply = (spec: z.output<typeof lostReply>): ApiFault => ({
  window: spec,
  fateOf: ({ chance }) => (isHit(spec.share, chance) ? { isReplyLost: true } : null),
})
