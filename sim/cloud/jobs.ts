import type {
  AbortConfig,
  CancelJobExecutionRequest,
  CancelJobRequest,
  CreateJobRequest,
  DescribeJobExecutionRequest,
  DescribeJobRequest,
  JobExecutionsRolloutConfig,
  ListJobExecutionsForJobRequest,
  ListJobExecutionsForThingRequest,
  ListJobsRequest,
  TimeoutConfig,
} from '@aws-sdk/client-iot'
import type { Timer } from '../clock.ts'
import type { TraceRef } from '../trace.ts'
import { AwsError, NotEmulated } from './aws-error.ts'
import type { CloudContext, JsonObject, Operations } from './cloud-context.ts'
import { isTerminal, type JobActor, type JobExecutionStatus, mayMove } from './job-execution.ts'
import { JobRejection, parseJobRequest, parseJobUpdate } from './job-messages.ts'
import { page } from './paging.ts'

/** What the service needs to know of things and groups. */
export interface JobTargets {
  exists(thing: string): boolean
  membersOf(group: string): readonly string[]
  thingArn(thing: string): string
  groupArn(group: string): string
  onMembershipChange(listener: (group: string, thing: string, change: 'added' | 'removed') => void): void
}

/** A job to be made; the members are those of iot CreateJob. */
export interface JobRequest {
  readonly jobId: string
  readonly target: { readonly kind: 'thing' | 'group'; readonly name: string }
  readonly document: JsonObject
  readonly targetSelection: 'CONTINUOUS' | 'SNAPSHOT'
  /** Greengrass jobs use `aws-gg-deployment`, which goes into the topics. */
  readonly namespaceId?: string | undefined
  readonly description?: string | undefined
  readonly rollout?: JobExecutionsRolloutConfig | undefined
  readonly abort?: AbortConfig | undefined
  readonly timeout?: TimeoutConfig | undefined
  /** The job ran before the rehearsal began: every execution has SUCCEEDED, and nobody is told. */
  readonly inThePast?: boolean
}

export interface Job extends JobRequest {
  status: 'IN_PROGRESS' | 'CANCELED' | 'COMPLETED'
  readonly createdAtMs: number
  lastUpdatedAtMs: number
  reasonCode: string | undefined
  comment: string | undefined
  forceCanceled: boolean
  readonly executions: Map<string, JobExecution>
}

export interface JobExecution {
  readonly thing: string
  status: JobExecutionStatus
  statusDetails: Readonly<Record<string, string>>
  readonly queuedAtMs: number
  startedAtMs: number | undefined
  lastUpdatedAtMs: number
  versionNumber: number
  readonly executionNumber: number
  /** The rollout rate and the notification delay have let it out; `$next` shows it from then on. */
  released: boolean
  timeout: Timer | null
}

type ExecutionListener = (job: Job, execution: JobExecution) => void

/** A new pending execution is notified within this time; with the nucleus' 15 s poll, within 60 s. [seed: 60 seconds] */
const NOTIFY_DELAY_MAX_MS = 45_000
const DEFAULT_RATE_PER_MINUTE = 1_000
const MAX_DOCUMENT_BYTES = 32 * 1024

/** AWS IoT Jobs: control plane, device plane over MQTT and HTTP, timers, rollout rate and abort criteria. */
export class JobsService {
  readonly #ctx: CloudContext
  readonly #targets: JobTargets
  readonly #jobs = new Map<string, Job>()
  /** Jobs that have an execution for a thing, in order of creation. */
  readonly #byThing = new Map<string, Job[]>()
  readonly #listeners: ExecutionListener[] = []

  constructor(ctx: CloudContext, targets: JobTargets) {
    this.#ctx = ctx
    this.#targets = targets
    targets.onMembershipChange((group, thing, change) => this.#membershipChanged(group, thing, change))
  }

  onExecutionChange(listener: ExecutionListener): void {
    this.#listeners.push(listener)
  }

  job(jobId: string): Job | undefined {
    return this.#jobs.get(jobId)
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
      reasonCode: undefined,
      comment: undefined,
      forceCanceled: false,
      executions: new Map(),
    }
    this.#jobs.set(job.jobId, job)
    const things = job.target.kind === 'thing' ? [job.target.name] : this.#targets.membersOf(job.target.name)
    things.forEach((thing, index) => {
      this.#queue(job, thing, index, cause)
    })
    return job
  }

  /** QUEUED executions end as CANCELED, IN_PROGRESS ones only by force. [iot: create-manage-jobs] */
  cancelJob(jobId: string, options: { force: boolean; reasonCode?: string | undefined; comment?: string | undefined }) {
    const job = this.#jobOrThrow(jobId)
    if (job.status !== 'IN_PROGRESS') return
    job.status = 'CANCELED'
    job.forceCanceled = options.force
    job.reasonCode = options.reasonCode
    job.comment = options.comment
    job.lastUpdatedAtMs = this.#ctx.clock.nowMs()
    const actor: JobActor = options.force ? 'force-cancel' : 'cancel'
    for (const execution of job.executions.values()) {
      if (mayMove(execution.status, 'CANCELED', actor)) this.#move(job, execution, 'CANCELED')
    }
  }

  /** A device's publish under `$aws/things/{thing}/jobs/`; answers go straight to the publisher. */
  handleMessage(clientId: string, thing: string, rest: string, payload: unknown): void {
    const topic = `$aws/things/${thing}/jobs/${rest}`
    const request = parseJobRequest(rest)
    if (request === null) return
    const clientToken = (payload as JsonObject | undefined)?.clientToken
    const echo = typeof clientToken === 'string' ? { clientToken } : {}
    try {
      const answer = this.#answer(thing, request, payload)
      this.#ctx.messaging.reply(clientId, `${topic}/accepted`, { ...answer, timestamp: this.#nowS(), ...echo })
    } catch (error) {
      if (!(error instanceof JobRejection)) throw error
      const { code, message, executionState } = error
      const body = { code, message, timestamp: this.#nowS(), ...echo, ...(executionState && { executionState }) }
      this.#ctx.messaging.reply(clientId, `${topic}/rejected`, body)
    }
  }

  readonly operations: Operations = {
    CreateJob: (input: CreateJobRequest) => this.#createJobOperation(input),
    DescribeJob: ({ jobId }: DescribeJobRequest) => ({ job: this.#describeJob(this.#jobOrThrow(jobId)) }),
    GetJobDocument: ({ jobId }: DescribeJobRequest) => ({
      document: JSON.stringify(this.#jobOrThrow(jobId).document),
    }),
    ListJobs: (input: ListJobsRequest) => {
      const jobs = [...this.#jobs.values()].filter(
        (job) =>
          (input.status === undefined || job.status === input.status) &&
          (input.targetSelection === undefined || job.targetSelection === input.targetSelection) &&
          (input.thingGroupName === undefined || job.target.name === input.thingGroupName) &&
          (input.namespaceId === undefined || job.namespaceId === input.namespaceId),
      )
      const { items, nextToken } = page(jobs.reverse(), input)
      return { jobs: items.map((job) => this.#summary(job)), nextToken }
    },
    CancelJob: (input: CancelJobRequest) => {
      const job = this.#jobOrThrow(input.jobId)
      if (job.status === 'COMPLETED') throw invalidTransition(`Job ${job.jobId} is completed`)
      this.cancelJob(job.jobId, { force: input.force ?? false, reasonCode: input.reasonCode, comment: input.comment })
      return { jobArn: this.jobArn(job.jobId), jobId: job.jobId, description: job.description }
    },
    ListJobExecutionsForJob: (input: ListJobExecutionsForJobRequest) => {
      const executions = [...this.#jobOrThrow(input.jobId).executions.values()].filter(
        ({ status }) => input.status === undefined || status === input.status,
      )
      const { items, nextToken } = page(executions, input)
      return {
        executionSummaries: items.map((execution) => ({
          thingArn: this.#targets.thingArn(execution.thing),
          jobExecutionSummary: executionTimes(execution),
        })),
        nextToken,
      }
    },
    ListJobExecutionsForThing: (input: ListJobExecutionsForThingRequest) => {
      const found = this.jobsOf(input.thingName ?? '')
        .map((job) => ({ job, execution: executionOf(job, input.thingName as string) }))
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
          jobExecutionSummary: executionTimes(execution),
        })),
        nextToken,
      }
    },
    DescribeJobExecution: ({ jobId, thingName }: DescribeJobExecutionRequest) => {
      const job = this.#jobOrThrow(jobId)
      const execution = this.#executionOrThrow(job, thingName)
      return {
        execution: {
          jobId,
          thingArn: this.#targets.thingArn(execution.thing),
          forceCanceled: job.forceCanceled && execution.status === 'CANCELED',
          statusDetails: { detailsMap: execution.statusDetails },
          versionNumber: execution.versionNumber,
          ...executionTimes(execution),
        },
      }
    },
    CancelJobExecution: ({ jobId, thingName, force, expectedVersion }: CancelJobExecutionRequest) => {
      const job = this.#jobOrThrow(jobId)
      const execution = this.#executionOrThrow(job, thingName)
      if (expectedVersion !== undefined && expectedVersion !== execution.versionNumber) {
        throw new AwsError('VersionConflictException', 409, `Expected version ${expectedVersion}`)
      }
      if (!mayMove(execution.status, 'CANCELED', force === true ? 'force-cancel' : 'cancel')) {
        throw invalidTransition(`The execution is ${execution.status}`)
      }
      this.#move(job, execution, 'CANCELED')
      return {}
    },
  }

  /** The HTTP form of the device plane; `jobDocument` is a string there. [iot: jobs-mqtt-https-api] */
  readonly dataOperations: Operations = {
    GetPendingJobExecutions: ({ thingName }: { thingName?: string }) =>
      this.#overHttp(() => this.#answer(thingName ?? '', { verb: 'list', namespace: undefined }, {})),
    StartNextPendingJobExecution: (input: { thingName?: string; statusDetails?: JsonObject }) =>
      this.#overHttp(() => this.#answer(input.thingName ?? '', { verb: 'start-next', namespace: undefined }, input)),
    DescribeJobExecution: (input: { thingName?: string; jobId?: string }) =>
      this.#overHttp(() =>
        this.#answer(input.thingName ?? '', { verb: 'get', jobId: input.jobId ?? '', namespace: undefined }, input),
      ),
    UpdateJobExecution: (input: { thingName?: string; jobId?: string }) =>
      this.#overHttp(() =>
        this.#answer(input.thingName ?? '', { verb: 'update', jobId: input.jobId ?? '', namespace: undefined }, input),
      ),
  }

  #answer(thing: string, request: NonNullable<ReturnType<typeof parseJobRequest>>, payload: unknown): JsonObject {
    if (typeof payload !== 'object' || payload === null)
      throw new JobRejection('InvalidJson', 'The payload is not JSON')
    if (!this.#targets.exists(thing)) throw new JobRejection('ResourceNotFound', `Thing ${thing} not found`)
    switch (request.verb) {
      case 'list':
        return this.#pendingLists(thing, request.namespace, 'inProgressJobs', 'queuedJobs')
      case 'start-next': {
        const next = this.#pending(thing, request.namespace)[0]
        if (next === undefined) return {}
        if (next.execution.status === 'QUEUED') {
          next.execution.statusDetails = parseJobUpdate({ ...payload, status: 'IN_PROGRESS' }).statusDetails ?? {}
          this.#move(next.job, next.execution, 'IN_PROGRESS')
        }
        return { execution: describe(next.job, next.execution, true) }
      }
      case 'get': {
        const found =
          request.jobId === '$next'
            ? this.#pending(thing, request.namespace)[0]
            : this.#find(thing, request.jobId, request.namespace)
        if (found === undefined) return {}
        const includeDocument = (payload as JsonObject).includeJobDocument !== false
        return { execution: describe(found.job, found.execution, includeDocument) }
      }
      case 'update':
        return this.#update(thing, request.jobId, request.namespace, payload as JsonObject)
    }
  }

  #update(thing: string, jobId: string, namespace: string | undefined, payload: JsonObject): JsonObject {
    const { job, execution } = this.#find(thing, jobId, namespace)
    const update = parseJobUpdate(payload)
    const executionState = stateOf(execution)
    if (update.expectedVersion !== undefined && update.expectedVersion !== execution.versionNumber) {
      throw new JobRejection('VersionMismatch', `The version is ${execution.versionNumber}`, executionState)
    }
    if (isTerminal(execution.status)) {
      throw new JobRejection('TerminalStateReached', `The execution is ${execution.status}`, executionState)
    }
    if (!mayMove(execution.status, update.status, 'device')) {
      throw new JobRejection('InvalidStateTransition', `${execution.status} to ${update.status}`, executionState)
    }
    if (update.statusDetails !== undefined) execution.statusDetails = update.statusDetails
    this.#move(job, execution, update.status)
    this.#checkAbort(job)
    return {
      ...(update.includeJobExecutionState && { executionState: stateOf(execution) }),
      ...(update.includeJobDocument && { jobDocument: job.document }),
    }
  }

  #queue(job: Job, thing: string, index: number, cause?: TraceRef): void {
    const nowMs = this.#ctx.clock.nowMs()
    const before = job.executions.get(thing)
    const execution: JobExecution = {
      thing,
      status: job.inThePast ? 'SUCCEEDED' : 'QUEUED',
      statusDetails: {},
      queuedAtMs: nowMs,
      startedAtMs: job.inThePast ? nowMs : undefined,
      lastUpdatedAtMs: nowMs,
      versionNumber: 1,
      executionNumber: (before?.executionNumber ?? 0) + 1,
      released: job.inThePast ?? false,
      timeout: null,
    }
    job.executions.set(thing, execution)
    const jobs = this.#byThing.get(thing) ?? []
    this.#byThing.set(thing, jobs)
    if (!jobs.includes(job)) jobs.push(job)
    if (job.inThePast) return
    this.#record(job, execution, cause)
    const delayMs = this.#ctx.stream(`jobs/notify/${thing}/${job.jobId}`).between(0, NOTIFY_DELAY_MAX_MS)
    // Later joiners are not held back by the rate. [iot: rates apply to the members at creation]
    const rate = job.rollout?.maximumPerMinute ?? DEFAULT_RATE_PER_MINUTE
    const slotMs = Math.floor(index / rate) * 60_000
    this.#ctx.clock.after(slotMs + Math.round(delayMs), () => this.#release(job, execution))
  }

  #release(job: Job, execution: JobExecution): void {
    if (execution.status !== 'QUEUED') return
    execution.released = true
    this.#notify(job, execution.thing)
  }

  /** Tells the thing that its pending executions changed; `$next` already shows the change. */
  #notify(job: Job, thing: string): void {
    const suffix = job.namespaceId === undefined ? '' : `-namespace-${job.namespaceId}`
    const base = `$aws/things/${thing}/jobs`
    const timestamp = this.#nowS()
    const { IN_PROGRESS, QUEUED } = this.#pendingLists(thing, job.namespaceId, 'IN_PROGRESS', 'QUEUED') as Record<
      string,
      JsonObject[]
    >
    const jobs = { ...(IN_PROGRESS?.length && { IN_PROGRESS }), ...(QUEUED?.length && { QUEUED }) }
    this.#ctx.messaging.publish(`${base}/notify${suffix}`, { timestamp, jobs })
    const next = this.#pending(thing, job.namespaceId)[0]
    this.#ctx.messaging.publish(`${base}/notify-next${suffix}`, {
      timestamp,
      ...(next && { execution: describe(next.job, next.execution, true) }),
    })
  }

  #move(job: Job, execution: JobExecution, status: JobExecutionStatus): void {
    const nowMs = this.#ctx.clock.nowMs()
    const from = execution.status
    execution.status = status
    execution.versionNumber += 1
    execution.lastUpdatedAtMs = nowMs
    if (status === 'IN_PROGRESS' && from === 'QUEUED') this.#started(job, execution, nowMs)
    if (isTerminal(status)) execution.timeout?.cancel()
    if (from !== status) this.#record(job, execution)
    for (const listener of this.#listeners) listener(job, execution)
    if (isTerminal(status)) this.#ended(job, execution)
  }

  #started(job: Job, execution: JobExecution, nowMs: number): void {
    execution.startedAtMs = nowMs
    const minutes = job.timeout?.inProgressTimeoutInMinutes
    if (minutes === undefined) return
    execution.timeout = this.#ctx.clock.after(minutes * 60_000, () => {
      this.#move(job, execution, 'TIMED_OUT')
      this.#checkAbort(job)
    })
  }

  #ended(job: Job, execution: JobExecution): void {
    if (execution.released) this.#notify(job, execution.thing)
    const open = [...job.executions.values()].some(({ status }) => !isTerminal(status))
    // A continuous job never completes by itself. [iot: jobs]
    if (!open && job.targetSelection === 'SNAPSHOT' && job.status === 'IN_PROGRESS') job.status = 'COMPLETED'
  }

  #checkAbort(job: Job): void {
    if (job.status !== 'IN_PROGRESS') return
    const executions = [...job.executions.values()]
    const executed = executions.filter(({ status }) => isTerminal(status) && status !== 'CANCELED')
    for (const criteria of job.abort?.criteriaList ?? []) {
      const failed = executed.filter(({ status }) =>
        criteria.failureType === 'ALL'
          ? status === 'FAILED' || status === 'REJECTED' || status === 'TIMED_OUT'
          : status === criteria.failureType,
      )
      const reached = executed.length >= (criteria.minNumberOfExecutedThings ?? 1)
      if (reached && (failed.length / executed.length) * 100 >= (criteria.thresholdPercentage ?? 100)) {
        const comment = `${failed.length} of ${executed.length} executions ${criteria.failureType}`
        this.cancelJob(job.jobId, { force: false, reasonCode: 'ABORT_CRITERIA_MET', comment })
        return
      }
    }
  }

  #membershipChanged(group: string, thing: string, change: 'added' | 'removed'): void {
    for (const job of this.#jobs.values()) {
      if (job.target.kind !== 'group' || job.target.name !== group) continue
      if (job.status !== 'IN_PROGRESS' || job.targetSelection !== 'CONTINUOUS') continue
      const execution = job.executions.get(thing)
      if (change === 'added') this.#queue(job, thing, 0)
      else if (execution !== undefined && mayMove(execution.status, 'REMOVED', 'service')) {
        this.#move(job, execution, 'REMOVED')
      }
    }
  }

  /** Pending executions as a device sees them: IN_PROGRESS first, then by time of queueing. [iot: jobs-mqtt-api] */
  #pending(thing: string, namespace: string | undefined): { job: Job; execution: JobExecution }[] {
    return this.jobsOf(thing)
      .filter((job) => job.namespaceId === namespace)
      .map((job) => ({ job, execution: executionOf(job, thing) }))
      .filter(({ execution }) => execution.released && !isTerminal(execution.status))
      .sort(
        (a, b) =>
          Number(b.execution.status === 'IN_PROGRESS') - Number(a.execution.status === 'IN_PROGRESS') ||
          a.execution.queuedAtMs - b.execution.queuedAtMs,
      )
  }

  #pendingLists(thing: string, namespace: string | undefined, inProgress: string, queued: string): JsonObject {
    const pending = this.#pending(thing, namespace).slice(0, 10)
    const summaries = (status: JobExecutionStatus): JsonObject[] =>
      pending
        .filter(({ execution }) => execution.status === status)
        .map(({ job, execution }) => summarise(job, execution))
    return { [inProgress]: summaries('IN_PROGRESS'), [queued]: summaries('QUEUED') }
  }

  #find(thing: string, jobId: string, namespace: string | undefined): { job: Job; execution: JobExecution } {
    const job = this.#jobs.get(jobId)
    const execution = job?.executions.get(thing)
    if (job === undefined || execution === undefined || job.namespaceId !== namespace) {
      throw new JobRejection('ResourceNotFound', `No execution of job ${jobId} for ${thing}`)
    }
    return { job, execution }
  }

  #record(job: Job, execution: JobExecution, cause?: TraceRef): void {
    const deploymentId = job.document.deploymentId
    if (typeof deploymentId !== 'string') return
    const { thing, status } = execution
    this.#ctx.trace.record(`jobs/${thing}`, { kind: 'job-execution', thing, deploymentId, status }, cause)
  }

  #createJobOperation(input: CreateJobRequest): object {
    for (const member of [
      'documentSource',
      'jobExecutionsRetryConfig',
      'schedulingConfig',
      'presignedUrlConfig',
    ] as const) {
      if (input[member] !== undefined) throw new NotEmulated(`CreateJob ${member}`)
    }
    if (input.jobExecutionsRolloutConfig?.exponentialRate) throw new NotEmulated('an exponential rollout rate')
    const jobId = input.jobId ?? ''
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(jobId)) throw invalidRequest(`jobId "${jobId}" is not valid`)
    if (this.#jobs.has(jobId)) throw new AwsError('ResourceAlreadyExistsException', 409, `Job ${jobId} already exists`)
    if (input.targets?.length !== 1) throw new NotEmulated('a job with other than one target')
    if (Buffer.byteLength(input.document ?? '') > MAX_DOCUMENT_BYTES) throw invalidRequest('document above 32 KB')
    this.createJob({
      jobId,
      target: parseTargetArn(input.targets[0] as string),
      document: JSON.parse(input.document ?? '{}') as JsonObject,
      targetSelection: input.targetSelection ?? 'SNAPSHOT',
      namespaceId: input.namespaceId,
      description: input.description,
      rollout: input.jobExecutionsRolloutConfig,
      abort: input.abortConfig,
      timeout: input.timeoutConfig,
    })
    return { jobArn: this.jobArn(jobId), jobId, description: input.description }
  }

  #describeJob(job: Job): object {
    const count = (status: JobExecutionStatus): number =>
      [...job.executions.values()].filter((execution) => execution.status === status).length
    return {
      ...this.#summary(job),
      targets: [targetArn(this.#targets, job)],
      description: job.description,
      forceCanceled: job.forceCanceled,
      reasonCode: job.reasonCode,
      comment: job.comment,
      namespaceId: job.namespaceId,
      jobExecutionsRolloutConfig: job.rollout,
      abortConfig: job.abort,
      timeoutConfig: job.timeout,
      jobProcessDetails: {
        processingTargets: job.status === 'IN_PROGRESS' ? [targetArn(this.#targets, job)] : [],
        numberOfCanceledThings: count('CANCELED'),
        numberOfSucceededThings: count('SUCCEEDED'),
        numberOfFailedThings: count('FAILED'),
        numberOfRejectedThings: count('REJECTED'),
        numberOfQueuedThings: count('QUEUED'),
        numberOfInProgressThings: count('IN_PROGRESS'),
        numberOfRemovedThings: count('REMOVED'),
        numberOfTimedOutThings: count('TIMED_OUT'),
      },
    }
  }

  #summary(job: Job): object {
    return {
      jobArn: this.jobArn(job.jobId),
      jobId: job.jobId,
      targetSelection: job.targetSelection,
      status: job.status,
      createdAt: new Date(job.createdAtMs),
      lastUpdatedAt: new Date(job.lastUpdatedAtMs),
    }
  }

  #jobOrThrow(jobId: string | undefined): Job {
    const job = this.#jobs.get(jobId ?? '')
    if (job === undefined) throw new AwsError('ResourceNotFoundException', 404, `Job ${jobId} not found`)
    return job
  }

  #executionOrThrow(job: Job, thing: string | undefined): JobExecution {
    const execution = job.executions.get(thing ?? '')
    if (execution !== undefined) return execution
    throw new AwsError('ResourceNotFoundException', 404, `No execution of job ${job.jobId} for ${thing}`)
  }

  #overHttp(answer: () => JsonObject): object {
    try {
      const body = answer()
      const execution = body.execution as JsonObject | undefined
      if (execution?.jobDocument === undefined) return body
      return { ...body, execution: { ...execution, jobDocument: JSON.stringify(execution.jobDocument) } }
    } catch (error) {
      if (error instanceof JobRejection) throw error.toAwsError()
      throw error
    }
  }

  #nowS(): number {
    return Math.floor(this.#ctx.clock.nowMs() / 1000)
  }
}

/** `arn:aws:iot:region:account:thinggroup/canary` -> group canary. @throws AwsError InvalidRequestException */
export function parseTargetArn(arn: string): { kind: 'thing' | 'group'; name: string } {
  const [, kind, name] = /^arn:[^:]*:iot:[^:]*:[0-9]+:(thing|thinggroup)\/(.+)$/.exec(arn) ?? []
  if (name === undefined) throw invalidRequest(`target "${arn}" is neither a thing nor a thing group`)
  return { kind: kind === 'thing' ? 'thing' : 'group', name }
}

const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', 400, message)
const invalidTransition = (message: string): AwsError => new AwsError('InvalidStateTransitionException', 409, message)

const targetArn = (targets: JobTargets, { target }: Job): string =>
  target.kind === 'thing' ? targets.thingArn(target.name) : targets.groupArn(target.name)

const executionOf = (job: Job, thing: string): JobExecution => job.executions.get(thing) as JobExecution
const seconds = (atMs: number): number => Math.floor(atMs / 1000)
const stateOf = ({ status, statusDetails, versionNumber }: JobExecution): JsonObject => ({
  status,
  statusDetails: { ...statusDetails },
  versionNumber,
})

const summarise = (job: Job, execution: JobExecution): JsonObject => ({
  jobId: job.jobId,
  queuedAt: seconds(execution.queuedAtMs),
  ...(execution.startedAtMs !== undefined && { startedAt: seconds(execution.startedAtMs) }),
  lastUpdatedAt: seconds(execution.lastUpdatedAtMs),
  versionNumber: execution.versionNumber,
  executionNumber: execution.executionNumber,
})

const describe = (job: Job, execution: JobExecution, includeDocument: boolean): JsonObject => ({
  ...summarise(job, execution),
  thingName: execution.thing,
  status: execution.status,
  statusDetails: { ...execution.statusDetails },
  ...(includeDocument && { jobDocument: job.document }),
})

const executionTimes = (execution: JobExecution): object => ({
  status: execution.status,
  queuedAt: new Date(execution.queuedAtMs),
  startedAt: execution.startedAtMs === undefined ? undefined : new Date(execution.startedAtMs),
  lastUpdatedAt: new Date(execution.lastUpdatedAtMs),
  executionNumber: execution.executionNumber,
})
