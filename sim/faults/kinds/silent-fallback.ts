import { z } from 'zod'
import { duration } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'

/** Boot loader, kernel and nucleus. */
const BOOT_MS = 90_000

/**
 * The device has reported success, but its boot loader never got the firmware's confirmation: its watchdog restarts the
 * device into the other slot, in the state from before the deployment. The cloud is not notified and still lists the
 * deployment as SUCCEEDED. Without a deployment the device restarts unchanged. [source: silent-fallback]
 */
export const silentFallback = defineFault({
  kind: 'silent-fallback',
  family: 'process',
  schema: z
    .strictObject({
      in: selector,
      after: duration.describe('Uptime at which the watchdog restarts the device'),
    })
    .refine(({ in: where }) => where.firmware !== undefined, {
      path: ['in'],
      message: 'set the firmware version that the device falls back from',
    }),
  meaning: 'The device reports success, then falls back to the previous version by itself',
  make: ({ after }) => ({
    onsetMs: ({ startedAtMs }) => startedAtMs + after,
    outage: ({ startedAtMs }) => ({ atMs: startedAtMs + after, downMs: BOOT_MS, boots: 'previous' }),
  }),
})
