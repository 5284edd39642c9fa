import { Priority } from '../../kernel/clock.ts'
import type { TraceRef } from '../../kernel/trace.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import type { Job } from './job.ts'
import { endsAtMs, isTerminal, type JobExecution, type JobExecutionStatus } from './job-execution.ts'
import type { JobNotifier } from './job-notifier.ts'

export type ExecutionListener = (job: Job, execution: JobExecution) => void

/** What a device changes in addition to the status. */
export interface ExecutionStep {
  readonly statusDetails: Readonly<Record<string, string>> | undefined
  /** 1 to 10,080 starts the step timer, -1 clears it. */
  readonly stepTimeoutInMinutes: number | undefined
}

const MINUTE_MS = 60_000

/** Changes of executions: status, version, timers, trace, notifications. */
export class ExecutionChanges {
  readonly #ctx: CloudContext
  readonly #notifier: JobNotifier
  readonly #listeners: ExecutionListener[] = []
  readonly #onEnded: (job: Job) => void

  /** `onEnded` is called after an execution of the job has ended. */
  constructor(ctx: CloudContext, notifier: JobNotifier, onEnded: (job: Job) => void) {
    this.#ctx = ctx
    this.#notifier = notifier
    this.#onEnded = onEnded
  }

  onChange(listener: ExecutionListener): void {
    this.#listeners.push(listener)
  }

  /** A new execution of the job, not yet known to any table; `SUCCEEDED` for a job of the past. */
  make(job: Job, thing: string, status: 'QUEUED' | 'SUCCEEDED'): JobExecution {
    const nowMs = this.#ctx.clock.nowMs()
    return {
      thing,
      status,
      statusDetails: {},
      queuedAtMs: nowMs,
      startedAtMs: status === 'SUCCEEDED' ? nowMs : undefined,
      lastUpdatedAtMs: nowMs,
      versionNumber: 1,
      executionNumber: (job.executions.get(thing)?.executionNumber ?? 0) + 1,
      released: status === 'SUCCEEDED',
      inProgressEndsAtMs: undefined,
      stepEndsAtMs: undefined,
      timer: null,
    }
  }

  /** The caller has checked that the execution may change to `status`. */
  move(job: Job, execution: JobExecution, status: JobExecutionStatus, cause?: TraceRef): void {
    const nowMs = this.#ctx.clock.nowMs()
    const from = execution.status
    job.executions.setStatus(execution, status)
    execution.versionNumber += 1
    execution.lastUpdatedAtMs = nowMs
    if (status === 'IN_PROGRESS' && from === 'QUEUED') start(job, execution, nowMs)
    this.#setTimer(job, execution)
    if (from !== status) this.record(job, execution, cause)
    for (const listener of this.#listeners) listener(job, execution)
    if (isTerminal(status)) {
      if (execution.released) this.#notifier.notify(job, execution.thing)
      this.#onEnded(job)
    } else if (from !== status) this.#notifier.notifyNext(job, execution.thing)
  }

  /** A device's change of status, with what else it sets. */
  step(job: Job, execution: JobExecution, status: JobExecutionStatus, step: ExecutionStep): void {
    if (step.statusDetails !== undefined) execution.statusDetails = step.statusDetails
    const minutes = step.stepTimeoutInMinutes
    if (minutes === -1) execution.stepEndsAtMs = undefined
    else if (minutes !== undefined) execution.stepEndsAtMs = this.#ctx.clock.nowMs() + minutes * MINUTE_MS
    this.move(job, execution, status)
  }

  /** Records the status in the trace, for jobs of deployments only. */
  record(job: Job, { thing, status }: JobExecution, cause?: TraceRef): void {
    const deploymentId = job.document.deploymentId
    if (typeof deploymentId !== 'string') return
    this.#ctx.trace.record(`jobs/${thing}`, { kind: 'job-execution', thing, deploymentId, status }, cause)
  }

  /** Runs the nearer of the step and the in-progress timer; a device cannot extend the latter. */
  #setTimer(job: Job, execution: JobExecution): void {
    execution.timer?.cancel()
    execution.timer = null
    if (isTerminal(execution.status)) {
      execution.inProgressEndsAtMs = undefined
      execution.stepEndsAtMs = undefined
    }
    const atMs = endsAtMs(execution)
    if (atMs === undefined) return
    execution.timer = this.#ctx.clock.at(atMs, () => this.move(job, execution, 'TIMED_OUT'), Priority.delivery)
  }
}

function start(job: Job, execution: JobExecution, nowMs: number): void {
  execution.startedAtMs = nowMs
  execution.released = true
  const minutes = job.timeout?.inProgressTimeoutInMinutes
  if (minutes !== undefined) execution.inProgressEndsAtMs = nowMs + minutes * MINUTE_MS
}
