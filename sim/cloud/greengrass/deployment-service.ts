import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { TraceRef } from '../../kernel/trace.ts'
import type { TraceDeploymentSpec } from '../../kernel/trace-events.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import type { JsonObject } from '../base/json.ts'
import type { Job, JobTargets } from '../jobs/job.ts'
import type { JobExecution } from '../jobs/job-execution.ts'
import type { JobsService } from '../jobs/jobs-service.ts'
import { configurationArn, deploymentDocument } from './deployment-document.ts'
import { type Deployment, DeploymentRegistry } from './deployment-registry.ts'
import { specOf } from './deployment-spec.ts'
import {
  type DeviceOutcome,
  outcomeOfExecution,
  outcomeOfReport,
  outcomeWithoutReport,
} from './effective-deployments.ts'
import type { Tags } from './tags.ts'
import { conflict, notFound, validationError } from './validate.ts'

export const JOB_NAMESPACE = 'aws-gg-deployment'
export const DEPLOYMENT_SHADOW = 'AWSManagedGreengrassV2Deployment'

/** A deployment that enters one of these states on a device is an event. [source: deployment-event] */
const TOLD: ReadonlySet<DeviceOutcome['status']> = new Set(['FAILED', 'SUCCEEDED', 'COMPLETED', 'REJECTED', 'CANCELED'])

/** Behaviour that AWS does not document; both choices of each are worth a rehearsal. [source: undocumented-points] */
export interface DeploymentSettings {
  readonly supersededStatus: 'INACTIVE' | 'CANCELED'
  /** Whether devices that already work on the old revision lose its job too. */
  readonly cancelInProgressOnSupersede: boolean
}

export interface DeploymentServices {
  readonly things: JobTargets
  readonly jobs: JobsService
  readonly shadows: { writeDesired(thing: string, shadow: string, desired: JsonObject): void }
  readonly tags: Tags
  /** Components of a request that no deployable version satisfies, as "name version". */
  missingComponents(components: NonNullable<CreateDeploymentRequest['components']>): readonly string[]
  /** A deployment entered a state of which an event tells, on one device. */
  onOutcome(thing: string, deploymentId: string, outcome: DeviceOutcome): void
}

/** Creates, supersedes and cancels deployments: one revision in force per target, by job for a group, by shadow for a thing. */
export class DeploymentService {
  readonly registry: DeploymentRegistry
  readonly #ctx: CloudContext
  readonly #services: DeploymentServices
  readonly #settings: DeploymentSettings

  constructor(ctx: CloudContext, services: DeploymentServices, settings: DeploymentSettings) {
    this.registry = new DeploymentRegistry(ctx)
    this.#ctx = ctx
    this.#services = services
    this.#settings = settings
    services.jobs.onExecutionChange((job, execution) => this.#executionChanged(job, execution))
    services.jobs.onJobCancelled((job) => this.#jobStopped(job))
    services.jobs.onJobDeleted((job) => {
      this.#jobStopped(job)
      this.registry.forgetJob(job.jobId)
    })
  }

  /** @throws AwsError ResourceNotFoundException, ValidationException; NotEmulated */
  create(input: CreateDeploymentRequest): Deployment {
    const { things, tags, jobs } = this.#services
    const target = jobs.targetOf(input.targetArn as string)
    if (target === null) throw notFound(input.targetArn as string, 'Target')
    const isGroup = target.kind === 'group'
    if (!(isGroup ? things.groupExists(target.name) : things.exists(target.name))) {
      throw notFound(target.name, isGroup ? 'ThingGroup' : 'Thing')
    }
    const missing = this.#services.missingComponents(input.components ?? {})
    if (missing.length > 0) throw validationError('components', `no deployable version: ${missing.join(', ')}`)
    tags.check(input.tags)
    const identity = this.registry.identify(target)
    const document = deploymentDocument(input, identity)
    const deployment = this.#add(input, identity)
    this.#revise(deployment, document)
    return deployment
  }

  /** Records that the request for a deployment came again, with its token. */
  requestedAgain(deploymentId: string, clientToken: string): void {
    const target = this.registry.deploymentOrThrow(deploymentId).target.name
    const event = { kind: 'deployment-requested-again', deploymentId, target, clientToken } as const
    this.#ctx.trace.record(`greengrass/${target}`, event)
  }

  /** What the newest deployment of a thing group asks for. */
  inForce(group: string): TraceDeploymentSpec {
    return specOf((this.registry.revisionsOf({ kind: 'group', name: group }).at(-1) as Deployment).input)
  }

  /** A revision from before the rehearsal that every member of the group has applied. */
  installHistory(input: CreateDeploymentRequest): void {
    const target = this.#services.jobs.targetOf(input.targetArn as string)
    if (target?.kind !== 'group') throw new Error('invariant: history holds deployments of groups only')
    const deployment = this.#add(input, this.registry.identify(target))
    this.#createJob(deployment, deploymentDocument(input, deployment), { inThePast: true })
  }

  /** Devices that work on it already keep it. @throws AwsError ConflictException */
  cancel(deployment: Deployment): void {
    const { deploymentId, jobId, target, status } = deployment
    if (status !== 'ACTIVE') throw conflict(deploymentId, 'Deployment', `The deployment is ${status}`)
    const cause = this.#recordCancelled(deployment)
    if (jobId !== null) this.#services.jobs.cancelJob(jobId, { force: false }, cause)
    else {
      this.#endThing(deployment, ['QUEUED'])
      this.#writeDesired(target.name, { desiredStatus: 'CANCELED' })
    }
  }

  /** @throws AwsError ConflictException */
  delete(deployment: Deployment): void {
    const { deploymentId, status } = deployment
    if (status === 'ACTIVE') throw conflict(deploymentId, 'Deployment', 'An active deployment must be cancelled first')
    this.registry.delete(deployment)
  }

  /** Things that successfully applied a deployment of this group, whether or not they still are members. */
  devicesApplied(groupArn: string): ReadonlySet<string> {
    const group = this.#services.jobs.targetOf(groupArn)
    const revisions = group === null ? [] : this.registry.revisionsOf(group)
    const executions = revisions.flatMap((deployment) => [...(this.#jobOf(deployment)?.executions.values() ?? [])])
    return new Set(executions.filter(({ status }) => status === 'SUCCEEDED').map(({ thing }) => thing))
  }

  /** Every deployment that targeted this thing and its outcome there, newest first. */
  effectiveOn(thing: string): readonly { readonly deployment: Deployment; readonly outcome: DeviceOutcome }[] {
    const byJob = this.#services.jobs.jobsOf(thing).flatMap((job) => {
      const deployment = this.registry.byJob(job.jobId)
      const outcome = outcomeOfExecution(job.executions.get(thing) as JobExecution)
      return deployment === undefined || outcome === null ? [] : [{ deployment, outcome }]
    })
    const byShadow = this.registry.revisionsOf({ kind: 'thing', name: thing }).map((deployment) => ({
      deployment,
      outcome: deployment.thingOutcome ?? outcomeWithoutReport('QUEUED', deployment.createdAtMs),
    }))
    return [...byJob, ...byShadow].sort(
      (a, b) => b.deployment.createdAtMs - a.deployment.createdAtMs || b.deployment.revision - a.deployment.revision,
    )
  }

  /** The reported section of a device's deployment shadow: the only source of a thing deployment's outcome. */
  handleShadow(thing: string, reported: JsonObject): void {
    const deployment = this.registry
      .revisionsOf({ kind: 'thing', name: thing })
      .find((revision) => configurationArn(revision) === reported.fleetConfigurationArnForStatus)
    const outcome = outcomeOfReport(reported, this.#ctx.clock.nowMs())
    if (deployment === undefined || outcome === null) return
    const before = deployment.thingOutcome?.status
    deployment.thingOutcome = outcome
    if (deployment.status === 'ACTIVE') deployment.status = statusAfterReport(outcome)
    if (outcome.status !== before) this.#notify(thing, deployment, outcome)
  }

  #add(input: CreateDeploymentRequest, identity: ReturnType<DeploymentRegistry['identify']>): Deployment {
    const deployment = this.registry.add(input, identity)
    this.#services.tags.set(this.registry.arnOf(deployment), input.tags)
    return deployment
  }

  /** Puts the new revision in force in place of the previous one. [source: one-deployment-per-target] */
  #revise(deployment: Deployment, document: JsonObject): void {
    const { deploymentId, target, revision, jobId, input } = deployment
    const cause = this.#ctx.trace.record(`greengrass/${target.name}`, {
      kind: 'deployment-created',
      deploymentId,
      target: target.name,
      revisionId: String(revision),
      jobId,
      components: versionsOf(input),
      clientToken: input.clientToken ?? null,
      spec: specOf(input),
    })
    const before = this.registry.revisionsOf(target).at(-2)
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
        targets: [target],
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

  /**
   * The job's abort criteria, a CancelJob or a DeleteJob stopped it: the deployment is no longer in force.
   * [source: aborted-deployment]
   */
  #jobStopped(job: Job): void {
    const deployment = this.registry.byJob(job.jobId)
    if (deployment?.status === 'ACTIVE') this.#recordCancelled(deployment)
  }

  #recordCancelled(deployment: Deployment): TraceRef {
    deployment.status = 'CANCELED'
    const { deploymentId, target } = deployment
    const event = { kind: 'deployment-cancelled', deploymentId, target: target.name } as const
    return this.#ctx.trace.record(`greengrass/${target.name}`, event)
  }

  /** None for a thing deployment, and once somebody has deleted the job. */
  #jobOf(deployment: Deployment): Job | undefined {
    const { jobId } = deployment
    if (jobId === null || this.registry.byJob(jobId) !== deployment) return undefined
    return this.#services.jobs.job(jobId)
  }

  /** The device will not report on a thing deployment that it has not begun, or that a newer one replaces. */
  #endThing(deployment: Deployment, open: readonly string[]): void {
    if (!open.includes(deployment.thingOutcome?.status ?? 'QUEUED')) return
    deployment.thingOutcome = outcomeWithoutReport('CANCELED', this.#ctx.clock.nowMs())
    this.#notify(deployment.target.name, deployment, deployment.thingOutcome)
  }

  #executionChanged(job: Job, execution: JobExecution): void {
    const deployment = this.registry.byJob(job.jobId)
    const outcome = outcomeOfExecution(execution)
    if (deployment !== undefined && outcome !== null) this.#notify(execution.thing, deployment, outcome)
  }

  #notify(thing: string, { deploymentId }: Deployment, outcome: DeviceOutcome): void {
    if (TOLD.has(outcome.status)) this.#services.onOutcome(thing, deploymentId, outcome)
  }

  #writeDesired(thing: string, desired: JsonObject): void {
    this.#services.shadows.writeDesired(thing, DEPLOYMENT_SHADOW, desired)
  }
}

const versionsOf = (input: CreateDeploymentRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(input.components ?? {}).map(([name, { componentVersion = '' }]) => [name, componentVersion]),
  )

/** A thing deployment is finished by its device; a rejected one has failed. [source: thing-deployment-status] */
const statusAfterReport = ({ status }: DeviceOutcome): Deployment['status'] =>
  status === 'COMPLETED' ? 'COMPLETED' : status === 'FAILED' || status === 'REJECTED' ? 'FAILED' : 'ACTIVE'
