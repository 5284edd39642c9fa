import type { DownloadFailure } from '../faults/families/process-fault.ts'

/** Detailed statuses of the nucleus. [source: detailed-status] */
export type DetailedStatus =
  | 'SUCCESSFUL'
  | 'FAILED_NO_STATE_CHANGE'
  | 'FAILED_ROLLBACK_NOT_REQUESTED'
  | 'FAILED_ROLLBACK_COMPLETE'
  | 'FAILED_UNABLE_TO_ROLLBACK'
  | 'REJECTED'

/** How a deployment ended on the device. */
export interface DeploymentResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'REJECTED'
  readonly detailedStatus: DetailedStatus
  /** Empty on success. */
  readonly failureCause: string
  /** From general to specific. */
  readonly errorStack: readonly string[]
  readonly errorTypes: readonly string[]
}

export const SUCCESS: DeploymentResult = {
  status: 'SUCCEEDED',
  detailedStatus: 'SUCCESSFUL',
  failureCause: '',
  errorStack: [],
  errorTypes: [],
}

/** A failure before the merge: nothing on the device has changed. [source: detailed-status] */
export const failedUnchanged = (code: string, type: string, failureCause: string): DeploymentResult => ({
  status: 'FAILED',
  detailedStatus: 'FAILED_NO_STATE_CHANGE',
  failureCause,
  errorStack: ['DEPLOYMENT_FAILURE', code],
  errorTypes: [type],
})

/** An artifact did not arrive. [source: download-errors] */
export const failedDownload = ({ errorCodes, errorType, cause }: DownloadFailure): DeploymentResult => ({
  ...failedUnchanged('', errorType, cause),
  errorStack: ['DEPLOYMENT_FAILURE', ...errorCodes],
})

/** A component went BROKEN after the merge. [source: broken-after-merge] */
export const failedBroken = (component: string, detailedStatus: DetailedStatus): DeploymentResult => ({
  status: 'FAILED',
  detailedStatus,
  failureCause: `Service ${component} in broken state after deployment`,
  errorStack: ['DEPLOYMENT_FAILURE', 'COMPONENT_UPDATE_ERROR', 'COMPONENT_BROKEN'],
  errorTypes: ['USER_COMPONENT_ERROR'],
})

/** Older than the deployment last applied for the same target. [source: stale-deployment] */
export const REJECTED_STALE: DeploymentResult = {
  status: 'REJECTED',
  detailedStatus: 'REJECTED',
  failureCause: 'The deployment is older than the one last applied for its target',
  errorStack: ['DEPLOYMENT_REJECTED', 'REJECTED_STALE_DEPLOYMENT'],
  errorTypes: [],
}

/** Values of statusDetails are truncated to 1,024 characters; lists are JSON text. [source: nucleus-status-details] */
export function jobStatusDetails(result: DeploymentResult): Record<string, string> {
  const details: Record<string, string> = { 'detailed-deployment-status': result.detailedStatus }
  if (result.status === 'SUCCEEDED') return details
  details['deployment-failure-cause'] = result.failureCause.slice(0, 1024)
  details['deployment-error-stack'] = JSON.stringify(result.errorStack).slice(0, 1024)
  details['deployment-error-types'] = JSON.stringify(result.errorTypes).slice(0, 1024)
  return details
}
