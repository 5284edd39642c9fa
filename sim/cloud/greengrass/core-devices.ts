import type { CoreDeviceStatus, InstalledComponentLifecycleState } from '@aws-sdk/client-greengrassv2'
import { NUCLEUS_COMPONENT } from '../../kernel/core-software.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { notFound, requireMatch } from './validate.ts'

export interface InstalledComponent {
  readonly name: string
  readonly version: string
  readonly state: InstalledComponentLifecycleState
  readonly statusCodes: readonly string[]
  readonly statusReason: string | undefined
  readonly isRoot: boolean
  readonly changedAtMs: number
  readonly reportedAtMs: number
  readonly deploymentId: string | undefined
}

export interface CoreDevice {
  readonly thing: string
  readonly coreVersion: string
  /** When the device first announced this version. */
  readonly coreChangedAtMs: number
  readonly platform: string
  readonly architecture: string
  readonly status: CoreDeviceStatus
  readonly lastStatusUpdateMs: number
  readonly components: Map<string, InstalledComponent>
}

/** A component of a fleet status message. [source: fleet-status-message] */
export interface ReportedComponent {
  readonly componentName: string
  readonly version: string
  readonly status: string
  readonly isRoot: boolean
  readonly componentStatusDetails: { readonly statusCodes: readonly string[]; readonly statusReason: string } | null
}

/** The control plane's state of core devices: what their last fleet status messages reported. */
export class CoreDevices {
  readonly #ctx: CloudContext
  readonly #devices = new Map<string, CoreDevice>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  exists(thing: string): boolean {
    return this.#devices.has(thing)
  }

  /**
   * Applies one fleet status message; returns the components it reported. A payload that is not such a message changes
   * nothing and returns null.
   */
  report(thing: string, payload: unknown): readonly ReportedComponent[] | null {
    if (!isObject(payload) || !Array.isArray(payload.components)) return null
    const components = (payload.components as unknown[]).flatMap(reportedComponent)
    const nowMs = this.#ctx.clock.nowMs()
    const known = this.#devices.get(thing)
    const coreVersion = text(payload.ggcVersion)
    const device: CoreDevice = {
      thing,
      coreVersion,
      coreChangedAtMs: known?.coreVersion === coreVersion ? known.coreChangedAtMs : nowMs,
      platform: text(payload.platform),
      architecture: text(payload.architecture),
      // As the device reports it: the service does not check it.
      status: text(payload.overallDeviceStatus) as CoreDeviceStatus,
      lastStatusUpdateMs: nowMs,
      components: known?.components ?? new Map<string, InstalledComponent>(),
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

  /** Every core device, by thing name. */
  all(): readonly CoreDevice[] {
    return [...this.#devices.values()].sort((a, b) => (a.thing < b.thing ? -1 : 1))
  }

  delete({ thing }: CoreDevice): void {
    this.#devices.delete(thing)
  }

  arnOf({ thing }: CoreDevice): string {
    return `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:coreDevices:${thing}`
  }

  /** @throws AwsError ValidationException, ResourceNotFoundException */
  deviceOrThrow(thing: string | undefined): CoreDevice {
    const device = this.#devices.get(requireMatch('coreDeviceThingName', thing))
    if (device === undefined) throw notFound(thing as string, 'CoreDevice')
    return device
  }
}

/**
 * What a device reported, and its nucleus: a message names the version of the nucleus, but not the component. A device
 * that did not say its version has none listed. [source: nucleus-listed]
 */
export function installedOn(device: CoreDevice): readonly InstalledComponent[] {
  const reported = [...device.components.values()]
  if (device.coreVersion === '' || device.components.has(NUCLEUS_COMPONENT)) return reported
  const nucleus: InstalledComponent = {
    name: NUCLEUS_COMPONENT,
    version: device.coreVersion,
    state: 'FINISHED',
    statusCodes: [],
    statusReason: undefined,
    isRoot: true,
    changedAtMs: device.coreChangedAtMs,
    reportedAtMs: device.lastStatusUpdateMs,
    deploymentId: undefined,
  }
  return [...reported, nucleus]
}

/** Detail of `Greengrass V2 Installed Component Status Change`. [source: component-event] */
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

/**
 * A COMPLETE message names every component, in its first chunk and those that follow it. [source: fleet-status-whole]
 */
function isWhole(payload: JsonObject): boolean {
  const chunkId = isObject(payload.chunkInfo) ? payload.chunkInfo.chunkId : 1
  return payload.messageType === 'COMPLETE' && chunkId === 1
}

/** Nothing for a value that is no component. */
function reportedComponent(value: unknown): readonly ReportedComponent[] {
  if (!isObject(value)) return []
  const { componentName, version, status, isRoot, componentStatusDetails: details } = value
  if (typeof componentName !== 'string' || typeof version !== 'string' || typeof status !== 'string') return []
  const componentStatusDetails = isObject(details)
    ? { statusCodes: textsOf(details.statusCodes), statusReason: text(details.statusReason) }
    : null
  return [{ componentName, version, status, isRoot: isRoot === true, componentStatusDetails }]
}

/** Anybody can send such a message: what is no text is left out. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

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
    state: state as InstalledComponentLifecycleState, // as the device reports it
    isRoot,
    statusCodes: details?.statusCodes ?? [],
    statusReason: details?.statusReason,
    changedAtMs: sameVersion && before.state === state ? before.changedAtMs : nowMs,
    reportedAtMs: nowMs,
    deploymentId: sameVersion ? (before.deploymentId ?? deploymentId) : deploymentId,
  }
}
