import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type DeviceView, type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/**
 * One version rewrites the state file on the device when it first runs, in a form that the other cannot read: after a
 * rollback the old version dies in its startup script, three times, and is BROKEN. What the release's manifest says
 * about the data it reads and writes has no part in this: a manifest may lie.
 */
export const unreadableState = z
  .strictObject({
    kind: z.literal('unreadable-state'),
    in: selector,
    writtenBy: z.string().describe('The version that rewrites the state when it runs'),
    unlessComponent: z.string().optional().describe('The fault rests where this component is installed'),
  })
  .refine(({ in: where, writtenBy }) => where.firmware !== undefined && where.firmware !== writtenBy, {
    path: ['in'],
    message: 'give the firmware that cannot read the state, another than "writtenBy"',
  })
  .describe('State that one version wrote cannot be read by the other, which does not start')

export const makeUnreadableState = ({ writtenBy, unlessComponent }: z.output<typeof unreadableState>): Fault => ({
  kind: 'unreadable-state',
  onsetMs: NOT_BY_PROCESS,
  when: (device) => device.hasRun(writtenBy) && lacks(device, unlessComponent),
  startupExitCode: 1,
})

/** A component that was deployed first, such as a migration, may make a fault harmless. */
export const lacks = (device: DeviceView, component: string | undefined): boolean =>
  component === undefined || !device.hasComponent(component)
