import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'

/**
 * The device is lost permanently: no firmware, no nucleus, no connection. Either it never completes the install, so that
 * its job stays IN_PROGRESS until the job's time limit, or it dies some time after it.
 */
export const bricked = defineFault({
  kind: 'bricked',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      at: z.literal('install').optional().describe('In the middle of the install script'),
      after: duration.optional().describe('Time after the install'),
    })
    .refine(({ at, after }) => (at === undefined) !== (after === undefined), {
      message: 'set one of "at: install", or "after" with a duration',
    }),
  meaning: 'The device never comes back',
  failsDeployments: ({ at }) => at === 'install',
  make({ after }) {
    const permanent = { downMs: Number.POSITIVE_INFINITY, boots: 'same' } as const
    if (after === undefined) return { onsetMs: NOT_BY_PROCESS, outageIn: { step: 'install', ...permanent } }
    return {
      onsetMs: ({ installedAtMs }) => installedAtMs + after,
      outage: ({ installedAtMs }) => ({ atMs: installedAtMs + after, ...permanent }),
    }
  },
})
