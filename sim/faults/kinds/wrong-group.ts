import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { defineFault } from '../families/define-fault.ts'
import { lasting } from '../families/times.ts'

/** An operator adds a device to a thing group where it does not belong, by the AWS API, and may revert it later. */
export const wrongGroup = defineFault({
  kind: 'wrong-group',
  family: 'membership',
  schema: z.strictObject({
    device: z.string().describe('The device'),
    group: z.string().min(1).describe('The thing group that it is added to: a stage'),
    move: z.boolean().default(false).describe('Whether it is also removed from its own group'),
    at: duration.describe('Time after the start of the rehearsal'),
    for: lasting.optional().describe('Time until it is reverted; never by default'),
  }),
  meaning: 'An operator adds a device to a wrong thing group',
  make: ({ device: thing, group, move: isMove, at: atMs, for: forMs }) => ({
    thing,
    group,
    isMove,
    atMs,
    revertedAfterMs: forMs ?? null,
  }),
  endMs: ({ at, for: forMs = Number.POSITIVE_INFINITY }) => at + forMs,
})
