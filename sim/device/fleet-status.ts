import type { Clock, Timer } from '../kernel/clock.ts'
import { NUCLEUS_VERSION } from '../kernel/core-software.ts'
import type { Stream } from '../kernel/random.ts'
import type { ComponentService } from './component-service.ts'
import type { DeploymentResult } from './deployment-result.ts'

/** A complete message at least once per day. [source: fleet-status-cadence] */
const CADENCE_MS = 86_400_000
/** Shortest time between messages about component changes. [source: fleet-status-spacing] */
const SPACING_MS = 3_000

export interface FleetStatusOptions {
  readonly thing: string
  readonly clock: Clock
  readonly stream: Stream
  readonly services: () => readonly ComponentService[]
  /** Configuration ARNs of the targets that require a component. */
  readonly configurationArns: (component: string) => readonly string[]
  /** The time of the device's clock. */
  readonly deviceNowMs: () => number
  /** False, and the message is dropped, while offline. */
  readonly publish: (topic: string, payload: object, qos: 0 | 1) => boolean
}

/** A deployment that ended, as a fleet status message reports it. */
export interface EndedDeployment {
  readonly id: string
  readonly configurationArn: string
  readonly result: DeploymentResult
  readonly trigger: 'THING_GROUP_DEPLOYMENT' | 'THING_DEPLOYMENT'
}

/** Fleet status messages: the device, its components, the results of deployments. [source: fleet-status-message] */
export class FleetStatus {
  readonly #options: FleetStatusOptions
  #sequenceNumber = 0
  #lastChangeAtMs = Number.NEGATIVE_INFINITY
  #changed = new Set<ComponentService>()
  #deploying = false
  /** Versions of the components at the last message that could report a removal. */
  #known = new Map<string, string>()
  #online = false
  #cadenceTimer: Timer | null = null
  /** Messages about deployments are kept while offline; others are dropped. */
  #spooled: object[] = []

  constructor(options: FleetStatusOptions) {
    this.#options = options
  }

  launch(): void {
    this.#online = true
    this.#send('COMPLETE', 'NUCLEUS_LAUNCH', this.#options.services())
    this.#noteVersions()
    const { clock, stream } = this.#options
    this.#cadenceTimer = clock.after(Math.round(stream.between(0, CADENCE_MS)), () => this.#cadence())
  }

  /** The nucleus is down until the next launch. */
  stopped(): void {
    this.#cadenceTimer?.cancel()
    this.#changed.clear()
    this.#deploying = false
  }

  reconnected(): void {
    this.#online = true
    for (const message of this.#spooled.splice(0)) this.#publish(message)
    const changed = this.#present(this.#changed)
    this.#changed.clear()
    this.#send('PARTIAL', 'RECONNECT', changed)
  }

  disconnected(): void {
    this.#online = false
  }

  deploymentStarted(): void {
    this.#deploying = true
  }

  deploymentEnded({ id, configurationArn, result, trigger }: EndedDeployment): void {
    this.#deploying = false
    const { status, detailedStatus, failureCause, errorStack, errorTypes } = result
    this.#send(
      'PARTIAL',
      trigger,
      this.#options.services(),
      {
        status,
        statusDetails: { detailedStatus, failureCause, errorStack, errorTypes },
        fleetConfigurationArnForStatus: configurationArn,
        deploymentId: id,
        unchangedRootComponents: [],
      },
      this.#removed(),
    )
    this.#changed.clear()
    this.#noteVersions()
  }

  /** The installed services with the names of those that changed. [source: fleet-status-changes] */
  #present(changed: ReadonlySet<ComponentService>): ComponentService[] {
    const names = new Set([...changed].map(({ name }) => name))
    return this.#options.services().filter(({ name }) => names.has(name))
  }

  /** A removed component is reported once more. [source: fleet-status-changes] */
  #removed(): object[] {
    const left = new Set(this.#options.services().map(({ name }) => name))
    return [...this.#known]
      .filter(([name]) => !left.has(name))
      .map(([componentName, version]) => ({
        componentName,
        version,
        fleetConfigArns: [],
        isRoot: true,
        status: 'UNINSTALLED',
        componentStatusDetails: null,
      }))
  }

  #noteVersions(): void {
    this.#known = new Map(this.#options.services().map(({ name, version }) => [name, version]))
  }

  /** ERRORED is reported at once, other changes only outside a deployment. */
  componentChanged(service: ComponentService): void {
    const { state } = service
    const matters = state === 'ERRORED' || (!this.#deploying && (state === 'BROKEN' || state === 'RUNNING'))
    if (!matters) return
    this.#changed.add(service)
    const { clock } = this.#options
    const waitMs = this.#lastChangeAtMs + SPACING_MS - clock.nowMs()
    if (waitMs <= 0) this.#sendChanges()
    else clock.after(waitMs, () => this.#sendChanges())
  }

  #sendChanges(): void {
    // Kept while offline: the message after the reconnect carries them. [source: fleet-status-changes]
    if (this.#changed.size === 0 || !this.#online) return
    this.#lastChangeAtMs = this.#options.clock.nowMs()
    const changed = this.#present(this.#changed)
    this.#changed.clear()
    this.#send('PARTIAL', 'COMPONENT_STATUS_CHANGE', changed)
  }

  #cadence(): void {
    if (!this.#deploying) this.#send('COMPLETE', 'CADENCE', this.#options.services())
    this.#cadenceTimer = this.#options.clock.after(CADENCE_MS, () => this.#cadence())
  }

  #send(
    messageType: 'COMPLETE' | 'PARTIAL',
    trigger: string,
    services: readonly ComponentService[],
    deploymentInformation?: object,
    removed: readonly object[] = [],
  ): void {
    if (trigger === 'RECONNECT' && services.length === 0) return
    this.#sequenceNumber += 1
    const isBroken = this.#options.services().some(({ state }) => state === 'BROKEN')
    this.#publish({
      ggcVersion: NUCLEUS_VERSION,
      platform: 'linux',
      architecture: 'amd64',
      thing: this.#options.thing,
      overallDeviceStatus: isBroken ? 'UNHEALTHY' : 'HEALTHY',
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#options.deviceNowMs(),
      messageType,
      trigger,
      components: [...services.map((one) => describe(one, this.#options.configurationArns(one.name))), ...removed],
      ...(deploymentInformation && { deploymentInformation }),
    })
  }

  #publish(message: object): void {
    const topic = `$aws/things/${this.#options.thing}/greengrassv2/health/json`
    const sent = this.#options.publish(topic, message, 1)
    if (!sent && 'deploymentInformation' in message) this.#spooled.push(message)
  }
}

const describe = (
  { name, version, state, statusCode }: ComponentService,
  fleetConfigArns: readonly string[],
): object => ({
  componentName: name,
  version,
  fleetConfigArns,
  isRoot: true,
  status: state,
  componentStatusDetails:
    statusCode === null ? null : { statusCodes: [statusCode], statusReason: `An error occurred: ${statusCode}` },
})
