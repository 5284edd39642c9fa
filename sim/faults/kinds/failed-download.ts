import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { defineFault } from '../families/define-fault.ts'
import { type DownloadFault, NOT_BY_PROCESS } from '../families/process-fault.ts'

/** Free disk space that the nucleus requires before it downloads. [source: min-free-disk] */
const MIN_DISK_BYTES = 20 * 1024 * 1024
const LEFT_MIB = 3

const DOWNLOADS: Readonly<Record<'disk-full' | 'corrupt-artifact', DownloadFault>> = {
  // Checked before the first byte. [source: min-free-disk]
  'disk-full': {
    attempts: 0,
    failure: () => ({
      errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'DISK_SPACE_CRITICAL'],
      errorType: 'DEVICE_ERROR',
      cause: `Disk space critical: ${LEFT_MIB * 1024 * 1024} bytes usable, ${MIN_DISK_BYTES} bytes minimum allowed`,
    }),
  },
  // Ten attempts, a minute apart. [source: checksum-retries]
  'corrupt-artifact': {
    attempts: 10,
    failure: () => ({
      errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'ARTIFACT_CHECKSUM_MISMATCH'],
      errorType: 'COMPONENT_RECIPE_ERROR',
      cause: 'Integrity check for downloaded artifact failed. Probably due to file corruption.',
    }),
  },
}

/** The artifact does not get onto the device: the disk is full, or the artifact differs from the published one. */
export const failedDownload = defineFault({
  kind: 'failed-download',
  family: 'process',
  schema: z.strictObject({
    in: selector,
    because: z.enum(['disk-full', 'corrupt-artifact']).describe('Cause of the failure'),
  }),
  meaning: 'The artifact cannot be downloaded; the deployment fails without any change',
  failsDeployments: () => true,
  make: ({ because }) => ({
    onsetMs: NOT_BY_PROCESS,
    download: DOWNLOADS[because],
    ...(because === 'disk-full' && { diskFreeMiB: LEFT_MIB }),
  }),
})
