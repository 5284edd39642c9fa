import type { JsonObject } from '../base/cloud-context.ts'
import type { Job } from './job.ts'
import type { JobExecution } from './job-execution.ts'

/** Shapes of the device plane: times in whole epoch seconds. [iot: jobs-mqtt-https-api] */

const seconds = (atMs: number): number => Math.floor(atMs / 1000)

export const executionState = ({ status, statusDetails, versionNumber }: JobExecution): JsonObject => ({
  status,
  statusDetails: { ...statusDetails },
  versionNumber,
})

/** JobExecutionSummary. */
export const summariseExecution = (job: Job, execution: JobExecution): JsonObject => ({
  jobId: job.jobId,
  queuedAt: seconds(execution.queuedAtMs),
  ...(execution.startedAtMs !== undefined && { startedAt: seconds(execution.startedAtMs) }),
  lastUpdatedAt: seconds(execution.lastUpdatedAtMs),
  versionNumber: execution.versionNumber,
  executionNumber: execution.executionNumber,
})

/** JobExecution. */
export const describeExecution = (
  job: Job,
  execution: JobExecution,
  options: { readonly nowMs: number; readonly includeDocument: boolean },
): JsonObject => ({
  ...summariseExecution(job, execution),
  thingName: execution.thing,
  status: execution.status,
  statusDetails: { ...execution.statusDetails },
  ...approximateSecondsLeft(execution, options.nowMs),
  ...(options.includeDocument && { jobDocument: job.document }),
})

/** When the nearer of the two timers ends, if one runs. */
export const endsAtMs = ({ inProgressEndsAtMs, stepEndsAtMs }: JobExecution): number | undefined =>
  inProgressEndsAtMs === undefined || stepEndsAtMs === undefined
    ? (inProgressEndsAtMs ?? stepEndsAtMs)
    : Math.min(inProgressEndsAtMs, stepEndsAtMs)

export function approximateSecondsLeft(
  execution: JobExecution,
  nowMs: number,
): { approximateSecondsBeforeTimedOut?: number } {
  const atMs = endsAtMs(execution)
  return atMs === undefined ? {} : { approximateSecondsBeforeTimedOut: seconds(atMs - nowMs) }
}
