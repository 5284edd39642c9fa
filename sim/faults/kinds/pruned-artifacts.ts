import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * A clean-up on the device deletes what a successful deployment replaced. The nucleus itself keeps the previous version
 * of every component, which is why a way back needs no network; here it does. [nucleus: ComponentManager,
 * getVersionsToKeep] [detection B11: old component folder already deleted]
 */
export const prunedArtefacts = z
  .strictObject({ kind: z.literal('pruned-artefacts'), in: selector })
  .describe('The artefacts of the replaced version are deleted, so that the way back must be downloaded')

export const makePrunedArtefacts = (): Fault => ({
  kind: 'pruned-artefacts',
  onsetMs: NOT_BY_PROCESS,
  prunesArtefacts: true,
})
