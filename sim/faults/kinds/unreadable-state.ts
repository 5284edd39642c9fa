import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { lacks, NOT_BY_PROCESS } from '../families/process-fault.ts'

/**
 * One version rewrites the state file on the device when it first runs, in a form that the other cannot read: after a
 * rollback the old version dies in its startup script, three times, and is BROKEN. The fault does not depend on what the
 * release's manifest declares about data versions: a manifest may be wrong.
 */
export const unreadableState = defineFault({
  kind: 'unreadable-state',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      writtenBy: z.string().describe('The version that rewrites the state when it runs'),
      unlessComponent: z.string().optional().describe('The fault is inactive where this component is installed'),
    })
    .refine(({ in: where, writtenBy }) => where.firmware !== undefined && where.firmware !== writtenBy, {
      path: ['in'],
      message: 'set the firmware version that cannot read the state, different from "writtenBy"',
    }),
  meaning: 'State that one version wrote cannot be read by the other version, which does not start',
  make: ({ writtenBy, unlessComponent }) => ({
    onsetMs: NOT_BY_PROCESS,
    when: (device) => device.hasRun(writtenBy) && lacks(device, unlessComponent),
    startupExitCode: 1,
  }),
})
