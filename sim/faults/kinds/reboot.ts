import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { NOT_BY_PROCESS } from '../families/process-fault.ts'
import { lasting } from '../families/times.ts'

/**
 * The core device restarts once in the middle of an update. The nucleus starts with the components of its stored
 * configuration, installs and starts them again, and asks IoT Jobs for the next job: the one that is still IN_PROGRESS,
 * which it then processes from the beginning. During the download nothing has changed yet; during the install the
 * configuration already names the new version: the second attempt only waits until that runs, and has nothing else to
 * roll back to. [source: interrupted-deployment, install-at-launch]
 */
export const reboot = defineFault({
  kind: 'reboot',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    at: z.enum(['download', 'install']).describe('The step in the middle of which the device restarts'),
    for: lasting.default(180_000).describe('Duration of the outage'),
  }),
  meaning: 'The device restarts once in the middle of an update',
  make: ({ at: step, for: downMs }) => ({ onsetMs: NOT_BY_PROCESS, outageIn: { step, downMs, boots: 'same' } }),
})
