import { Priority } from '../../kernel/clock.ts'
import type { TraceRef } from '../../kernel/trace.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { ExecutionChanges, type ExecutionListener, type ExecutionStep } from './execution-changes.ts'
import {
  type CancelOptions,
  type Job,
  type JobChanges,
  type JobRequest,
  type JobTarget,
  type JobTargets,
  parseTargetArn,
} from './job.ts'
import { abortReason } from './job-abort.ts'
import { isTerminal, type JobActor, type JobExecution, type JobExecutionStatus, mayMove } from './job-execution.ts'
import { JobExecutions } from './job-executions.ts'
import { JobNotifier } from './job-notifier.ts'
import { JobReleases } from './job-releases.ts'
import { JobTable, type PendingExecution } from './job-table.ts'
import { eachOnce, hasGroup, reaches, thingsOf } from './job-targets.ts'

/**
 * AWS IoT Jobs: makes, cancels, completes and aborts jobs. What the service does by itself happens in the delivery phase
 * of a millisecond, so that the order of the devices' messages in that millisecond has no effect on it.
 */
export class JobsService {
  readonly #ctx: CloudContext
  readonly #targets: JobTargets
  readonly #table = new JobTable()
  readonly #notifier: JobNotifier
  readonly #releases: JobReleases
  readonly #changes: ExecutionChanges
  readonly #cancelListeners: ((job: Job) => void)[] = []
  readonly #deleteListeners: ((job: Job) => void)[] = []

  constructor(ctx: CloudContext, targets: JobTargets) {
    this.#ctx = ctx
    this.#targets = targets
    this.#notifier = new JobNotifier(ctx, this.#table)
    this.#releases = new JobReleases(ctx, this.#table, this.#notifier)
    this.#changes = new ExecutionChanges(ctx, this.#notifier, (job) => this.#executionEnded(job))
    targets.onMembershipChange((group, thing, change) => this.#membershipChanged(group, thing, change))
    targets.onThingDeleted((thing) => this.#thingDeleted(thing))
  }

  /** `listener` is called for every change of an execution after it was queued, status details included. */
  onExecutionChange(listener: ExecutionListener): void {
    this.#changes.onChange(listener)
  }

  /** `listener` is called when a job is cancelled, by a request or by its abort criteria. */
  onJobCancelled(listener: (job: Job) => void): void {
    this.#cancelListeners.push(listener)
  }

  onJobDeleted(listener: (job: Job) => void): void {
    this.#deleteListeners.push(listener)
  }

  job(jobId: string): Job | undefined {
    return this.#table.job(jobId)
  }

  /** Every job, in order of creation. */
  all(): readonly Job[] {
    return this.#table.all()
  }

  jobArn(jobId: string): string {
    return `arn:aws:iot:${this.#ctx.region}:${this.#ctx.accountId}:job/${jobId}`
  }

  /** What an ARN names in this account; null for another one. @throws AwsError InvalidRequestException */
  targetOf(arn: string): JobTarget | null {
    return parseTargetArn(this.#ctx, arn)
  }

  /** The jobs that have an execution for this thing, in order of creation. */
  jobsOf(thing: string): readonly Job[] {
    return this.#table.jobsOf(thing)
  }

  /** Pending executions as a device sees them: IN_PROGRESS first, then by time of queueing. */
  pending(thing: string, namespace: string | undefined): readonly PendingExecution[] {
    return this.#table.pending(thing, namespace)
  }

  /** Queues the job on every target at once; the notifications follow at the rollout rate. */
  createJob(request: JobRequest, cause?: TraceRef): Job {
    const nowMs = this.#ctx.clock.nowMs()
    const things = thingsOf(request.targets, this.#targets)
    const job: Job = {
      ...request,
      status: 'IN_PROGRESS',
      createdAtMs: nowMs,
      lastUpdatedAtMs: nowMs,
      completedAtMs: undefined,
      reasonCode: undefined,
      comment: undefined,
      forceCanceled: false,
      executions: new JobExecutions(),
      reached: new Set(things),
      waiting: [],
      notified: 0,
      abortCheckDue: false,
    }
    this.#table.add(job)
    const executions = things.map((thing) => this.#queue(job, thing, job.inThePast ? 'SUCCEEDED' : 'QUEUED', cause))
    if (job.inThePast) return job
    job.waiting = executions
    this.#releases.rollOut(job)
    this.#completeIfDone(job)
    return job
  }

  /** What is undefined stays as it is. A running execution keeps its timeout. [source: job-update] */
  updateJob(job: Job, changes: JobChanges): void {
    job.description = changes.description ?? job.description
    job.rollout = changes.rollout ?? job.rollout
    job.abort = changes.abort ?? job.abort
    job.timeout = changes.timeout ?? job.timeout
    job.lastUpdatedAtMs = this.#ctx.clock.nowMs()
  }

  /** Things that these targets add get the job as later joiners do. [source: job-targets] */
  associateTargets(job: Job, targets: readonly JobTarget[], comment: string | undefined): void {
    job.targets = eachOnce([...job.targets, ...targets])
    job.comment = comment ?? job.comment
    job.lastUpdatedAtMs = this.#ctx.clock.nowMs()
    for (const thing of thingsOf(targets, this.#targets)) this.#join(job, thing)
  }

  /**
   * QUEUED executions end as CANCELED, IN_PROGRESS ones only by force. A job that has ended or that somebody deleted is left
   * alone. [source: job-cancel]
   */
  cancelJob(jobId: string, options: CancelOptions, cause?: TraceRef): void {
    const job = this.#table.job(jobId)
    if (job?.status !== 'IN_PROGRESS') return
    job.status = 'CANCELED'
    job.forceCanceled = options.force
    job.reasonCode = options.reasonCode
    job.comment = options.comment
    job.lastUpdatedAtMs = this.#ctx.clock.nowMs()
    job.completedAtMs = job.lastUpdatedAtMs
    const actor: JobActor = options.force ? 'force-cancel' : 'cancel'
    for (const execution of job.executions.values()) {
      if (mayMove(execution.status, 'CANCELED', actor)) this.#changes.move(job, execution, 'CANCELED', cause)
    }
    for (const listener of this.#cancelListeners) listener(job)
  }

  /** The caller has checked that the execution may be cancelled. */
  cancelExecution(
    job: Job,
    execution: JobExecution,
    statusDetails: Readonly<Record<string, string>> | undefined,
  ): void {
    if (statusDetails !== undefined) execution.statusDetails = statusDetails
    this.#changes.move(job, execution, 'CANCELED')
  }

  /** A device's update; the caller has checked that the device may set this status. */
  updateExecution({ job, execution }: PendingExecution, status: JobExecutionStatus, step: ExecutionStep): void {
    this.#changes.step(job, execution, status, step)
  }

  /** Deletes a job and its executions; things with a pending one are notified. [source: job-delete] */
  deleteJob(job: Job): void {
    this.#table.delete(job)
    job.waiting = []
    for (const execution of job.executions.values()) {
      execution.timer?.cancel()
      this.#table.deleteExecution(job, execution)
      if (execution.released && !isTerminal(execution.status)) this.#notifier.notify(job, execution.thing)
    }
    for (const listener of this.#deleteListeners) listener(job)
  }

  /** Deletes one execution; its thing is notified if it was pending. */
  deleteExecution(job: Job, execution: JobExecution): void {
    execution.timer?.cancel()
    job.waiting = job.waiting.filter((one) => one !== execution)
    job.executions.delete(execution)
    this.#table.deleteExecution(job, execution)
    if (execution.released && !isTerminal(execution.status)) this.#notifier.notify(job, execution.thing)
    this.#completeIfDone(job)
  }

  #queue(job: Job, thing: string, status: 'QUEUED' | 'SUCCEEDED', cause?: TraceRef): JobExecution {
    const execution = this.#changes.make(job, thing, status)
    this.#table.addExecution(job, execution)
    if (status === 'QUEUED') this.#changes.record(job, execution, cause)
    return execution
  }

  #executionEnded(job: Job): void {
    this.#completeIfDone(job)
    if (job.abort === undefined || job.abortCheckDue || job.status !== 'IN_PROGRESS') return
    job.abortCheckDue = true
    this.#ctx.clock.after(0, () => this.#checkAbort(job), Priority.delivery)
  }

  /** A continuous job never completes by itself. [source: continuous-job] */
  #completeIfDone(job: Job): void {
    if (job.targetSelection !== 'SNAPSHOT' || job.status !== 'IN_PROGRESS') return
    const { QUEUED, IN_PROGRESS } = job.executions.counts
    if (QUEUED + IN_PROGRESS > 0) return
    job.status = 'COMPLETED'
    job.completedAtMs = this.#ctx.clock.nowMs()
    job.lastUpdatedAtMs = job.completedAtMs
  }

  #checkAbort(job: Job): void {
    job.abortCheckDue = false
    if (job.status !== 'IN_PROGRESS' || !this.#table.holds(job)) return
    const comment = abortReason(job.abort, job.executions.counts)
    if (comment !== null) this.cancelJob(job.jobId, { force: false, reasonCode: 'ABORT_CRITERIA_MET', comment })
  }

  /** Later joiners get a continuous job, leavers lose it. [source: continuous-job] */
  #membershipChanged(group: string, thing: string, change: 'added' | 'removed'): void {
    for (const job of this.#table.all()) {
      if (job.status !== 'IN_PROGRESS' || job.targetSelection !== 'CONTINUOUS') continue
      if (!hasGroup(job.targets, group)) continue
      if (change === 'added') this.#join(job, thing)
      else if (!reaches(job.targets, thing, this.#targets)) this.#leave(job, thing)
    }
  }

  /** At once, not at the rollout rate. [source: continuous-job] */
  #join(job: Job, thing: string): void {
    if (job.reached.has(thing)) return
    job.reached.add(thing)
    this.#releases.releaseSoon(job, this.#queue(job, thing, 'QUEUED'))
  }

  #leave(job: Job, thing: string): void {
    job.reached.delete(thing)
    const execution = job.executions.get(thing)
    if (execution !== undefined && mayMove(execution.status, 'REMOVED', 'service')) {
      this.#changes.move(job, execution, 'REMOVED')
    }
  }

  /** A thing that no longer exists is not a valid target: its open executions are removed. [source: execution-status] */
  #thingDeleted(thing: string): void {
    for (const job of this.#table.jobsOf(thing)) this.#leave(job, thing)
  }
}
