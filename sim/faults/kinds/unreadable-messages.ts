import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { lacks } from '../families/process-fault.ts'

/**
 * Stations of a line send each other status messages. One version sends them in a form that the other cannot parse: a
 * device that still runs the other version has more errors while any device of its line runs the new one. The devices
 * without the release are affected.
 */
export const unreadableMessages = defineFault({
  kind: 'unreadable-messages',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      sentBy: z.string().describe('The version whose messages cannot be parsed'),
      factor: z.number().positive().describe('Factor on the error rate'),
      unlessComponent: z.string().optional().describe('The fault is inactive where this component is installed'),
    })
    .refine(({ in: where, sentBy }) => where.firmware !== undefined && where.firmware !== sentBy, {
      path: ['in'],
      message: 'set the firmware version that cannot parse the messages, different from "sentBy"',
    }),
  meaning: 'Messages of one version to its line peers cannot be parsed by the other version',
  firmwareOf: ({ sentBy }) => sentBy,
  make: ({ sentBy, factor, unlessComponent }) => ({
    onsetMs: ({ startedAtMs }) => startedAtMs,
    when: (device) => device.peerRuns(sentBy) && lacks(device, unlessComponent),
    effect: () => ({ errorRateFactor: factor }),
  }),
})
