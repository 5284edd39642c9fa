import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * A step of a deployment waits for something that never comes. The nucleus gives up on a script after its time limit; on
 * a download it never does, since a connection may come back: the job's own time limit ends that (TIMED_OUT), and the
 * nucleus then drops the deployment. [nucleus: ArtifactDownloader, DeploymentService] [iot: inProgressTimeoutInMinutes]
 */
export const hang = z
  .strictObject({
    kind: z.literal('hang'),
    in: selector,
    at: z.enum(['download', 'install', 'startup']).describe('The download, or the lifecycle script, that never ends'),
  })
  .describe('The download or a lifecycle script of the firmware never ends')

export const makeHang = ({ at }: z.output<typeof hang>): Fault => ({
  kind: 'hang',
  onsetMs: NOT_BY_PROCESS,
  hangsIn: at,
})
