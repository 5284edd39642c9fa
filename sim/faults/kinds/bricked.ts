import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * The device is lost for good: no firmware, no nucleus, no connection. Either it never comes out of the install, whose
 * job then stays IN_PROGRESS until its time limit, or it dies some time after.
 */
export const bricked = z
  .strictObject({
    kind: z.literal('bricked'),
    in: selector,
    at: z.literal('install').optional().describe('In the middle of the install script'),
    after: duration.optional().describe('Time after the install'),
  })
  .refine(({ at, after }) => (at === undefined) !== (after === undefined), {
    message: 'give one of "at: install", or "after" with a duration',
  })
  .describe('The device never comes back')

export function makeBricked({ after }: z.output<typeof bricked>): Fault {
  const forGood = { downMs: Number.POSITIVE_INFINITY, boots: 'same' } as const
  if (after === undefined) {
    return { kind: 'bricked', onsetMs: NOT_BY_PROCESS, outageIn: { step: 'install', ...forGood } }
  }
  return {
    kind: 'bricked',
    onsetMs: ({ installedAtMs }) => installedAtMs + after,
    outage: ({ installedAtMs }) => ({ atMs: installedAtMs + after, ...forGood }),
  }
}
