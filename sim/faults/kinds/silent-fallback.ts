import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import type { Fault } from '../families/fault.ts'

/** Boot loader, kernel and nucleus. */
const BOOT_MS = 90_000

/**
 * The device has reported success, but its boot loader never got the firmware's confirmation: its watchdog restarts the
 * device into the other slot, with everything as it was before the deployment. Nobody tells the cloud, which still
 * lists the deployment as SUCCEEDED. Where there was no deployment it comes back as it was. [detection B1: success is
 * recorded at write time, an A/B fallback leaves the server believing in the new version]
 */
export const silentFallback = z
  .strictObject({
    kind: z.literal('silent-fallback'),
    in: selector,
    after: duration.describe('Uptime at which the watchdog restarts the device'),
  })
  .refine(({ in: where }) => where.firmware !== undefined, {
    path: ['in'],
    message: 'give the firmware that the device falls back from',
  })
  .describe('The device reports success, then falls back to the version before by itself')

export const makeSilentFallback = ({ after }: z.output<typeof silentFallback>): Fault => ({
  kind: 'silent-fallback',
  onsetMs: ({ startedAtMs }) => startedAtMs + after,
  outage: ({ startedAtMs }) => ({ atMs: startedAtMs + after, downMs: BOOT_MS, boots: 'previous' }),
})
