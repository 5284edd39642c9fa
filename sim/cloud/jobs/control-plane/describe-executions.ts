import { notFound } from '../../base/iot-errors.ts'
import { defineOperations } from '../../base/operations.ts'
import { page } from '../../base/paging.ts'
import { approximateSecondsLeft, type JobExecution } from '../job-execution.ts'
import { executionOrThrow, type JobsState, jobOrThrow, optionalDate } from './jobs-state.ts'

/** Operations that read executions of jobs. [source: job-control-plane] */
export const describeExecutionsOperations = defineOperations<'iot', JobsState>()({
  ListJobExecutionsForJob: (input, { jobs, things }) => {
    const executions = [...jobOrThrow({ jobs }, input.jobId).executions.values()].filter(
      ({ status }) => input.status === undefined || status === input.status,
    )
    const { items, nextToken } = page(executions, input)
    return {
      executionSummaries: items.map((execution) => ({
        thingArn: things.thingArn(execution.thing),
        jobExecutionSummary: summary(execution),
      })),
      nextToken,
    }
  },

  ListJobExecutionsForThing: (input, { jobs, things }) => {
    const thing = input.thingName ?? ''
    if (!things.exists(thing)) throw notFound(`Thing ${thing} not found`)
    const found = jobs
      .jobsOf(thing)
      .map((job) => ({ job, execution: job.executions.get(thing) as JobExecution }))
      .filter(
        ({ job, execution }) =>
          (input.status === undefined || execution.status === input.status) &&
          (input.namespaceId === undefined || job.namespaceId === input.namespaceId) &&
          (input.jobId === undefined || job.jobId === input.jobId),
      )
    const { items, nextToken } = page(found.reverse(), input)
    return {
      executionSummaries: items.map(({ job, execution }) => ({
        jobId: job.jobId,
        jobExecutionSummary: summary(execution),
      })),
      nextToken,
    }
  },

  DescribeJobExecution: ({ jobId, thingName, executionNumber }, { jobs, things, clock }) => {
    const job = jobOrThrow({ jobs }, jobId)
    const execution = executionOrThrow(job, thingName, executionNumber)
    return {
      execution: {
        jobId,
        thingArn: things.thingArn(execution.thing),
        forceCanceled: job.forceCanceled && execution.status === 'CANCELED',
        statusDetails: { detailsMap: execution.statusDetails },
        versionNumber: execution.versionNumber,
        ...summary(execution),
        ...approximateSecondsLeft(execution, clock.nowMs()),
      },
    }
  },
})

const summary = (execution: JobExecution) => ({
  status: execution.status,
  queuedAt: new Date(execution.queuedAtMs),
  startedAt: optionalDate(execution.startedAtMs),
  lastUpdatedAt: new Date(execution.lastUpdatedAtMs),
  executionNumber: execution.executionNumber,
})
