import type { Clock } from '../../../kernel/clock.ts'
import { defineOperations } from '../../base/operations.ts'
import type { DescribedExecution } from '../execution-shapes.ts'
import type { JobTargets } from '../job.ts'
import type { JobsService } from '../jobs-service.ts'
import { DeviceRequests } from './device-requests.ts'
import { parseJobStep, parseJobUpdate } from './job-messages.ts'
import { JobRejection } from './job-rejection.ts'

export interface JobDataState {
  readonly jobs: JobsService
  readonly things: JobTargets
  readonly clock: Clock
}

/** The HTTP form of the device plane, for jobs without a namespace. [source: job-device-plane] */
export const jobDataOperations = defineOperations<'iot-jobs-data', JobDataState>()({
  GetPendingJobExecutions: ({ thingName = '' }, state) =>
    answered(state, thingName, 'other', (requests) => requests.list(thingName, undefined)),

  StartNextPendingJobExecution: (input, state) => {
    const { thingName = '' } = input
    return answered(state, thingName, 'other', (requests) =>
      withText(requests.startNext(thingName, undefined, parseJobStep(input))),
    )
  },

  DescribeJobExecution: ({ thingName = '', jobId = '', executionNumber, includeJobDocument = true }, state) =>
    answered(state, thingName, 'other', (requests) => {
      const of = { thing: thingName, jobId, namespace: undefined }
      return withText(requests.describe(of, { executionNumber, includeJobDocument }))
    }),

  UpdateJobExecution: (input, state) => {
    const { thingName = '', jobId = '' } = input
    return answered(state, thingName, 'update', (requests) => {
      const of = { thing: thingName, jobId, namespace: undefined }
      const { executionState, jobDocument } = requests.update(of, parseJobUpdate(input))
      return {
        ...(executionState && { executionState }),
        ...(jobDocument && { jobDocument: JSON.stringify(jobDocument) }),
      }
    })
  },
})

/** What `answer` returns. @throws AwsError where the service rejects the request */
function answered<Answer>(
  { jobs, things, clock }: JobDataState,
  thing: string,
  operation: 'update' | 'other',
  answer: (requests: DeviceRequests) => Answer,
): Answer {
  try {
    if (!things.exists(thing)) throw new JobRejection('ResourceNotFound', `Thing ${thing} not found`)
    return answer(new DeviceRequests(jobs, clock))
  } catch (error) {
    if (error instanceof JobRejection) throw error.toAwsError(operation)
    throw error
  }
}

/** Over HTTP the document is text. */
function withText({ execution }: { readonly execution?: DescribedExecution }) {
  if (execution === undefined) return {}
  const { jobDocument, ...rest } = execution
  return { execution: { ...rest, ...(jobDocument && { jobDocument: JSON.stringify(jobDocument) }) } }
}
