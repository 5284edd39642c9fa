import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * The core device restarts once in the middle of an update. The nucleus comes back with the components of its stored
 * configuration, installs and starts them anew, and asks IoT Jobs for the next job: that is the one still IN_PROGRESS,
 * which it then works on from the beginning. During the download nothing has changed yet; during the install the
 * configuration already names the new version: the second attempt only waits until that runs, and has nothing else to
 * roll back to. [nucleus: process stops mid-way; issue 1838] [gg: install runs at each launch of the nucleus]
 */
export const reboot = z
  .strictObject({
    kind: z.literal('reboot'),
    in: selector,
    at: z.enum(['download', 'install']).describe('The step in the middle of which the device restarts'),
    for: duration.default(180_000).describe('How long it is away; 3 min by default'),
  })
  .describe('The device restarts once in the middle of an update')

export const makeReboot = ({ at: step, for: downMs }: z.output<typeof reboot>): Fault => ({
  kind: 'reboot',
  onsetMs: NOT_BY_PROCESS,
  outageIn: { step, downMs, boots: 'same' },
})
