import type {
  CreateDeploymentRequest,
  GetDeploymentRequest,
  ListDeploymentsRequest,
  ListEffectiveDeploymentsRequest,
} from '@aws-sdk/client-greengrassv2'
import type { DataPlane } from '../device/link.ts'
import { AwsError, NotEmulated } from './aws-error.ts'
import type { CloudContext, JsonObject, Operations } from './cloud-context.ts'
import { ComponentRegistry } from './components.ts'
import { CoreDevices } from './core-devices.ts'
import { type DocumentIdentity, deploymentDocument, validateDeployment } from './deployment-document.ts'
import type { BusEvent } from './event-bus.ts'
import { isTerminal } from './job-execution.ts'
import { type Job, type JobExecution, type JobsService, type JobTargets, parseTargetArn } from './jobs.ts'
import { page } from './paging.ts'
import { isObject } from './shadow-document.ts'
import { validationError } from './validate.ts'

export const JOB_NAMESPACE = 'aws-gg-deployment'
export const DEPLOYMENT_SHADOW = 'AWSManagedGreengrassV2Deployment'

/** Points that AWS does not document; both choices of each are worth rehearsing. [protocol 13] */
export interface GreengrassSettings {
  readonly supersededStatus: 'INACTIVE' | 'CANCELED'
  readonly cancelInProgressOnSupersede: boolean
}

/** The services Greengrass is built on. */
export interface GreengrassServices {
  readonly things: JobTargets & { groupsOf(thing: string): readonly string[]; groupExists(group: string): boolean }
  readonly jobs: JobsService
  readonly events: { put(event: BusEvent): string }
  readonly shadow: { readonly operations: Operations }
}

interface Deployment {
  readonly id: string
  readonly input: CreateDeploymentRequest
  readonly target: { readonly kind: 'thing' | 'group'; readonly name: string }
  readonly revision: number
  readonly createdAtMs: number
  readonly jobId: string | null
  status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'FAILED' | 'INACTIVE'
  /** Of a thing deployment, as the device last reported it. */
  thingStatus: { status: string; reason: string; modifiedAtMs: number } | null
}

/** A stored answer is given again to the same client token for this long. [gg: clientToken] */
const TOKEN_KEPT_MS = 8 * 3_600_000

/** The Greengrass v2 control plane: deployments, components and core devices of one account. */
export class GreengrassService {
  readonly #ctx: CloudContext
  readonly #services: GreengrassServices
  readonly #settings: GreengrassSettings
  readonly #components: ComponentRegistry
  readonly #cores: CoreDevices
  readonly #deployments = new Map<string, Deployment>()
  /** Revisions of each target, oldest first. */
  readonly #byTarget = new Map<string, Deployment[]>()
  readonly #byJob = new Map<string, Deployment>()
  readonly #tokens = new Map<string, { body: string; answer: object; atMs: number }>()
  readonly #tags = new Map<string, Record<string, string>>()

  constructor(ctx: CloudContext, services: GreengrassServices, settings: GreengrassSettings) {
    this.#ctx = ctx
    this.#services = services
    this.#settings = settings
    this.#components = new ComponentRegistry(ctx)
    this.#cores = new CoreDevices(ctx)
    services.jobs.onExecutionChange((job, execution) => this.#executionChanged(job, execution))
    this.operations = {
      ...this.#components.operations,
      ...this.#cores.operations,
      ...this.#deploymentOperations(),
      ...this.#tagOperations(),
    }
  }

  readonly operations: Operations

  readonly dataPlane: DataPlane = {
    thingGroupsForCoreDevice: (thing) => this.#services.things.groupsOf(thing),
    resolveComponentCandidates: (requirements) => ({
      missing: [...requirements]
        .filter(([name, version]) => !this.#components.isDeployable(name, version))
        .map(([name, version]) => `${name} ${version}`),
    }),
  }

  /** Lays the world as it was: deployable components, and a revision that every member of each group has taken. */
  installHistory(history: {
    readonly components: readonly { readonly name: string; readonly version: string }[]
    readonly deployments: readonly CreateDeploymentRequest[]
  }): void {
    for (const { name, version } of history.components) this.#components.install(name, version)
    for (const input of history.deployments) this.#revise(input, parseTargetArn(input.targetArn as string), true)
  }

  /** A fleet status message of a core device. [nucleus: FleetStatusDetails] */
  handleFleetStatus(thing: string, payload: unknown): void {
    const components = this.#cores.report(thing, payload)
    if (components === null) return
    const worth = components.filter(({ status }) => status === 'ERRORED' || status === 'BROKEN')
    const ended = isObject(payload) && payload.deploymentInformation !== undefined
    if (worth.length === 0 && !ended) return
    this.#emit(thing, 'Greengrass V2 Installed Component Status Change', {
      components: (ended ? components : worth).map((component) => ({
        componentName: component.componentName,
        componentVersion: component.version,
        root: component.isRoot,
        lifecycleState: component.status,
        lifecycleStatusCodes: component.componentStatusDetails?.statusCodes ?? [],
        lifecycleStateDetails: component.componentStatusDetails?.statusReason ?? '',
      })),
    })
  }

  /** The reported section of a device's deployment shadow: the only word of a single-thing deployment's fate. */
  handleDeploymentShadow(thing: string, reported: JsonObject): void {
    const deployment = this.#byTarget.get(`thing/${thing}`)?.at(-1)
    if (
      deployment === undefined ||
      !String(reported.fleetConfigurationArnForStatus).endsWith(`:${deployment.revision}`)
    ) {
      return
    }
    const details = isObject(reported.statusDetails) ? reported.statusDetails : {}
    const status = reported.status === 'SUCCEEDED' ? 'COMPLETED' : String(reported.status)
    const reason = status === 'COMPLETED' ? 'SUCCESSFUL' : `${details.detailedStatus}: ${details.failureCause}`
    deployment.thingStatus = { status, reason, modifiedAtMs: this.#ctx.clock.nowMs() }
    if (status === 'COMPLETED' || status === 'FAILED') {
      deployment.status = status
      this.#emitEffective(thing, deployment.id, status, reason, details)
    }
  }

  #deploymentOperations(): Operations {
    return {
      CreateDeployment: (input: CreateDeploymentRequest) => this.#create(input),
      GetDeployment: ({ deploymentId }: GetDeploymentRequest) => this.#describe(this.#deploymentOrThrow(deploymentId)),
      ListDeployments: (input: ListDeploymentsRequest) => this.#list(input),
      CancelDeployment: ({ deploymentId }: GetDeploymentRequest) => this.#cancel(this.#deploymentOrThrow(deploymentId)),
      DeleteDeployment: ({ deploymentId }: GetDeploymentRequest) => this.#delete(this.#deploymentOrThrow(deploymentId)),
      ListEffectiveDeployments: (input: ListEffectiveDeploymentsRequest) => this.#listEffective(input),
    }
  }

  #create(input: CreateDeploymentRequest): object {
    validateDeployment(input)
    if (input.parentTargetArn !== undefined) throw new NotEmulated('CreateDeployment parentTargetArn (subdeployments)')
    if (input.iotJobConfiguration?.jobExecutionsRolloutConfig?.exponentialRate !== undefined) {
      throw new NotEmulated('CreateDeployment with an exponential rollout rate')
    }
    const { clientToken, ...rest } = input
    const body = JSON.stringify(rest)
    const stored = clientToken === undefined ? undefined : this.#tokens.get(clientToken)
    if (stored !== undefined && this.#ctx.clock.nowMs() - stored.atMs < TOKEN_KEPT_MS) {
      if (stored.body === body) return stored.answer
      throw conflict(clientToken as string, 'ClientToken', 'The client token was used for another deployment')
    }
    const answer = this.#answerCreate(input)
    if (clientToken !== undefined) this.#tokens.set(clientToken, { body, answer, atMs: this.#ctx.clock.nowMs() })
    return answer
  }

  #answerCreate(input: CreateDeploymentRequest): object {
    const target = parseTargetArn(input.targetArn as string)
    const { things } = this.#services
    if (target.kind === 'group' ? !things.groupExists(target.name) : !things.exists(target.name)) {
      throw notFound(target.name, target.kind === 'group' ? 'ThingGroup' : 'Thing')
    }
    const missing = this.#components.missing(input.components ?? {})
    if (missing.length > 0) throw validationError('components', `no deployable version: ${missing.join(', ')}`)
    const deployment = this.#revise(input, target, false)
    const { id, jobId } = deployment
    return {
      deploymentId: id,
      ...(jobId !== null && { iotJobId: jobId, iotJobArn: this.#services.jobs.jobArn(jobId) }),
    }
  }

  /** The next revision of the target, which supersedes the one before. [gg: one deployment per target] */
  #revise(input: CreateDeploymentRequest, target: Deployment['target'], inThePast: boolean): Deployment {
    const key = `${target.kind}/${target.name}`
    const revisions = this.#byTarget.get(key) ?? []
    this.#byTarget.set(key, revisions)
    const revision = revisions.length + 1
    const ids = this.#ctx.stream(`greengrass/${key}/${revision}`)
    const deployment: Deployment = {
      id: ids.uuid(),
      input,
      target,
      revision,
      createdAtMs: this.#ctx.clock.nowMs(),
      jobId: target.kind === 'group' ? ids.uuid() : null,
      status: 'ACTIVE',
      thingStatus: null,
    }
    const superseded = revisions.at(-1)
    revisions.push(deployment)
    this.#deployments.set(deployment.id, deployment)
    if (superseded?.status === 'ACTIVE') this.#supersede(superseded)
    this.#send(deployment, inThePast)
    return deployment
  }

  #send(deployment: Deployment, inThePast: boolean): void {
    const { id, input, target, jobId } = deployment
    const cause = inThePast
      ? undefined
      : this.#ctx.trace.record(`greengrass/${target.name}`, {
          kind: 'deployment-created',
          deploymentId: id,
          target: target.name,
          revisionId: String(deployment.revision),
          jobId,
          components: versionsOf(input),
        })
    const document = deploymentDocument(input, this.#identity(deployment))
    if (jobId === null) {
      this.#writeDesired(target.name, { fleetConfig: JSON.stringify(document), desiredStatus: 'SUCCEEDED' })
      return
    }
    this.#byJob.set(jobId, deployment)
    const { jobExecutionsRolloutConfig, abortConfig, timeoutConfig } = input.iotJobConfiguration ?? {}
    this.#services.jobs.createJob(
      {
        jobId,
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

  #supersede(deployment: Deployment): void {
    deployment.status = this.#settings.supersededStatus
    if (deployment.jobId === null) return
    this.#services.jobs.cancelJob(deployment.jobId, { force: this.#settings.cancelInProgressOnSupersede })
  }

  #cancel(deployment: Deployment): object {
    if (deployment.status !== 'ACTIVE') {
      throw conflict(deployment.id, 'Deployment', `The deployment is ${deployment.status}`)
    }
    deployment.status = 'CANCELED'
    if (deployment.jobId !== null) this.#services.jobs.cancelJob(deployment.jobId, { force: false })
    else this.#writeDesired(deployment.target.name, { desiredStatus: 'CANCELED' })
    this.#ctx.trace.record(`greengrass/${deployment.target.name}`, {
      kind: 'deployment-cancelled',
      deploymentId: deployment.id,
      target: deployment.target.name,
    })
    return { message: 'SUCCESS' }
  }

  #delete(deployment: Deployment): object {
    if (deployment.status === 'ACTIVE') {
      throw conflict(deployment.id, 'Deployment', 'An active deployment must be cancelled first')
    }
    this.#deployments.delete(deployment.id)
    return {}
  }

  #describe(deployment: Deployment): object {
    const { input } = deployment
    return {
      ...this.#summary(deployment),
      components: input.components,
      deploymentPolicies: input.deploymentPolicies,
      iotJobConfiguration: input.iotJobConfiguration,
      ...(deployment.jobId !== null && {
        iotJobId: deployment.jobId,
        iotJobArn: this.#services.jobs.jobArn(deployment.jobId),
      }),
      tags: input.tags ?? {},
    }
  }

  #summary(deployment: Deployment): object {
    const { target, input } = deployment
    return {
      targetArn: input.targetArn,
      revisionId: String(deployment.revision),
      deploymentId: deployment.id,
      deploymentName: input.deploymentName,
      creationTimestamp: new Date(deployment.createdAtMs),
      deploymentStatus: deployment.status,
      isLatestForTarget: this.#byTarget.get(`${target.kind}/${target.name}`)?.at(-1) === deployment,
    }
  }

  #list(input: ListDeploymentsRequest): object {
    if (input.parentTargetArn !== undefined) throw new NotEmulated('ListDeployments parentTargetArn')
    const latestOnly = (input.historyFilter ?? 'LATEST_ONLY') === 'LATEST_ONLY'
    const found = [...this.#byTarget.values()].flatMap((revisions) => {
      const kept = revisions.filter(({ id }) => this.#deployments.has(id))
      return latestOnly ? kept.slice(-1) : kept.reverse()
    })
    const matching = found.filter((one) => input.targetArn === undefined || one.input.targetArn === input.targetArn)
    const { items, nextToken } = page(matching, input, { max: 100, errorName: 'ValidationException' })
    return { deployments: items.map((deployment) => this.#summary(deployment)), nextToken }
  }

  /** REMOVED executions have no word in this API and are left out. [inferred] */
  #listEffective(input: ListEffectiveDeploymentsRequest): object {
    const thing = input.coreDeviceThingName ?? ''
    const byJobs = this.#services.jobs.jobsOf(thing).flatMap((job) => {
      const deployment = this.#byJob.get(job.jobId)
      const execution = job.executions.get(thing) as JobExecution
      if (deployment === undefined || execution.status === 'REMOVED') return []
      const { status, lastUpdatedAtMs } = execution
      return [this.#effective(deployment, status, reasonOf(execution), lastUpdatedAtMs)]
    })
    const byShadow = (this.#byTarget.get(`thing/${thing}`) ?? []).map((deployment) => {
      const { status, reason, modifiedAtMs } = deployment.thingStatus ?? {
        status: 'QUEUED',
        reason: '',
        modifiedAtMs: deployment.createdAtMs,
      }
      return this.#effective(deployment, status, reason, modifiedAtMs)
    })
    const { items, nextToken } = page([...byJobs, ...byShadow].reverse(), input, {
      max: 100,
      errorName: 'ValidationException',
    })
    return { effectiveDeployments: items, nextToken }
  }

  #effective(deployment: Deployment, status: string, reason: string, modifiedAtMs: number): object {
    return {
      deploymentId: deployment.id,
      deploymentName: deployment.input.deploymentName ?? deployment.target.name,
      iotJobId: deployment.jobId ?? undefined,
      iotJobArn: deployment.jobId === null ? undefined : this.#services.jobs.jobArn(deployment.jobId),
      targetArn: deployment.input.targetArn,
      coreDeviceExecutionStatus: status,
      reason,
      creationTimestamp: new Date(deployment.createdAtMs),
      modifiedTimestamp: new Date(modifiedAtMs),
    }
  }

  #executionChanged(job: Job, execution: JobExecution): void {
    const deployment = this.#byJob.get(job.jobId)
    if (deployment === undefined || !isTerminal(execution.status)) return
    if (execution.status !== 'SUCCEEDED' && execution.status !== 'FAILED') return
    const details = execution.statusDetails
    this.#emitEffective(execution.thing, deployment.id, execution.status, reasonOf(execution), {
      errorStack: parseList(details['deployment-error-stack']),
      errorTypes: parseList(details['deployment-error-types']),
    })
  }

  #emitEffective(thing: string, deploymentId: string, status: string, reason: string, details: JsonObject): void {
    this.#emit(thing, 'Greengrass V2 Effective Deployment Status Change', {
      'deployment-id': deploymentId,
      coreDeviceExecutionStatus: status,
      statusDetails: { errorStack: details.errorStack ?? [], errorTypes: details.errorTypes ?? [] },
      reason,
    })
  }

  #emit(thing: string, detailType: string, detail: object): void {
    const arn = `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:coreDevices:${thing}`
    this.#services.events.put({ source: 'aws.greengrass', detailType, detail, resources: [arn] })
  }

  #writeDesired(thing: string, desired: JsonObject): void {
    const payload = Buffer.from(JSON.stringify({ state: { desired } }))
    this.#services.shadow.operations.UpdateThingShadow?.({ thingName: thing, shadowName: DEPLOYMENT_SHADOW, payload })
  }

  #identity(deployment: Deployment): DocumentIdentity {
    return {
      deploymentId: deployment.id,
      target: deployment.target,
      revision: deployment.revision,
      region: this.#ctx.region,
      accountId: this.#ctx.accountId,
      createdAtMs: deployment.createdAtMs,
    }
  }

  #deploymentOrThrow(id: string | undefined): Deployment {
    const deployment = this.#deployments.get(id ?? '')
    if (deployment === undefined) throw notFound(id ?? '', 'Deployment')
    return deployment
  }

  #tagOperations(): Operations {
    return {
      TagResource: ({ resourceArn, tags }: { resourceArn: string; tags: Record<string, string> }) => {
        this.#tags.set(resourceArn, { ...this.#tags.get(resourceArn), ...tags })
        return {}
      },
      UntagResource: ({ resourceArn, tagKeys }: { resourceArn: string; tagKeys: string[] }) => {
        const left = Object.entries(this.#tags.get(resourceArn) ?? {}).filter(([key]) => !tagKeys.includes(key))
        this.#tags.set(resourceArn, Object.fromEntries(left))
        return {}
      },
      ListTagsForResource: ({ resourceArn }: { resourceArn: string }) => ({ tags: this.#tags.get(resourceArn) ?? {} }),
    }
  }
}

const versionsOf = (input: CreateDeploymentRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(input.components ?? {}).map(([name, { componentVersion = '' }]) => [name, componentVersion]),
  )

/** `SUCCESSFUL`, or error code, detailed status and cause in one line. [gg: deployment-health-notifications] */
function reasonOf({ status, statusDetails }: JobExecution): string {
  if (status === 'SUCCEEDED') return 'SUCCESSFUL'
  const code = parseList(statusDetails['deployment-error-stack']).at(-1)
  return [code, statusDetails['detailed-deployment-status'], statusDetails['deployment-failure-cause']]
    .filter((part) => part !== undefined)
    .join(': ')
}

function parseList(text: string | undefined): string[] {
  if (text === undefined) return []
  try {
    return JSON.parse(text) as string[]
  } catch {
    return [] // a list cut at 1,024 characters is no JSON any more; the plain cause still tells
  }
}

const notFound = (resourceId: string, resourceType: string): AwsError =>
  new AwsError('ResourceNotFoundException', 404, `${resourceType} ${resourceId} not found`, {
    resourceId,
    resourceType,
  })

const conflict = (resourceId: string, resourceType: string, message: string): AwsError =>
  new AwsError('ConflictException', 409, message, { resourceId, resourceType })
