import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * A clean-up on the device deletes what a successful deployment replaced. The nucleus itself keeps the previous version
 * of every component, which is why a way back needs no network; here it does. [nucleus: ComponentManager,
 * getVersionsToKeep] [detection B11: old component folder already deleted]
 */
export const prunedArtifacts = z
  .strictObject({ kind: z.literal('pruned-artifacts'), in: selector })
  .describe('The artifacts of the replaced version are deleted, so that the way back must be downloaded')

export const makePrunedArtifacts = (): Fault => ({
  kind: 'pruned-artifacts',
  onsetMs: NOT_BY_PROCESS,
  prunesArtifacts: true,
})
