import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { DataPlane } from '../../kernel/link.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import type { OutputOf } from '../base/operations.ts'
import type { BusEvent } from '../events/event-bus.ts'
import type { JobTargets } from '../jobs/job.ts'
import type { JobsService } from '../jobs/jobs-service.ts'
import { ClientTokens } from './client-tokens.ts'
import { ComponentRegistry } from './component-registry.ts'
import { CoreDevices, installedComponentDetail } from './core-devices.ts'
import { DeploymentService, type DeploymentServices, type DeploymentSettings } from './deployment-service.ts'
import { outcomeDetail } from './effective-deployments.ts'
import { Tags } from './tags.ts'

/** The services Greengrass is built on. */
export interface GreengrassServices {
  readonly things: JobTargets & { groupsOf(thing: string): readonly string[] }
  readonly jobs: JobsService
  readonly events: { put(event: BusEvent): string }
  readonly shadows: DeploymentServices['shadows']
}

/** The Greengrass v2 control plane: deployments, components and core devices of one account. */
export class GreengrassService {
  readonly components: ComponentRegistry
  readonly cores: CoreDevices
  readonly deployments: DeploymentService
  readonly tags: Tags
  readonly componentTokens: ClientTokens<OutputOf<'greengrass', 'CreateComponentVersion'>>
  readonly deploymentTokens: ClientTokens<OutputOf<'greengrass', 'CreateDeployment'>>
  readonly dataPlane: DataPlane
  readonly #ctx: CloudContext
  readonly #services: GreengrassServices

  constructor(ctx: CloudContext, services: GreengrassServices, settings: DeploymentSettings) {
    this.#ctx = ctx
    this.#services = services
    this.tags = new Tags((arn) => this.#hasResource(arn))
    this.componentTokens = new ClientTokens(ctx.clock, 'component version')
    this.deploymentTokens = new ClientTokens(ctx.clock, 'deployment')
    this.components = new ComponentRegistry(ctx)
    this.cores = new CoreDevices(ctx)
    this.deployments = new DeploymentService(
      ctx,
      {
        ...services,
        tags: this.tags,
        missingComponents: (components) => this.components.missing(components),
        onOutcome: (thing, deploymentId, outcome) =>
          this.#emit(thing, 'Greengrass V2 Effective Deployment Status Change', outcomeDetail(deploymentId, outcome)),
      },
      settings,
    )
    this.dataPlane = {
      thingGroupsForCoreDevice: (thing) => services.things.groupsOf(thing),
      resolveComponentCandidates: (requirements) => ({
        missing: [...requirements]
          .filter(([name, version]) => !this.components.isDeployable(name, version))
          .map(([name, version]) => `${name} ${version}`),
      }),
    }
  }

  jobArn(jobId: string): string {
    return this.#services.jobs.jobArn(jobId)
  }

  /**
   * The state before the rehearsal: deployable components, and for each deployment of a group a revision in force that
   * every member has applied. No messages, no trace.
   */
  installHistory(history: {
    readonly components: readonly { readonly name: string; readonly version: string }[]
    readonly deployments: readonly CreateDeploymentRequest[]
  }): void {
    for (const { name, version } of history.components) this.components.install(name, version)
    for (const input of history.deployments) this.deployments.installHistory(input)
  }

  /** A fleet status message of a core device. [source: fleet-status-message] */
  handleFleetStatus(thing: string, payload: unknown): void {
    if (!this.#services.things.exists(thing)) return
    const components = this.cores.report(thing, payload)
    if (components === null) return
    const failing = components.filter(({ status }) => status === 'ERRORED' || status === 'BROKEN')
    const endedDeployment = isObject(payload) && isObject(payload.deploymentInformation)
    const reported = endedDeployment ? components : failing
    if (reported.length === 0) return
    this.#emit(thing, 'Greengrass V2 Installed Component Status Change', installedComponentDetail(reported))
  }

  /** The reported section of an accepted update of a device's deployment shadow. */
  handleDeploymentShadow(thing: string, reported: JsonObject): void {
    this.deployments.handleShadow(thing, reported)
  }

  #hasResource(arn: string): boolean {
    const { accountId, region } = this.#ctx
    const own = `arn:aws:greengrass:${region}:${accountId}:`
    if (!arn.startsWith(own)) return false
    const [, kind, name = ''] = /^(components|deployments|coreDevices):(.+)$/s.exec(arn.slice(own.length)) ?? []
    if (kind === 'components') return this.components.exists(arn)
    return kind === 'deployments' ? this.deployments.registry.exists(name) : this.cores.exists(name)
  }

  #emit(thing: string, detailType: string, detail: object): void {
    const arn = `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:coreDevices:${thing}`
    this.#services.events.put({ source: 'aws.greengrass', detailType, detail, resources: [arn] })
  }
}
