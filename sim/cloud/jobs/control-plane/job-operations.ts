import { createJobOperations } from './create-job.ts'
import { describeExecutionsOperations } from './describe-executions.ts'
import { describeJobsOperations } from './describe-jobs.ts'
import { endJobsOperations } from './end-jobs.ts'
import { updateJobsOperations } from './update-jobs.ts'

/** The operations of the `iot` control plane on jobs and their executions. */
export const jobOperations = {
  ...createJobOperations,
  ...describeJobsOperations,
  ...updateJobsOperations,
  ...endJobsOperations,
  ...describeExecutionsOperations,
}
