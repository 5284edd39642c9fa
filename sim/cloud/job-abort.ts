import type { AbortConfig, AbortCriteria } from '@aws-sdk/client-iot'
import type { JobExecutionStatus } from './job-execution.ts'

/** A thing counts as executed when its execution ran to an end of its own. */
const EXECUTED: readonly JobExecutionStatus[] = ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT']

/**
 * Why the job must stop, in words, or null. Criteria are looked at in order; the share is of the executed things.
 * [iot: jobs-configurations-details, AbortCriteria]
 */
export function abortReason(config: AbortConfig | undefined, statuses: readonly JobExecutionStatus[]): string | null {
  const executed = statuses.filter((status) => EXECUTED.includes(status))
  for (const criteria of config?.criteriaList ?? []) {
    const failed = executed.filter((status) => isFailure(status, criteria)).length
    const { minNumberOfExecutedThings = 1, thresholdPercentage = 100 } = criteria
    if (executed.length < minNumberOfExecutedThings || failed === 0) continue
    if ((failed / executed.length) * 100 >= thresholdPercentage) {
      return `${failed} of ${executed.length} executed things: ${criteria.failureType}`
    }
  }
  return null
}

const isFailure = (status: JobExecutionStatus, { failureType }: AbortCriteria): boolean =>
  failureType === 'ALL' ? status !== 'SUCCEEDED' : status === failureType
