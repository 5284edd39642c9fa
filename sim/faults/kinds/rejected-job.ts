import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * The device refuses the deployment. A nucleus does so for one reason only: its own record says that a later deployment
 * was applied for the same target, as after its store was copied from another device. [nucleus: DeploymentService, stale
 * check]
 */
export const rejectedJob = z
  .strictObject({ kind: z.literal('rejected-job'), in: selector })
  .describe('The device answers REJECTED: it takes the deployment for an old one')

export const makeRejectedJob = (): Fault => ({ kind: 'rejected-job', onsetMs: NOT_BY_PROCESS, rejects: true })
