import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import type { Fault } from '../families/fault.ts'
import { lacks } from './unreadable-state.ts'

/**
 * Stations of a line send each other what they have done. One version sends it in a form that the other cannot parse:
 * a device that still runs the other has more errors as long as any device of its line runs the new one. It is the
 * devices without the release that suffer.
 */
export const unreadableMessages = z
  .strictObject({
    kind: z.literal('unreadable-messages'),
    in: selector,
    sentBy: z.string().describe('The version whose messages cannot be parsed'),
    factor: z.number().positive().describe('How many times as many errors'),
    unlessComponent: z.string().optional().describe('The fault rests where this component is installed'),
  })
  .refine(({ in: where, sentBy }) => where.firmware !== undefined && where.firmware !== sentBy, {
    path: ['in'],
    message: 'give the firmware that cannot parse the messages, another than "sentBy"',
  })
  .describe('What one version sends to its neighbours on the line cannot be parsed by the other')

export const makeUnreadableMessages = (spec: z.output<typeof unreadableMessages>): Fault => ({
  kind: 'unreadable-messages',
  onsetMs: ({ startedAtMs }) => startedAtMs,
  when: (device) => device.peerRuns(spec.sentBy) && lacks(device, spec.unlessComponent),
  effect: () => ({ errorRateFactor: spec.factor }),
})
