import { z } from 'zod'
import { apiSelector, isHit } from '../families/api-fault.ts'
import { defineFault } from '../families/define-fault.ts'
import { shareShape, windowShape } from '../families/fault-window.ts'

/**
 * The hardest case for a client: the operation happened, but the connection broke before the response arrived, so the
 * client retries. Only an idempotency token prevents a second operation. [source: client-token]
 */
export const lostReply = defineFault({
  kind: 'lost-reply',
  family: 'api',
  schema: z.strictObject({ in: apiSelector, ...shareShape, ...windowShape }),
  meaning: 'AWS calls succeed, but the response is lost',
  make: ({ share }) => ({ fateOf: ({ chance }) => (isHit(share, chance) ? { isReplyLost: true } : null) }),
})
