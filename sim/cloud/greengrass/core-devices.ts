import type {
  GetCoreDeviceRequest,
  ListCoreDevicesRequest,
  ListInstalledComponentsRequest,
} from '@aws-sdk/client-greengrassv2'
import type { CloudContext, JsonObject, Operations } from '../base/cloud-context.ts'
import type { Tags } from '../base/tags.ts'
import { checkOneOf, greengrassPage, notFound, requireMatch } from '../base/validate.ts'
import { isObject } from '../iot/shadow-document.ts'

interface InstalledComponent {
  readonly name: string
  readonly version: string
  readonly state: string
  readonly statusCodes: readonly string[]
  readonly statusReason: string | undefined
  readonly isRoot: boolean
  readonly changedAtMs: number
  readonly reportedAtMs: number
  readonly deploymentId: string | undefined
}

interface CoreDevice {
  readonly thing: string
  readonly coreVersion: string
  readonly platform: string
  readonly architecture: string
  readonly status: string
  readonly lastStatusUpdateMs: number
  readonly components: Map<string, InstalledComponent>
}

/** A component of a fleet status message. [nucleus: ComponentDetails] */
export interface ReportedComponent {
  readonly componentName: string
  readonly version: string
  readonly status: string
  readonly isRoot: boolean
  readonly componentStatusDetails?: { readonly statusCodes: readonly string[]; readonly statusReason: string } | null
}

export interface CoreDeviceServices {
  readonly tags: Tags
  /** Things that have successfully taken a deployment of this group. */
  devicesApplied(groupArn: string): ReadonlySet<string>
}

const RUNTIME = 'aws_nucleus_classic'
/** Details above this length are cut. [gg: InstalledComponent] */
const MAX_DETAILS_CHARACTERS = 1_000

/** What the control plane knows of core devices: only what their fleet status messages said, however long ago. */
export class CoreDevices {
  readonly #ctx: CloudContext
  readonly #services: CoreDeviceServices
  readonly #devices = new Map<string, CoreDevice>()

  constructor(ctx: CloudContext, services: CoreDeviceServices) {
    this.#ctx = ctx
    this.#services = services
  }

  exists(thing: string): boolean {
    return this.#devices.has(thing)
  }

  /**
   * Takes in one fleet status message; returns the components it reported. A payload that is not such a message changes
   * nothing and returns null.
   */
  report(thing: string, payload: unknown): readonly ReportedComponent[] | null {
    if (!isObject(payload) || !Array.isArray(payload.components)) return null
    const components = (payload.components as unknown[]).filter(isReportedComponent)
    const nowMs = this.#ctx.clock.nowMs()
    const device: CoreDevice = {
      thing,
      coreVersion: String(payload.ggcVersion),
      platform: String(payload.platform),
      architecture: String(payload.architecture),
      status: String(payload.overallDeviceStatus),
      lastStatusUpdateMs: nowMs,
      components: this.#devices.get(thing)?.components ?? new Map<string, InstalledComponent>(),
    }
    this.#devices.set(thing, device)
    const before = new Map(device.components)
    if (isWhole(payload)) device.components.clear()
    const source = isObject(payload.deploymentInformation) ? payload.deploymentInformation.deploymentId : undefined
    for (const component of components) {
      if (component.status === 'UNINSTALLED') device.components.delete(component.componentName)
      else {
        const known = before.get(component.componentName)
        device.components.set(component.componentName, installed(component, known, source, nowMs))
      }
    }
    return components
  }

  readonly operations: Operations = {
    GetCoreDevice: ({ coreDeviceThingName }: GetCoreDeviceRequest) => {
      const device = this.#deviceOrThrow(coreDeviceThingName)
      return { ...this.#row(device), coreVersion: device.coreVersion, tags: this.#services.tags.of(this.#arn(device)) }
    },
    ListCoreDevices: (input: ListCoreDevicesRequest) => {
      checkOneOf('status', input.status, ['HEALTHY', 'UNHEALTHY'])
      const devicesApplied =
        input.thingGroupArn === undefined
          ? null
          : this.#services.devicesApplied(requireMatch('thingGroupArn', input.thingGroupArn))
      const devices = [...this.#devices.values()]
        .filter(
          ({ thing, status }) =>
            (input.status === undefined || status === input.status) &&
            (input.runtime === undefined || input.runtime === RUNTIME) &&
            (devicesApplied === null || devicesApplied.has(thing)),
        )
        .sort((a, b) => (a.thing < b.thing ? -1 : 1))
      const { items, nextToken } = greengrassPage(devices, input)
      return { coreDevices: items.map((device) => this.#row(device)), nextToken }
    },
    DeleteCoreDevice: ({ coreDeviceThingName }: GetCoreDeviceRequest) => {
      this.#devices.delete(this.#deviceOrThrow(coreDeviceThingName).thing)
      return {}
    },
    ListInstalledComponents: (input: ListInstalledComponentsRequest) => {
      checkOneOf('topologyFilter', input.topologyFilter, ['ROOT', 'ALL'])
      const device = this.#deviceOrThrow(input.coreDeviceThingName)
      const components = [...device.components.values()].filter(
        ({ isRoot }) => isRoot || input.topologyFilter === 'ALL',
      )
      const { items, nextToken } = greengrassPage(components, input)
      return {
        installedComponents: items.map((component) => ({
          componentName: component.name,
          componentVersion: component.version,
          lifecycleState: component.state,
          lifecycleStateDetails: component.statusReason?.slice(0, MAX_DETAILS_CHARACTERS),
          lifecycleStatusCodes: component.statusCodes,
          isRoot: component.isRoot,
          lastStatusChangeTimestamp: new Date(component.changedAtMs),
          lastReportedTimestamp: new Date(component.reportedAtMs),
          lastInstallationSource: component.deploymentId,
        })),
        nextToken,
      }
    },
  }

  #row(device: CoreDevice): object {
    return {
      coreDeviceThingName: device.thing,
      status: device.status,
      lastStatusUpdateTimestamp: new Date(device.lastStatusUpdateMs),
      platform: device.platform,
      architecture: device.architecture,
      runtime: RUNTIME,
    }
  }

  #arn({ thing }: CoreDevice): string {
    return `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:coreDevices:${thing}`
  }

  #deviceOrThrow(thing: string | undefined): CoreDevice {
    const device = this.#devices.get(requireMatch('coreDeviceThingName', thing))
    if (device === undefined) throw notFound(thing as string, 'CoreDevice')
    return device
  }
}

/** Detail of `Greengrass V2 Installed Component Status Change`. [gg: component health] */
export const installedComponentDetail = (components: readonly ReportedComponent[]): object => ({
  components: components.map((component) => ({
    componentName: component.componentName,
    componentVersion: component.version,
    root: component.isRoot,
    lifecycleState: component.status,
    lifecycleStatusCodes: component.componentStatusDetails?.statusCodes ?? [],
    lifecycleStateDetails: component.componentStatusDetails?.statusReason ?? '',
  })),
})

/** A COMPLETE message names every component, in its first chunk and those that follow it. [nucleus: FleetStatusService] */
function isWhole(payload: JsonObject): boolean {
  const chunkId = isObject(payload.chunkInfo) ? payload.chunkInfo.chunkId : 1
  return payload.messageType === 'COMPLETE' && chunkId === 1
}

const isReportedComponent = (value: unknown): value is ReportedComponent =>
  isObject(value) &&
  typeof value.componentName === 'string' &&
  typeof value.version === 'string' &&
  typeof value.status === 'string'

/** The time of a change moves only with the state or the version, the source only with the version. */
function installed(
  reported: ReportedComponent,
  before: InstalledComponent | undefined,
  source: unknown,
  nowMs: number,
): InstalledComponent {
  const { componentName: name, version, status: state, isRoot, componentStatusDetails: details } = reported
  const sameVersion = before?.version === version
  const deploymentId = typeof source === 'string' ? source : undefined
  return {
    name,
    version,
    state,
    isRoot: isRoot === true,
    statusCodes: details?.statusCodes ?? [],
    statusReason: details?.statusReason,
    changedAtMs: sameVersion && before.state === state ? before.changedAtMs : nowMs,
    reportedAtMs: nowMs,
    deploymentId: sameVersion ? (before.deploymentId ?? deploymentId) : deploymentId,
  }
}
