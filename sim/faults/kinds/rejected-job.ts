import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'

/**
 * The device rejects the deployment. A nucleus does so for one reason only: by its own record it has applied a later
 * deployment for the same target, as after its store was copied from another device. [source: stale-deployment]
 */
export const rejectedJob = defineFault({
  kind: 'rejected-job',
  family: 'process',
  schema: z.strictObject({ in: selector }),
  meaning: 'The device reports REJECTED, because it considers the deployment stale',
  failsDeployments: () => true,
  make: () => ({ onsetMs: NOT_BY_PROCESS, rejects: true }),
})
