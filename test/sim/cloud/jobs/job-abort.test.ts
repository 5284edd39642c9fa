import { describe, expect, it } from 'vitest'
import { abortReason } from '../../../../sim/cloud/jobs/job-abort.ts'
import { JOB_EXECUTION_STATUSES, type JobExecutionStatus } from '../../../../sim/cloud/jobs/job-execution.ts'
import type { StatusCounts } from '../../../../sim/cloud/jobs/job-executions.ts'

const countsOf = (...statuses: readonly JobExecutionStatus[]): StatusCounts =>
  Object.fromEntries(
    JOB_EXECUTION_STATUSES.map((wanted) => [wanted, statuses.filter((status) => status === wanted).length]),
  ) as StatusCounts

const criteria = (failureType: 'FAILED' | 'REJECTED' | 'TIMED_OUT' | 'ALL', percent: number, min: number) => ({
  failureType,
  action: 'CANCEL' as const,
  thresholdPercentage: percent,
  minNumberOfExecutedThings: min,
})

describe('abort criteria', () => {
  it('wait for the number of executed things', () => {
    const config = { criteriaList: [criteria('FAILED', 50, 3)] }
    expect(abortReason(config, countsOf('FAILED', 'FAILED', 'QUEUED', 'IN_PROGRESS'))).toBeNull()
    expect(abortReason(config, countsOf('FAILED', 'FAILED', 'SUCCEEDED'))).toBe('2 of 3 executed things: FAILED')
  })

  it('are met at the threshold, not only above it', () => {
    const config = { criteriaList: [criteria('FAILED', 50, 1)] }
    expect(abortReason(config, countsOf('FAILED', 'SUCCEEDED'))).not.toBeNull()
    expect(abortReason(config, countsOf('FAILED', 'SUCCEEDED', 'SUCCEEDED'))).toBeNull()
  })

  it('count only their own kind of failure, and ALL counts every kind', () => {
    const statuses = ['FAILED', 'REJECTED', 'TIMED_OUT'] as const
    expect(abortReason({ criteriaList: [criteria('FAILED', 50, 1)] }, countsOf(...statuses))).toBeNull()
    expect(abortReason({ criteriaList: [criteria('ALL', 100, 1)] }, countsOf(...statuses))).toBe(
      '3 of 3 executed things: ALL',
    )
  })

  it('do not count things that were cancelled or removed as executed', () => {
    const config = { criteriaList: [criteria('ALL', 1, 1)] }
    expect(abortReason(config, countsOf('CANCELED', 'REMOVED', 'SUCCEEDED'))).toBeNull()
  })

  it('are tested in order', () => {
    const config = { criteriaList: [criteria('REJECTED', 10, 1), criteria('FAILED', 10, 1), criteria('ALL', 1, 1)] }
    expect(abortReason(config, countsOf('FAILED', 'SUCCEEDED'))).toBe('1 of 2 executed things: FAILED')
  })
})
