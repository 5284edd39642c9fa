import { z } from 'zod'
import { selector } from '../../plant/selector.ts'
import { type DownloadTrouble, type Fault, NOT_BY_PROCESS } from '../families/fault.ts'

/** What the nucleus wants to be free before it downloads anything. [nucleus: DEFAULT_MIN_DISK_AVAIL_BYTES] */
const MIN_DISK_BYTES = 20 * 1024 * 1024
const LEFT_MIB = 3

const TROUBLES: Readonly<Record<'disk-full' | 'corrupt-artifact', DownloadTrouble>> = {
  // Looked at before the first byte. [nucleus: ComponentManager.prepareArtifacts, SizeLimitException]
  'disk-full': {
    attempts: 0,
    failure: () => ({
      errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'DISK_SPACE_CRITICAL'],
      errorType: 'DEVICE_ERROR',
      cause: `Disk space critical: ${LEFT_MIB * 1024 * 1024} bytes usable, ${MIN_DISK_BYTES} bytes minimum allowed`,
    }),
  },
  // Downloaded ten times, a minute apart. [nucleus: ArtifactDownloader.checksumMismatchRetryConfig]
  'corrupt-artifact': {
    attempts: 10,
    failure: () => ({
      errorCodes: ['ARTIFACT_DOWNLOAD_ERROR', 'ARTIFACT_CHECKSUM_MISMATCH'],
      errorType: 'COMPONENT_RECIPE_ERROR',
      cause: 'Integrity check for downloaded artifact failed. Probably due to file corruption.',
    }),
  },
}

/** The artifact does not get onto the device: its disk is full, or what arrives is not what was published. */
export const failedDownload = z
  .strictObject({
    kind: z.literal('failed-download'),
    in: selector,
    because: z.enum(['disk-full', 'corrupt-artifact']),
  })
  .describe('The artifact cannot be downloaded; the deployment fails with nothing changed')

export const makeFailedDownload = ({ because }: z.output<typeof failedDownload>): Fault => ({
  kind: 'failed-download',
  onsetMs: NOT_BY_PROCESS,
  download: TROUBLES[because],
  ...(because === 'disk-full' && { diskFreeMiB: LEFT_MIB }),
})
