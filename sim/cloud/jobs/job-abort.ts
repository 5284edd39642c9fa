import type { AbortConfig, AbortCriteria } from '@aws-sdk/client-iot'
import type { JobExecutionStatus } from './job-execution.ts'
import type { StatusCounts } from './job-executions.ts'

/** A thing counts as executed when its execution ended without being cancelled or removed. */
const EXECUTED: readonly JobExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT']

/**
 * Why the job must be aborted, as its comment, or null. Criteria are tested in order; the share is of the executed things.
 * [source: abort-criteria]
 */
export function abortReason(config: AbortConfig | undefined, counts: StatusCounts): string | null {
  const sumOf = (statuses: readonly JobExecutionStatus[]): number =>
    statuses.reduce((sum, status) => sum + counts[status], 0)
  const executed = sumOf(EXECUTED)
  for (const criteria of config?.criteriaList ?? []) {
    const failed = sumOf(EXECUTED.filter((status) => isFailure(status, criteria)))
    const { minNumberOfExecutedThings = 1, thresholdPercentage = 100 } = criteria
    if (executed < minNumberOfExecutedThings || failed === 0) continue
    if ((failed / executed) * 100 >= thresholdPercentage) {
      return `${failed} of ${executed} executed things: ${criteria.failureType}`
    }
  }
  return null
}

const isFailure = (status: JobExecutionStatus, { failureType }: AbortCriteria): boolean =>
  failureType === 'ALL' ? status !== 'SUCCEEDED' : status === failureType
