import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'

/**
 * A clean-up on the device deletes what a successful deployment replaced. The nucleus itself keeps the previous version of
 * every component, so that a rollback needs no download; with this fault it does.
 * [source: versions-kept, pruned-versions]
 */
export const prunedArtifacts = defineFault({
  kind: 'pruned-artifacts',
  family: 'process',
  schema: z.strictObject({ in: selector }),
  meaning: 'The artifacts of the replaced version are deleted, so that a rollback must download them',
  make: () => ({ onsetMs: NOT_BY_PROCESS, prunesArtifacts: true }),
})
