import type { Clock } from '../../../kernel/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ExecutionStep } from '../execution-changes.ts'
import {
  type DescribedExecution,
  describeExecution,
  type ExecutionState,
  type ExecutionSummary,
  executionState,
} from '../execution-shapes.ts'
import { isTerminal, type JobExecution, mayMove } from '../job-execution.ts'
import { summaries } from '../job-notifier.ts'
import type { PendingExecution } from '../job-table.ts'
import type { JobsService } from '../jobs-service.ts'
import type { JobUpdate } from './job-messages.ts'
import { JobRejection, rejectedState } from './job-rejection.ts'

/** Which job of which thing a request concerns. */
export interface JobOfThing {
  readonly thing: string
  readonly jobId: string
  readonly namespace: string | undefined
}

/** What devices request of their pending executions, over MQTT and HTTP alike. [source: pending-order] */
export class DeviceRequests {
  readonly #jobs: JobsService
  readonly #clock: Clock

  constructor(jobs: JobsService, clock: Clock) {
    this.#jobs = jobs
    this.#clock = clock
  }

  list(
    thing: string,
    namespace: string | undefined,
  ): { inProgressJobs: ExecutionSummary[]; queuedJobs: ExecutionSummary[] } {
    const pending = this.#jobs.pending(thing, namespace)
    return { inProgressJobs: summaries(pending, 'IN_PROGRESS'), queuedJobs: summaries(pending, 'QUEUED') }
  }

  /** Starts the first pending execution, if it is still queued. */
  startNext(thing: string, namespace: string | undefined, step: ExecutionStep): { execution?: DescribedExecution } {
    const next = this.#jobs.pending(thing, namespace)[0]
    if (next === undefined) return {}
    if (next.execution.status === 'QUEUED') this.#jobs.updateExecution(next, 'IN_PROGRESS', step)
    return { execution: this.#describe(next, true) }
  }

  /** A finished execution is not described. [source: job-reject-codes] @throws JobRejection */
  describe(
    of: JobOfThing,
    options: { readonly executionNumber: number | undefined; readonly includeJobDocument: boolean },
  ): { execution?: DescribedExecution } {
    const found = of.jobId === '$next' ? this.#jobs.pending(of.thing, of.namespace)[0] : this.#find(of)
    if (found === undefined) return {}
    checkExecutionNumber(found.execution, options.executionNumber)
    if (isTerminal(found.execution.status)) throw terminalStateReached(found.execution)
    return { execution: this.#describe(found, options.includeJobDocument) }
  }

  /** @throws JobRejection */
  update(of: JobOfThing, update: JobUpdate): { executionState?: ExecutionState; jobDocument?: JsonObject } {
    const found = this.#find(of)
    const { job, execution } = found
    checkExecutionNumber(execution, update.executionNumber)
    if (update.expectedVersion !== undefined && update.expectedVersion !== execution.versionNumber) {
      const message = `The version is ${execution.versionNumber}, not ${update.expectedVersion}`
      throw rejectedState('VersionMismatch', message, execution)
    }
    if (isTerminal(execution.status)) throw terminalStateReached(execution)
    if (!mayMove(execution.status, update.status, 'device')) {
      throw rejectedState('InvalidStateTransition', `${execution.status} to ${update.status}`, execution)
    }
    this.#jobs.updateExecution(found, update.status, update)
    return {
      ...(update.includeJobExecutionState && { executionState: executionState(execution) }),
      ...(update.includeJobDocument && { jobDocument: job.document }),
    }
  }

  #find({ thing, jobId, namespace }: JobOfThing): PendingExecution {
    const job = this.#jobs.job(jobId)
    const execution = job?.executions.get(thing)
    if (job === undefined || execution === undefined || job.namespaceId !== namespace) {
      throw new JobRejection('ResourceNotFound', `No execution of job ${jobId} for ${thing}`)
    }
    return { job, execution }
  }

  #describe({ job, execution }: PendingExecution, includeDocument: boolean): DescribedExecution {
    return describeExecution(job, execution, { nowMs: this.#clock.nowMs(), includeDocument })
  }
}

const terminalStateReached = (execution: JobExecution): JobRejection =>
  rejectedState('TerminalStateReached', `The execution is ${execution.status}`, execution)

/** Only the newest execution of a thing is kept. */
function checkExecutionNumber(execution: JobExecution, expected: number | undefined): void {
  if (expected === undefined || expected === execution.executionNumber) return
  throw new JobRejection('ResourceNotFound', `No execution ${expected}; the newest is ${execution.executionNumber}`)
}
