import { z } from 'zod'
import { percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { type DownloadFailure, NOT_BY_PROCESS } from '../families/process-fault.ts'

/** The kernel has no buffer left for the write (ENOMEM). [source: download-errors] */
const OUT_OF_MEMORY: DownloadFailure = {
  errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'IO_ERROR', 'IO_WRITE_ERROR'],
  errorType: 'DEVICE_ERROR',
  cause: 'Error writing artifact: Cannot allocate memory',
}

/**
 * The device has no memory beyond the firmware's limit: once the firmware uses nearly all of it, nothing can be
 * downloaded, not even for a rollback. Artifacts that the device kept need no download; with `pruned-artifacts` it keeps
 * none. [source: starved-download]
 */
export const starvedDownload = defineFault({
  kind: 'starved-download',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    freeBelow: percent.describe('Share of free memory below which downloads fail'),
  }),
  meaning: 'Downloads fail while memory is nearly exhausted',
  make: ({ freeBelow }) => ({
    onsetMs: NOT_BY_PROCESS,
    download: {
      attempts: 1,
      failure: (device) => (device.freeMemoryShare() < freeBelow / 100 ? OUT_OF_MEMORY : null),
    },
  }),
})
