import { Priority } from '../../kernel/clock.ts'
import type { TraceRef } from '../../kernel/trace.ts'
import type { CloudContext, JsonObject, Operations } from '../base/cloud-context.ts'
import { isObject } from '../iot/shadow-document.ts'
import type { CancelOptions, Job, JobRequest, JobTargets } from './job.ts'
import { abortReason } from './job-abort.ts'
import { isTerminal, type JobActor, type JobExecution, type JobExecutionStatus, mayMove } from './job-execution.ts'
import { JobExecutions } from './job-executions.ts'
import {
  JobRejection,
  type JobStepUpdate,
  type JobTopicRequest,
  type JobUpdate,
  optionalInteger,
  parseJobRequest,
  parseJobStep,
  parseJobUpdate,
} from './job-messages.ts'
import { ratePerMinute } from './job-rollout.ts'
import { describeExecution, endsAtMs, executionState, summariseExecution } from './job-shapes.ts'
import { jobControlOperations } from './jobs-control-plane.ts'

type ExecutionListener = (job: Job, execution: JobExecution) => void

interface Pending {
  readonly job: Job
  readonly execution: JobExecution
}

/** A new pending execution is notified within this time; with the nucleus' 15 s poll, within 60 s. [seed: 60 seconds] */
const NOTIFY_DELAY_MAX_MS = 45_000
const MINUTE_MS = 60_000
const MAX_NOTIFIED_SUMMARIES = 10

/**
 * AWS IoT Jobs: queue, device plane over MQTT and HTTP, timers, rollout rate and abort criteria. What the service does by
 * itself happens after the world of that millisecond has moved, so that the order of devices' messages cannot show.
 */
export class JobsService {
  readonly #ctx: CloudContext
  readonly #targets: JobTargets
  readonly #jobs = new Map<string, Job>()
  /** Jobs that have an execution for a thing, in order of creation. */
  readonly #byThing = new Map<string, Job[]>()
  /** The first pending execution that each thing was last told of, by thing and namespace. */
  readonly #heads = new Map<string, string>()
  readonly #executionListeners: ExecutionListener[] = []
  readonly #cancelListeners: ((job: Job) => void)[] = []

  /** The `iot` control plane of jobs. */
  readonly operations: Operations

  constructor(ctx: CloudContext, targets: JobTargets) {
    this.#ctx = ctx
    this.#targets = targets
    this.operations = jobControlOperations(this, targets, ctx.clock)
    targets.onMembershipChange((group, thing, change) => this.#membershipChanged(group, thing, change))
  }

  /** Told of every change of an execution after it was queued, status details included. */
  onExecutionChange(listener: ExecutionListener): void {
    this.#executionListeners.push(listener)
  }

  /** Told when a job was cancelled, by whomever. */
  onJobCancelled(listener: (job: Job) => void): void {
    this.#cancelListeners.push(listener)
  }

  job(jobId: string): Job | undefined {
    return this.#jobs.get(jobId)
  }

  /** Every job, in order of creation. */
  all(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  jobArn(jobId: string): string {
    return `arn:aws:iot:${this.#ctx.region}:${this.#ctx.accountId}:job/${jobId}`
  }

  /** The jobs that have an execution for this thing, in order of creation. */
  jobsOf(thing: string): readonly Job[] {
    return this.#byThing.get(thing) ?? []
  }

  /** Queues the job on every target at once; the notifications follow at the rollout rate. */
  createJob(request: JobRequest, cause?: TraceRef): Job {
    const nowMs = this.#ctx.clock.nowMs()
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
      waiting: [],
      notified: 0,
      abortCheckDue: false,
    }
    this.#jobs.set(job.jobId, job)
    const things = job.target.kind === 'thing' ? [job.target.name] : this.#targets.membersOf(job.target.name)
    const executions = things.map((thing) => this.#queue(job, thing, job.inThePast ? 'SUCCEEDED' : 'QUEUED', cause))
    if (job.inThePast) return job
    job.waiting = executions
    this.#rollOut(job)
    this.#completeIfDone(job)
    return job
  }

  /** QUEUED executions end as CANCELED, IN_PROGRESS ones only by force. [iot: create-manage-jobs] */
  cancelJob(jobId: string, options: CancelOptions, cause?: TraceRef): void {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new Error(`there is no job ${jobId} to cancel`)
    if (job.status !== 'IN_PROGRESS') return
    job.status = 'CANCELED'
    job.forceCanceled = options.force
    job.reasonCode = options.reasonCode
    job.comment = options.comment
    job.lastUpdatedAtMs = this.#ctx.clock.nowMs()
    job.completedAtMs = job.lastUpdatedAtMs
    const actor: JobActor = options.force ? 'force-cancel' : 'cancel'
    for (const execution of job.executions.values()) {
      if (mayMove(execution.status, 'CANCELED', actor)) this.#move(job, execution, 'CANCELED', cause)
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
    this.#move(job, execution, 'CANCELED')
  }

  /** Forgets a job and its executions; those still pending are gone for their things. [iot: DeleteJob] */
  deleteJob(job: Job): void {
    this.#jobs.delete(job.jobId)
    job.waiting = []
    for (const execution of job.executions.values()) {
      execution.timer?.cancel()
      const jobs = this.jobsOf(execution.thing).filter((one) => one !== job)
      this.#byThing.set(execution.thing, jobs)
      if (execution.released && !isTerminal(execution.status)) this.#notify(job, execution.thing)
    }
  }

  /** A device's publish under `$aws/things/{thing}/jobs/`; answers go straight to the publisher. */
  handleMessage(clientId: string, thing: string, rest: string, payload: unknown): void {
    const request = parseJobRequest(rest)
    if (request === null) return
    const topic = `$aws/things/${thing}/jobs/${rest}`
    const clientToken = isObject(payload) ? payload.clientToken : undefined
    const tail = { timestamp: this.#nowS(), ...(typeof clientToken === 'string' && { clientToken }) }
    try {
      const answer = this.#answer(thing, request, payload)
      this.#ctx.messaging.reply(clientId, `${topic}/accepted`, { ...answer, ...tail })
    } catch (error) {
      if (!(error instanceof JobRejection)) throw error
      const { code, message, executionState } = error
      const body = { code, message, ...tail, ...(executionState && { executionState }) }
      this.#ctx.messaging.reply(clientId, `${topic}/rejected`, body)
    }
  }

  /** The HTTP form of the device plane, of the jobs without a namespace. [iot: jobs-mqtt-https-api] */
  readonly dataOperations: Operations = {
    GetPendingJobExecutions: (input: HttpInput) => this.#overHttp({ verb: 'list', namespace: undefined }, input),
    StartNextPendingJobExecution: (input: HttpInput) =>
      this.#overHttp({ verb: 'start-next', namespace: undefined }, input),
    DescribeJobExecution: (input: HttpInput) =>
      this.#overHttp({ verb: 'get', jobId: input.jobId ?? '', namespace: undefined }, input),
    UpdateJobExecution: (input: HttpInput) =>
      this.#overHttp({ verb: 'update', jobId: input.jobId ?? '', namespace: undefined }, input),
  }

  #answer(thing: string, request: JobTopicRequest, payload: unknown): JsonObject {
    if (!isObject(payload)) throw new JobRejection('InvalidJson', 'The payload is not a JSON object')
    if (!this.#targets.exists(thing)) throw new JobRejection('ResourceNotFound', `Thing ${thing} not found`)
    switch (request.verb) {
      case 'list': {
        const pending = this.#pending(thing, request.namespace)
        return { inProgressJobs: summaries(pending, 'IN_PROGRESS'), queuedJobs: summaries(pending, 'QUEUED') }
      }
      case 'start-next':
        return this.#startNext(thing, request.namespace, parseJobStep(payload))
      case 'get':
        return this.#get(thing, request.jobId, request.namespace, payload)
      case 'update':
        return this.#update(this.#find(thing, request.jobId, request.namespace), parseJobUpdate(payload))
    }
  }

  #startNext(thing: string, namespace: string | undefined, step: JobStepUpdate): JsonObject {
    const next = this.#pending(thing, namespace)[0]
    if (next === undefined) return {}
    if (next.execution.status === 'QUEUED') this.#apply(next, 'IN_PROGRESS', step)
    return { execution: this.#describe(next, true) }
  }

  /** A finished execution is not described. [iot: jobs-mqtt-api, TerminalStateReached] */
  #get(thing: string, jobId: string, namespace: string | undefined, payload: JsonObject): JsonObject {
    const found = jobId === '$next' ? this.#pending(thing, namespace)[0] : this.#find(thing, jobId, namespace)
    if (found === undefined) return {}
    checkExecutionNumber(found.execution, optionalInteger(payload, 'executionNumber'))
    const { execution } = found
    if (isTerminal(execution.status)) throw terminalStateReached(execution)
    return { execution: this.#describe(found, payload.includeJobDocument !== false) }
  }

  #update(found: Pending, update: JobUpdate): JsonObject {
    const { job, execution } = found
    checkExecutionNumber(execution, update.executionNumber)
    if (update.expectedVersion !== undefined && update.expectedVersion !== execution.versionNumber) {
      const message = `The version is ${execution.versionNumber}, not ${update.expectedVersion}`
      throw new JobRejection('VersionMismatch', message, executionState(execution))
    }
    if (isTerminal(execution.status)) throw terminalStateReached(execution)
    if (!mayMove(execution.status, update.status, 'device')) {
      const message = `${execution.status} to ${update.status}`
      throw new JobRejection('InvalidStateTransition', message, executionState(execution))
    }
    this.#apply(found, update.status, update)
    return {
      ...(update.includeJobExecutionState && { executionState: executionState(execution) }),
      ...(update.includeJobDocument && { jobDocument: job.document }),
    }
  }

  #apply({ job, execution }: Pending, status: JobExecutionStatus, step: JobStepUpdate): void {
    if (step.statusDetails !== undefined) execution.statusDetails = step.statusDetails
    const minutes = step.stepTimeoutInMinutes
    if (minutes === -1) execution.stepEndsAtMs = undefined
    else if (minutes !== undefined) execution.stepEndsAtMs = this.#ctx.clock.nowMs() + minutes * MINUTE_MS
    this.#move(job, execution, status)
  }

  #queue(job: Job, thing: string, status: 'QUEUED' | 'SUCCEEDED', cause?: TraceRef): JobExecution {
    const nowMs = this.#ctx.clock.nowMs()
    const execution: JobExecution = {
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
    job.executions.put(execution)
    const jobs = this.#byThing.get(thing) ?? []
    this.#byThing.set(thing, jobs.includes(job) ? jobs : [...jobs, job])
    if (status === 'QUEUED') this.#record(job, execution, cause)
    return execution
  }

  /** Lets out what the rate allows in this minute, and looks again in the next while anything waits. */
  #rollOut(job: Job): void {
    const waiting = job.waiting.filter(({ status }) => status === 'QUEUED')
    const rate = ratePerMinute(job.rollout, { notified: job.notified, succeeded: job.executions.counts.SUCCEEDED })
    const batch = waiting.slice(0, rate)
    job.waiting = waiting.slice(rate)
    job.notified += batch.length
    for (const execution of batch) this.#releaseSoon(job, execution)
    if (job.waiting.length > 0) this.#ctx.clock.after(MINUTE_MS, () => this.#rollOut(job), Priority.delivery)
  }

  /** The notification delay of the service. */
  #releaseSoon(job: Job, execution: JobExecution): void {
    const stream = this.#ctx.stream(`jobs/notify/${execution.thing}/${job.jobId}`)
    const delayMs = Math.round(stream.between(0, NOTIFY_DELAY_MAX_MS))
    this.#ctx.clock.after(delayMs, () => this.#release(job, execution), Priority.delivery)
  }

  #release(job: Job, execution: JobExecution): void {
    if (execution.status !== 'QUEUED' || this.#jobs.get(job.jobId) !== job) return
    execution.released = true
    execution.queuedAtMs = this.#ctx.clock.nowMs()
    this.#notify(job, execution.thing)
  }

  /**
   * Tells the thing that the set of its pending executions changed. `$next` already shows the change: the nucleus asks
   * again without end for a job it was promised. [nucleus: IotJobsHelper]
   */
  #notify(job: Job, thing: string): void {
    this.#publish(thing, 'notify', job.namespaceId, () => {
      const pending = this.#pending(thing, job.namespaceId).slice(0, MAX_NOTIFIED_SUMMARIES)
      const [inProgress, queued] = [summaries(pending, 'IN_PROGRESS'), summaries(pending, 'QUEUED')]
      return {
        jobs: {
          ...(inProgress.length > 0 && { IN_PROGRESS: inProgress }),
          ...(queued.length > 0 && { QUEUED: queued }),
        },
      }
    })
    this.#notifyNext(job, thing)
  }

  /** Sent when another execution than before is the first pending one. [iot: jobs-comm-notifications] */
  #notifyNext(job: Job, thing: string): void {
    const next = this.#pending(thing, job.namespaceId)[0]
    const key = `${thing}/${job.namespaceId}`
    const head = next === undefined ? '' : `${next.job.jobId}#${next.execution.executionNumber}`
    if ((this.#heads.get(key) ?? '') === head) return
    this.#heads.set(key, head)
    this.#publish(thing, 'notify-next', job.namespaceId, () => (next ? { execution: this.#describe(next, true) } : {}))
  }

  #publish(thing: string, name: string, namespace: string | undefined, make: () => object): void {
    const topic = `$aws/things/${thing}/jobs/${name}${namespace === undefined ? '' : `-namespace-${namespace}`}`
    const { messaging } = this.#ctx
    if (messaging.hasSubscribers(topic)) messaging.publish(topic, { timestamp: this.#nowS(), ...make() })
  }

  #move(job: Job, execution: JobExecution, status: JobExecutionStatus, cause?: TraceRef): void {
    const nowMs = this.#ctx.clock.nowMs()
    const from = execution.status
    job.executions.setStatus(execution, status)
    execution.versionNumber += 1
    execution.lastUpdatedAtMs = nowMs
    if (status === 'IN_PROGRESS' && from === 'QUEUED') this.#start(job, execution, nowMs)
    this.#setTimer(job, execution)
    if (from !== status) this.#record(job, execution, cause)
    for (const listener of this.#executionListeners) listener(job, execution)
    if (isTerminal(status)) this.#ended(job, execution)
    else if (from !== status) this.#notifyNext(job, execution.thing)
  }

  #start(job: Job, execution: JobExecution, nowMs: number): void {
    execution.startedAtMs = nowMs
    execution.released = true
    const minutes = job.timeout?.inProgressTimeoutInMinutes
    if (minutes !== undefined) execution.inProgressEndsAtMs = nowMs + minutes * MINUTE_MS
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
    execution.timer = this.#ctx.clock.at(atMs, () => this.#move(job, execution, 'TIMED_OUT'), Priority.delivery)
  }

  #ended(job: Job, execution: JobExecution): void {
    if (execution.released) this.#notify(job, execution.thing)
    this.#completeIfDone(job)
    if (job.abort === undefined || job.abortCheckDue || job.status !== 'IN_PROGRESS') return
    job.abortCheckDue = true
    this.#ctx.clock.after(0, () => this.#checkAbort(job), Priority.delivery)
  }

  /** A continuous job never completes by itself. [iot: jobs] */
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
    if (job.status !== 'IN_PROGRESS') return
    const comment = abortReason(job.abort, job.executions.counts)
    if (comment !== null) this.cancelJob(job.jobId, { force: false, reasonCode: 'ABORT_CRITERIA_MET', comment })
  }

  /** Later joiners get a continuous job at once, not at its rollout rate; leavers lose it. [iot: jobs] */
  #membershipChanged(group: string, thing: string, change: 'added' | 'removed'): void {
    for (const job of this.#jobs.values()) {
      if (job.target.kind !== 'group' || job.target.name !== group) continue
      if (job.status !== 'IN_PROGRESS' || job.targetSelection !== 'CONTINUOUS') continue
      const execution = job.executions.get(thing)
      if (change === 'added') this.#releaseSoon(job, this.#queue(job, thing, 'QUEUED'))
      else if (execution !== undefined && mayMove(execution.status, 'REMOVED', 'service')) {
        this.#move(job, execution, 'REMOVED')
      }
    }
  }

  /** Pending executions as a device sees them: IN_PROGRESS first, then by time of queueing. [iot: jobs-mqtt-api] */
  #pending(thing: string, namespace: string | undefined): Pending[] {
    return this.jobsOf(thing)
      .filter((job) => job.namespaceId === namespace)
      .map((job) => ({ job, execution: job.executions.get(thing) as JobExecution }))
      .filter(({ execution }) => execution.released && !isTerminal(execution.status))
      .sort(
        (a, b) =>
          Number(b.execution.status === 'IN_PROGRESS') - Number(a.execution.status === 'IN_PROGRESS') ||
          a.execution.queuedAtMs - b.execution.queuedAtMs,
      )
  }

  #find(thing: string, jobId: string, namespace: string | undefined): Pending {
    const job = this.#jobs.get(jobId)
    const execution = job?.executions.get(thing)
    if (job === undefined || execution === undefined || job.namespaceId !== namespace) {
      throw new JobRejection('ResourceNotFound', `No execution of job ${jobId} for ${thing}`)
    }
    return { job, execution }
  }

  #describe({ job, execution }: Pending, includeDocument: boolean): JsonObject {
    return describeExecution(job, execution, { nowMs: this.#ctx.clock.nowMs(), includeDocument })
  }

  #record(job: Job, execution: JobExecution, cause?: TraceRef): void {
    const deploymentId = job.document.deploymentId
    if (typeof deploymentId !== 'string') return
    const { thing, status } = execution
    this.#ctx.trace.record(`jobs/${thing}`, { kind: 'job-execution', thing, deploymentId, status }, cause)
  }

  /** Documents are JSON over MQTT and text over HTTP. */
  #overHttp(request: JobTopicRequest, input: HttpInput): object {
    try {
      const answer = this.#answer(input.thingName ?? '', request, input)
      const { execution, jobDocument } = answer as { execution?: JsonObject; jobDocument?: JsonObject }
      return {
        ...answer,
        ...(jobDocument && { jobDocument: JSON.stringify(jobDocument) }),
        ...(execution?.jobDocument && {
          execution: { ...execution, jobDocument: JSON.stringify(execution.jobDocument) },
        }),
      }
    } catch (error) {
      if (error instanceof JobRejection) throw error.toAwsError(request.verb === 'update' ? 'update' : 'other')
      throw error
    }
  }

  #nowS(): number {
    return Math.floor(this.#ctx.clock.nowMs() / 1000)
  }
}

interface HttpInput extends JsonObject {
  readonly thingName?: string
  readonly jobId?: string
}

const summaries = (pending: readonly Pending[], status: JobExecutionStatus): JsonObject[] =>
  pending
    .filter(({ execution }) => execution.status === status)
    .map(({ job, execution }) => summariseExecution(job, execution))

const terminalStateReached = (execution: JobExecution): JobRejection =>
  new JobRejection('TerminalStateReached', `The execution is ${execution.status}`, executionState(execution))

/** Only the newest execution of a thing is kept. */
function checkExecutionNumber(execution: JobExecution, expected: number | undefined): void {
  if (expected === undefined || expected === execution.executionNumber) return
  throw new JobRejection('ResourceNotFound', `No execution ${expected}; the newest is ${execution.executionNumber}`)
}
