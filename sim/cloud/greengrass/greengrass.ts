import type { CreateDeploymentRequest, ListEffectiveDeploymentsRequest } from '@aws-sdk/client-greengrassv2'
import type { DataPlane } from '../../kernel/link.ts'
import type { CloudContext, JsonObject, Operations } from '../base/cloud-context.ts'
import { Tags } from '../base/tags.ts'
import { greengrassPage, notFound, requireMatch } from '../base/validate.ts'
import type { BusEvent } from '../events/event-bus.ts'
import { isObject } from '../iot/shadow-document.ts'
import type { JobTargets } from '../jobs/job.ts'
import type { JobsService } from '../jobs/jobs.ts'
import { ComponentRegistry } from './components.ts'
import { CoreDevices, installedComponentDetail } from './core-devices.ts'
import { type DeploymentSettings, Deployments } from './deployments.ts'
import { outcomeDetail } from './effective-deployments.ts'

export { DEPLOYMENT_SHADOW } from './deployments.ts'

/** The services Greengrass is built on. */
export interface GreengrassServices {
  readonly things: JobTargets & { groupsOf(thing: string): readonly string[] }
  readonly jobs: JobsService
  readonly events: { put(event: BusEvent): string }
  readonly shadow: { readonly operations: Operations }
}

/** The Greengrass v2 control plane: deployments, components and core devices of one account. */
export class GreengrassService {
  readonly #ctx: CloudContext
  readonly #services: GreengrassServices
  readonly #components: ComponentRegistry
  readonly #cores: CoreDevices
  readonly #deployments: Deployments
  readonly operations: Operations
  readonly dataPlane: DataPlane

  constructor(ctx: CloudContext, services: GreengrassServices, settings: DeploymentSettings) {
    this.#ctx = ctx
    this.#services = services
    const tags = new Tags((arn) => this.#hasResource(arn))
    this.#components = new ComponentRegistry(ctx, tags)
    this.#cores = new CoreDevices(ctx, {
      tags,
      devicesApplied: (groupArn) => this.#deployments.devicesApplied(groupArn),
    })
    this.#deployments = new Deployments(
      ctx,
      {
        things: services.things,
        jobs: services.jobs,
        shadow: services.shadow,
        tags,
        missingComponents: (components) => this.#components.missing(components),
        onOutcome: (thing, deploymentId, outcome) =>
          this.#emit(thing, 'Greengrass V2 Effective Deployment Status Change', outcomeDetail(deploymentId, outcome)),
      },
      settings,
    )
    this.operations = {
      ...this.#components.operations,
      ...this.#cores.operations,
      ...this.#deployments.operations,
      ...tags.operations,
      ListEffectiveDeployments: (input: ListEffectiveDeploymentsRequest) => this.#listEffective(input),
    }
    this.dataPlane = {
      thingGroupsForCoreDevice: (thing) => services.things.groupsOf(thing),
      resolveComponentCandidates: (requirements) => ({
        missing: [...requirements]
          .filter(([name, version]) => !this.#components.isDeployable(name, version))
          .map(([name, version]) => `${name} ${version}`),
      }),
    }
  }

  /**
   * Lays the world as it was before the rehearsal: deployable components, and for each deployment of a group a revision
   * in force that every member has taken. No messages, no trace.
   */
  installHistory(history: {
    readonly components: readonly { readonly name: string; readonly version: string }[]
    readonly deployments: readonly CreateDeploymentRequest[]
  }): void {
    for (const { name, version } of history.components) this.#components.install(name, version)
    for (const input of history.deployments) this.#deployments.installHistory(input)
  }

  /** A fleet status message of a core device. [nucleus: FleetStatusDetails] */
  handleFleetStatus(thing: string, payload: unknown): void {
    if (!this.#services.things.exists(thing)) return
    const components = this.#cores.report(thing, payload)
    if (components === null) return
    const inTrouble = components.filter(({ status }) => status === 'ERRORED' || status === 'BROKEN')
    const endedDeployment = isObject(payload) && isObject(payload.deploymentInformation)
    const told = endedDeployment ? components : inTrouble
    if (told.length === 0) return
    this.#emit(thing, 'Greengrass V2 Installed Component Status Change', installedComponentDetail(told))
  }

  /** The reported section of an accepted update of a device's deployment shadow. */
  handleDeploymentShadow(thing: string, reported: JsonObject): void {
    this.#deployments.handleShadow(thing, reported)
  }

  #listEffective(input: ListEffectiveDeploymentsRequest): object {
    const thing = requireMatch('coreDeviceThingName', input.coreDeviceThingName)
    const deployments = this.#deployments.effectiveOn(thing)
    if (deployments.length === 0 && !this.#cores.exists(thing)) throw notFound(thing, 'CoreDevice')
    const { items, nextToken } = greengrassPage(deployments, input)
    return { effectiveDeployments: items, nextToken }
  }

  #hasResource(arn: string): boolean {
    const [, kind, name = ''] = /:(components|deployments|coreDevices):(.+)$/.exec(arn) ?? []
    if (kind === 'components') return this.#components.exists(arn)
    return kind === 'deployments' ? this.#deployments.exists(name) : this.#cores.exists(name)
  }

  #emit(thing: string, detailType: string, detail: object): void {
    const arn = `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:coreDevices:${thing}`
    this.#services.events.put({ source: 'aws.greengrass', detailType, detail, resources: [arn] })
  }
}
