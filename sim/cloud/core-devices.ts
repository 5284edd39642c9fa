import type {
  GetCoreDeviceRequest,
  ListCoreDevicesRequest,
  ListInstalledComponentsRequest,
} from '@aws-sdk/client-greengrassv2'
import { AwsError, NotEmulated } from './aws-error.ts'
import type { CloudContext, Operations } from './cloud-context.ts'
import { page } from './paging.ts'
import { isObject } from './shadow-document.ts'

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
  coreVersion: string
  platform: string
  architecture: string
  status: string
  lastStatusUpdateMs: number
  readonly components: Map<string, InstalledComponent>
}

/** A component of a fleet status message. [nucleus: ComponentDetails] */
interface ReportedComponent {
  readonly componentName: string
  readonly version: string
  readonly status: string
  readonly isRoot: boolean
  readonly componentStatusDetails?: { readonly statusCodes: readonly string[]; readonly statusReason: string } | null
}

/** What the control plane knows of core devices: only what their fleet status messages said, however long ago. */
export class CoreDevices {
  readonly #ctx: CloudContext
  readonly #devices = new Map<string, CoreDevice>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  /**
   * Takes in one fleet status message; returns the components it reported. A payload that is not such a message changes
   * nothing and returns null.
   */
  report(thing: string, payload: unknown): readonly ReportedComponent[] | null {
    if (!isObject(payload) || !Array.isArray(payload.components)) return null
    const components = payload.components as unknown as ReportedComponent[]
    const nowMs = this.#ctx.clock.nowMs()
    const device = this.#devices.get(thing) ?? {
      thing,
      coreVersion: '',
      platform: '',
      architecture: '',
      status: 'HEALTHY',
      lastStatusUpdateMs: nowMs,
      components: new Map<string, InstalledComponent>(),
    }
    this.#devices.set(thing, device)
    device.coreVersion = String(payload.ggcVersion)
    device.platform = String(payload.platform)
    device.architecture = String(payload.architecture)
    device.status = String(payload.overallDeviceStatus)
    device.lastStatusUpdateMs = nowMs
    const deployment = payload.deploymentInformation
    const deploymentId = isObject(deployment) ? (deployment.deploymentId as string | undefined) : undefined
    if (payload.messageType === 'COMPLETE') device.components.clear()
    for (const component of components) setComponent(device, component, deploymentId, nowMs)
    return components
  }

  readonly operations: Operations = {
    GetCoreDevice: ({ coreDeviceThingName }: GetCoreDeviceRequest) => {
      const device = this.#deviceOrThrow(coreDeviceThingName)
      return { ...this.#row(device), coreVersion: device.coreVersion, tags: {} }
    },
    ListCoreDevices: (input: ListCoreDevicesRequest) => {
      if (input.thingGroupArn !== undefined) throw new NotEmulated('ListCoreDevices thingGroupArn')
      const devices = [...this.#devices.values()]
        .filter(({ status }) => input.status === undefined || status === input.status)
        .sort((a, b) => (a.thing < b.thing ? -1 : 1))
      const { items, nextToken } = page(devices, input, { max: 100, errorName: 'ValidationException' })
      return { coreDevices: items.map((device) => this.#row(device)), nextToken }
    },
    DeleteCoreDevice: ({ coreDeviceThingName }: GetCoreDeviceRequest) => {
      this.#devices.delete(this.#deviceOrThrow(coreDeviceThingName).thing)
      return {}
    },
    ListInstalledComponents: (input: ListInstalledComponentsRequest) => {
      const device = this.#deviceOrThrow(input.coreDeviceThingName)
      const components = [...device.components.values()].filter(
        ({ isRoot }) => isRoot || input.topologyFilter === 'ALL',
      )
      const { items, nextToken } = page(components, input, { max: 100, errorName: 'ValidationException' })
      return {
        installedComponents: items.map((component) => ({
          componentName: component.name,
          componentVersion: component.version,
          lifecycleState: component.state,
          lifecycleStateDetails: component.statusReason,
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
      runtime: 'aws_nucleus_classic',
    }
  }

  #deviceOrThrow(thing: string | undefined): CoreDevice {
    const device = this.#devices.get(thing ?? '')
    if (device !== undefined) return device
    throw new AwsError('ResourceNotFoundException', 404, `Core device ${thing} not found`, {
      resourceId: thing ?? '',
      resourceType: 'CoreDevice',
    })
  }
}

function setComponent(
  device: CoreDevice,
  reported: ReportedComponent,
  deploymentId: string | undefined,
  nowMs: number,
): void {
  const { componentName: name, version, status: state, isRoot } = reported
  if (state === 'UNINSTALLED') {
    device.components.delete(name)
    return
  }
  const before = device.components.get(name)
  device.components.set(name, {
    name,
    version,
    state,
    isRoot,
    statusCodes: reported.componentStatusDetails?.statusCodes ?? [],
    statusReason: reported.componentStatusDetails?.statusReason,
    changedAtMs: before?.state === state && before.version === version ? before.changedAtMs : nowMs,
    reportedAtMs: nowMs,
    deploymentId: before?.version === version ? (before.deploymentId ?? deploymentId) : deploymentId,
  })
}
