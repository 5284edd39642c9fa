import { z } from 'zod'
import { percent } from '../../../controller/units/quantity.ts'
import { selector } from '../../plant/selector.ts'
import { type DownloadFailure, type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/** The kernel has no buffer left for the write (ENOMEM). [nucleus: ArtifactDownloader.download, IO_WRITE_ERROR] */
const OUT_OF_MEMORY: DownloadFailure = {
  errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'IO_ERROR', 'IO_WRITE_ERROR'],
  errorType: 'DEVICE_ERROR',
  cause: 'Error writing artifact: Cannot allocate memory',
}

/**
 * The device has no memory beyond the firmware's limit: once the firmware has taken nearly all of it, nothing can be
 * downloaded, not even the way back. Artifacts that the device kept need no download; with `pruned-artifacts` it has
 * none. [detection B11: leaking firmware could not complete any download, even the downgrade]
 */
export const starvedDownload = z
  .strictObject({
    kind: z.literal('starved-download'),
    in: selector,
    freeBelow: percent.describe('Downloads fail while less than this share of the memory is free'),
  })
  .describe('Downloads fail while memory is nearly exhausted')

export const makeStarvedDownload = ({ freeBelow }: z.output<typeof starvedDownload>): Fault => ({
  kind: 'starved-download',
  onsetMs: NOT_BY_PROCESS,
  download: {
    attempts: 1,
    failure: (device) => (device.freeMemoryShare() < freeBelow / 100 ? OUT_OF_MEMORY : null),
  },
})
