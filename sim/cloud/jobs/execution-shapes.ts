import type { Job } from './job.ts'
import { approximateSecondsLeft, type JobExecution } from './job-execution.ts'

/** Shapes of the device plane: times in whole epoch seconds. [source: job-device-plane] */

const seconds = (atMs: number): number => Math.floor(atMs / 1000)

export const executionState = ({ status, statusDetails, versionNumber }: JobExecution) => ({
  status,
  statusDetails: { ...statusDetails },
  versionNumber,
})
export type ExecutionState = ReturnType<typeof executionState>

/** JobExecutionSummary. */
export const summariseExecution = (job: Job, execution: JobExecution) => ({
  jobId: job.jobId,
  queuedAt: seconds(execution.queuedAtMs),
  ...(execution.startedAtMs !== undefined && { startedAt: seconds(execution.startedAtMs) }),
  lastUpdatedAt: seconds(execution.lastUpdatedAtMs),
  versionNumber: execution.versionNumber,
  executionNumber: execution.executionNumber,
})
export type ExecutionSummary = ReturnType<typeof summariseExecution>

/** JobExecution; its document is JSON over MQTT. */
export const describeExecution = (
  job: Job,
  execution: JobExecution,
  options: { readonly nowMs: number; readonly includeDocument: boolean },
) => ({
  ...summariseExecution(job, execution),
  thingName: execution.thing,
  status: execution.status,
  statusDetails: { ...execution.statusDetails },
  ...approximateSecondsLeft(execution, options.nowMs),
  ...(options.includeDocument && { jobDocument: job.document }),
})
export type DescribedExecution = ReturnType<typeof describeExecution>
