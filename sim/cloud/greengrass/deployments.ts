import type {
  CreateDeploymentRequest,
  Deployment as DeploymentSummary,
  EffectiveDeployment,
  GetDeploymentRequest,
  ListDeploymentsRequest,
} from '@aws-sdk/client-greengrassv2'
import type { TraceRef } from '../../kernel/trace.ts'
import { NotEmulated } from '../base/aws-error.ts'
import { ClientTokens } from '../base/client-tokens.ts'
import type { CloudContext, JsonObject, Operations } from '../base/cloud-context.ts'
import type { Tags } from '../base/tags.ts'
import { checkOneOf, conflict, greengrassPage, notFound, requireMatch, validationError } from '../base/validate.ts'
import { type Job, type JobTarget, type JobTargets, parseTargetArn } from '../jobs/job.ts'
import type { JobExecution } from '../jobs/job-execution.ts'
import type { JobsService } from '../jobs/jobs.ts'
import { configurationArn, type DocumentIdentity, deploymentDocument } from './deployment-document.ts'
import {
  type DeviceOutcome,
  effectiveMembers,
  type OutcomeMember,
  outcomeOfExecution,
  outcomeOfReport,
} from './effective-deployments.ts'
import { validateDeployment } from './validate-deployment.ts'

export const JOB_NAMESPACE = 'aws-gg-deployment'
export const DEPLOYMENT_SHADOW = 'AWSManagedGreengrassV2Deployment'

/** Points that AWS does not document; both choices of each are worth rehearsing. [protocol 13] */
export interface DeploymentSettings {
  readonly supersededStatus: 'INACTIVE' | 'CANCELED'
  /** Whether devices that already work on the old revision lose its job too. */
  readonly cancelInProgressOnSupersede: boolean
}

export interface DeploymentServices {
  readonly things: JobTargets
  readonly jobs: JobsService
  readonly shadow: { readonly operations: Operations }
  readonly tags: Tags
  /** Components of a request that no deployable version satisfies, as "name version". */
  missingComponents(components: NonNullable<CreateDeploymentRequest['components']>): readonly string[]
  /** A device ended a deployment. */
  onOutcome(thing: string, deploymentId: string, outcome: DeviceOutcome): void
}

interface RevisionIdentity extends DocumentIdentity {
  /** Null for a thing deployment, which has no job. */
  readonly jobId: string | null
}

interface Deployment extends RevisionIdentity {
  readonly input: CreateDeploymentRequest
  status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'FAILED' | 'INACTIVE'
  /** Of a thing deployment, as the device last reported it. */
  thingOutcome: DeviceOutcome | null
}

const DEFAULT_LIST_RESULTS = 50

/** Deployments of Greengrass v2: one revision in force per target, by job for a group and by shadow for a thing. */
export class Deployments {
  readonly #ctx: CloudContext
  readonly #services: DeploymentServices
  readonly #settings: DeploymentSettings
  readonly #tokens: ClientTokens
  readonly #deployments = new Map<string, Deployment>()
  /** Revisions of each target, oldest first, deleted ones included because a revision number is never given again. */
  readonly #byTarget = new Map<string, Deployment[]>()
  readonly #byJob = new Map<string, Deployment>()

  constructor(ctx: CloudContext, services: DeploymentServices, settings: DeploymentSettings) {
    this.#ctx = ctx
    this.#services = services
    this.#settings = settings
    this.#tokens = new ClientTokens(ctx.clock, 'deployment')
    services.jobs.onExecutionChange((job, execution) => this.#executionChanged(job, execution))
    services.jobs.onJobCancelled((job) => this.#jobCancelled(job))
  }

  readonly operations: Operations = {
    CreateDeployment: ({ clientToken, ...input }: CreateDeploymentRequest) => {
      validateDeployment({ ...input, clientToken })
      return this.#tokens.once(clientToken, input, () => this.#create(input))
    },
    GetDeployment: ({ deploymentId }: GetDeploymentRequest) => this.#describe(this.#deploymentOrThrow(deploymentId)),
    ListDeployments: (input: ListDeploymentsRequest) => this.#list(input),
    CancelDeployment: ({ deploymentId }: GetDeploymentRequest) => this.#cancel(this.#deploymentOrThrow(deploymentId)),
    DeleteDeployment: ({ deploymentId }: GetDeploymentRequest) => {
      const { deploymentId: id, status } = this.#deploymentOrThrow(deploymentId)
      if (status === 'ACTIVE') throw conflict(id, 'Deployment', 'An active deployment must be cancelled first')
      this.#deployments.delete(id)
      return {}
    },
  }

  exists(deploymentId: string): boolean {
    return this.#deployments.has(deploymentId)
  }

  /** A revision from before the rehearsal that every member of the group has taken. */
  installHistory(input: CreateDeploymentRequest): void {
    const target = parseTargetArn(input.targetArn as string)
    if (target.kind === 'thing') throw new Error('history knows deployments of groups only')
    const deployment = this.#add(input, this.#identify(target))
    this.#createJob(deployment, deploymentDocument(input, deployment), { inThePast: true })
  }

  /** Things that have successfully taken a deployment of this group, whether or not they still are members. */
  devicesApplied(groupArn: string): ReadonlySet<string> {
    const { kind, name } = parseTargetArn(groupArn)
    const executions = (this.#byTarget.get(`${kind}/${name}`) ?? []).flatMap(({ jobId }) => [
      ...(this.#services.jobs.job(jobId ?? '')?.executions.values() ?? []),
    ])
    return new Set(executions.filter(({ status }) => status === 'SUCCEEDED').map(({ thing }) => thing))
  }

  /** Every deployment that reached for this thing and what became of it there, newest first. */
  effectiveOn(thing: string): EffectiveDeployment[] {
    const byJob = this.#services.jobs.jobsOf(thing).flatMap((job) => {
      const deployment = this.#byJob.get(job.jobId)
      const outcome = outcomeOfExecution(job.executions.get(thing) as JobExecution)
      return deployment === undefined || outcome === null ? [] : [{ deployment, outcome }]
    })
    const byShadow = this.#revisionsOf({ kind: 'thing', name: thing }).map((deployment) => ({
      deployment,
      outcome: deployment.thingOutcome ?? outcomeWithoutReport('QUEUED', deployment.createdAtMs),
    }))
    return [...byJob, ...byShadow]
      .sort(
        (a, b) => b.deployment.createdAtMs - a.deployment.createdAtMs || b.deployment.revision - a.deployment.revision,
      )
      .map(({ deployment, outcome }) => ({ ...this.#effectiveHead(deployment), ...effectiveMembers(outcome) }))
  }

  /** The reported section of a device's deployment shadow: the only word of a single-thing deployment's fate. */
  handleShadow(thing: string, reported: JsonObject): void {
    const deployment = this.#revisionsOf({ kind: 'thing', name: thing }).find(
      (revision) => configurationArn(revision) === reported.fleetConfigurationArnForStatus,
    )
    const outcome = outcomeOfReport(reported, this.#ctx.clock.nowMs())
    if (deployment === undefined || outcome === null) return
    const before = deployment.thingOutcome?.status
    deployment.thingOutcome = outcome
    if (deployment.status === 'ACTIVE') deployment.status = statusAfterReport(outcome)
    if (outcome.status !== before) this.#tell(thing, deployment, outcome)
  }

  #create(input: CreateDeploymentRequest): object {
    const target = parseTargetArn(input.targetArn as string)
    const { things, jobs, tags } = this.#services
    const isGroup = target.kind === 'group'
    if (!(isGroup ? things.groupExists(target.name) : things.exists(target.name))) {
      throw notFound(target.name, isGroup ? 'ThingGroup' : 'Thing')
    }
    const missing = this.#services.missingComponents(input.components ?? {})
    if (missing.length > 0) throw validationError('components', `no deployable version: ${missing.join(', ')}`)
    tags.check(input.tags)
    const identity = this.#identify(target)
    const document = deploymentDocument(input, identity)
    this.#revise(this.#add(input, identity), document)
    const { deploymentId, jobId } = identity
    return { deploymentId, ...(jobId !== null && { iotJobId: jobId, iotJobArn: jobs.jobArn(jobId) }) }
  }

  /** Names of the target's next revision, from a stream of its own so that nothing else moves them. */
  #identify(target: JobTarget): RevisionIdentity {
    const revision = this.#revisionsOf(target).length + 1
    const ids = this.#ctx.stream(`greengrass/${target.kind}/${target.name}/${revision}`)
    return {
      deploymentId: ids.uuid(),
      jobId: target.kind === 'group' ? ids.uuid() : null,
      target,
      revision,
      region: this.#ctx.region,
      accountId: this.#ctx.accountId,
      createdAtMs: this.#ctx.clock.nowMs(),
    }
  }

  #add(input: CreateDeploymentRequest, identity: RevisionIdentity): Deployment {
    const deployment: Deployment = { ...identity, input, status: 'ACTIVE', thingOutcome: null }
    this.#deployments.set(deployment.deploymentId, deployment)
    this.#byTarget.set(keyOf(deployment.target), [...this.#revisionsOf(deployment.target), deployment])
    if (deployment.jobId !== null) this.#byJob.set(deployment.jobId, deployment)
    this.#services.tags.set(this.#arn(deployment), input.tags)
    return deployment
  }

  /** Puts the new revision in force in place of the one before. [gg: one deployment per target] */
  #revise(deployment: Deployment, document: JsonObject): void {
    const { deploymentId, target, revision, jobId, input } = deployment
    const cause = this.#ctx.trace.record(`greengrass/${target.name}`, {
      kind: 'deployment-created',
      deploymentId,
      target: target.name,
      revisionId: String(revision),
      jobId,
      components: versionsOf(input),
    })
    const before = this.#revisionsOf(target).at(-2)
    if (before !== undefined) this.#supersede(before, cause)
    if (jobId !== null) this.#createJob(deployment, document, { cause })
    else this.#writeDesired(target.name, { fleetConfig: JSON.stringify(document), desiredStatus: 'SUCCEEDED' })
  }

  #createJob(
    { jobId, target, input }: Deployment,
    document: JsonObject,
    { inThePast = false, cause }: { inThePast?: boolean; cause?: TraceRef },
  ): void {
    const { jobExecutionsRolloutConfig, abortConfig, timeoutConfig } = input.iotJobConfiguration ?? {}
    this.#services.jobs.createJob(
      {
        jobId: jobId as string,
        target,
        document,
        targetSelection: 'CONTINUOUS',
        namespaceId: JOB_NAMESPACE,
        rollout: jobExecutionsRolloutConfig,
        abort: abortConfig,
        timeout: timeoutConfig,
        inThePast,
      },
      cause,
    )
  }

  #supersede(deployment: Deployment, cause: TraceRef): void {
    if (deployment.status !== 'ACTIVE') return
    deployment.status = this.#settings.supersededStatus
    const { jobId } = deployment
    if (jobId === null) this.#endThing(deployment, ['QUEUED', 'IN_PROGRESS'])
    else this.#services.jobs.cancelJob(jobId, { force: this.#settings.cancelInProgressOnSupersede }, cause)
  }

  #cancel(deployment: Deployment): object {
    const { deploymentId, jobId, target, status } = deployment
    if (status !== 'ACTIVE') throw conflict(deploymentId, 'Deployment', `The deployment is ${status}`)
    const cause = this.#recordCancelled(deployment)
    if (jobId !== null) this.#services.jobs.cancelJob(jobId, { force: false }, cause)
    else {
      this.#endThing(deployment, ['QUEUED'])
      this.#writeDesired(target.name, { desiredStatus: 'CANCELED' })
    }
    return { message: 'SUCCESS' }
  }

  /** The job's abort criteria or a CancelJob stopped it: the deployment is not in force any more. [inferred] */
  #jobCancelled(job: Job): void {
    const deployment = this.#byJob.get(job.jobId)
    if (deployment?.status === 'ACTIVE') this.#recordCancelled(deployment)
  }

  #recordCancelled(deployment: Deployment): TraceRef {
    deployment.status = 'CANCELED'
    const { deploymentId, target } = deployment
    const event = { kind: 'deployment-cancelled', deploymentId, target: target.name } as const
    return this.#ctx.trace.record(`greengrass/${target.name}`, event)
  }

  /** The device will not report on a thing deployment that it has not begun, or that a newer one replaces. */
  #endThing(deployment: Deployment, open: readonly string[]): void {
    if (!open.includes(deployment.thingOutcome?.status ?? 'QUEUED')) return
    deployment.thingOutcome = outcomeWithoutReport('CANCELED', this.#ctx.clock.nowMs())
  }

  #executionChanged(job: Job, execution: JobExecution): void {
    const deployment = this.#byJob.get(job.jobId)
    const outcome = outcomeOfExecution(execution)
    if (deployment !== undefined && outcome !== null) this.#tell(execution.thing, deployment, outcome)
  }

  /** Only these three are events. [gg: deployment-health-notifications] */
  #tell(thing: string, { deploymentId }: Deployment, outcome: DeviceOutcome): void {
    if (outcome.status !== 'SUCCEEDED' && outcome.status !== 'COMPLETED' && outcome.status !== 'FAILED') return
    this.#services.onOutcome(thing, deploymentId, outcome)
  }

  #describe(deployment: Deployment): object {
    const { components, deploymentPolicies, iotJobConfiguration } = deployment.input
    return {
      ...this.#summary(deployment),
      components,
      deploymentPolicies,
      iotJobConfiguration,
      ...this.#jobMembers(deployment),
      tags: this.#services.tags.of(this.#arn(deployment)),
    }
  }

  #summary(deployment: Deployment): DeploymentSummary {
    const { input, target, revision, deploymentId, createdAtMs, status } = deployment
    return {
      targetArn: input.targetArn,
      revisionId: String(revision),
      deploymentId,
      deploymentName: input.deploymentName,
      creationTimestamp: new Date(createdAtMs),
      deploymentStatus: status,
      isLatestForTarget: this.#revisionsOf(target).at(-1) === deployment,
    }
  }

  #jobMembers({ jobId }: Deployment): { iotJobId?: string; iotJobArn?: string } {
    return jobId === null ? {} : { iotJobId: jobId, iotJobArn: this.#services.jobs.jobArn(jobId) }
  }

  #effectiveHead(deployment: Deployment): Omit<EffectiveDeployment, OutcomeMember> {
    const { deploymentId, input, target, createdAtMs } = deployment
    return {
      deploymentId,
      deploymentName: input.deploymentName ?? target.name,
      ...this.#jobMembers(deployment),
      targetArn: input.targetArn,
      creationTimestamp: new Date(createdAtMs),
    }
  }

  #list(input: ListDeploymentsRequest): object {
    if (input.parentTargetArn !== undefined) throw new NotEmulated('ListDeployments parentTargetArn')
    if (input.targetArn !== undefined) requireMatch('targetArn', input.targetArn)
    checkOneOf('historyFilter', input.historyFilter, ['ALL', 'LATEST_ONLY'])
    const found = [...this.#byTarget.values()].flatMap((revisions) => {
      const kept = revisions.filter(({ deploymentId }) => this.exists(deploymentId)).reverse()
      return input.historyFilter === 'ALL' ? kept : kept.slice(0, 1)
    })
    const matching = found.filter((one) => input.targetArn === undefined || one.input.targetArn === input.targetArn)
    const { items, nextToken } = greengrassPage(matching, {
      maxResults: input.maxResults ?? DEFAULT_LIST_RESULTS,
      nextToken: input.nextToken,
    })
    return { deployments: items.map((deployment) => this.#summary(deployment)), nextToken }
  }

  #writeDesired(thing: string, desired: JsonObject): void {
    const payload = Buffer.from(JSON.stringify({ state: { desired } }))
    this.#services.shadow.operations.UpdateThingShadow?.({ thingName: thing, shadowName: DEPLOYMENT_SHADOW, payload })
  }

  #revisionsOf(target: JobTarget): readonly Deployment[] {
    return this.#byTarget.get(keyOf(target)) ?? []
  }

  #arn({ deploymentId }: DocumentIdentity): string {
    return `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:deployments:${deploymentId}`
  }

  #deploymentOrThrow(id: string | undefined): Deployment {
    const deployment = this.#deployments.get(id ?? '')
    if (deployment === undefined) throw notFound(id ?? '', 'Deployment')
    return deployment
  }
}

const keyOf = ({ kind, name }: JobTarget): string => `${kind}/${name}`

const versionsOf = (input: CreateDeploymentRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(input.components ?? {}).map(([name, { componentVersion = '' }]) => [name, componentVersion]),
  )

/** A thing deployment is finished by its device; a rejected one has failed. [inferred but for COMPLETED] */
const statusAfterReport = ({ status }: DeviceOutcome): Deployment['status'] =>
  status === 'COMPLETED' ? 'COMPLETED' : status === 'FAILED' || status === 'REJECTED' ? 'FAILED' : 'ACTIVE'

const outcomeWithoutReport = (status: 'QUEUED' | 'CANCELED', modifiedAtMs: number): DeviceOutcome => ({
  status,
  reason: '',
  errorStack: [],
  errorTypes: [],
  modifiedAtMs,
})
