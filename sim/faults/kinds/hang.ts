import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'

/**
 * A step of a deployment waits for something that never happens. The nucleus stops a script at its time limit; a download
 * has none, because a connection may come back: it ends at the time limit of the job (TIMED_OUT), and the nucleus then
 * drops the deployment. [source: download-retries, in-progress-timeout]
 */
export const hang = defineFault({
  kind: 'hang',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    at: z.enum(['download', 'install', 'startup']).describe('The download or the lifecycle script that never ends'),
  }),
  meaning: 'The download or a lifecycle script of the firmware never ends',
  failsDeployments: () => true,
  make: ({ at }) => ({ onsetMs: NOT_BY_PROCESS, hangsIn: at }),
})
