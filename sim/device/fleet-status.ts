import type { Clock } from '../clock.ts'
import type { Stream } from '../random.ts'
import type { ComponentService } from './component-service.ts'
import type { DeploymentResult } from './deployment-result.ts'

const NUCLEUS_VERSION = '2.18.0'
/** A complete message at least once a day. [nucleus: FleetStatusService] */
const CADENCE_MS = 86_400_000
/** Messages about component changes are this far apart. [nucleus: FleetStatusService] */
const SPACING_MS = 3_000

export interface FleetStatusOptions {
  readonly thing: string
  readonly clock: Clock
  readonly stream: Stream
  readonly services: () => readonly ComponentService[]
  /** False while offline: the message is dropped. */
  readonly publish: (topic: string, payload: object, qos: 0 | 1) => boolean
}

/** What ended, as a fleet status message tells it. */
export interface EndedDeployment {
  readonly id: string
  readonly configurationArn: string
  readonly result: DeploymentResult
  readonly trigger: 'THING_GROUP_DEPLOYMENT' | 'THING_DEPLOYMENT'
}

/** Fleet status messages: who the device is, what runs on it, what a deployment came to. [nucleus: FleetStatusDetails] */
export class FleetStatus {
  readonly #options: FleetStatusOptions
  #sequenceNumber = 0
  #lastChangeAtMs = Number.NEGATIVE_INFINITY
  #changed = new Set<ComponentService>()
  #deploying = false
  /** Messages about deployments survive an offline spell; others are dropped. */
  #spooled: object[] = []

  constructor(options: FleetStatusOptions) {
    this.#options = options
  }

  launch(): void {
    this.#send('COMPLETE', 'NUCLEUS_LAUNCH', this.#options.services())
    const { clock, stream } = this.#options
    clock.after(Math.round(stream.between(0, CADENCE_MS)), () => this.#cadence())
  }

  reconnected(): void {
    for (const message of this.#spooled.splice(0)) this.#publish(message)
    this.#send('PARTIAL', 'RECONNECT', [...this.#changed])
    this.#changed.clear()
  }

  deploymentStarted(): void {
    this.#deploying = true
  }

  deploymentEnded({ id, configurationArn, result, trigger }: EndedDeployment): void {
    this.#deploying = false
    const { status, detailedStatus, failureCause, errorStack, errorTypes } = result
    this.#send('PARTIAL', trigger, this.#options.services(), {
      status,
      statusDetails: { detailedStatus, failureCause, errorStack, errorTypes },
      fleetConfigurationArnForStatus: configurationArn,
      deploymentId: id,
      unchangedRootComponents: [],
    })
    this.#changed.clear()
  }

  /** ERRORED is told at once, other changes outside a deployment only. */
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
    if (this.#changed.size === 0) return
    this.#lastChangeAtMs = this.#options.clock.nowMs()
    const changed = [...this.#changed]
    this.#changed.clear()
    this.#send('PARTIAL', 'COMPONENT_STATUS_CHANGE', changed)
  }

  #cadence(): void {
    if (!this.#deploying) this.#send('COMPLETE', 'CADENCE', this.#options.services())
    this.#options.clock.after(CADENCE_MS, () => this.#cadence())
  }

  #send(
    messageType: 'COMPLETE' | 'PARTIAL',
    trigger: string,
    services: readonly ComponentService[],
    deploymentInformation?: object,
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
      timestamp: this.#options.clock.nowMs(),
      messageType,
      trigger,
      components: services.map(describe),
      ...(deploymentInformation && { deploymentInformation }),
    })
  }

  #publish(message: object): void {
    const topic = `$aws/things/${this.#options.thing}/greengrassv2/health/json`
    const sent = this.#options.publish(topic, message, 1)
    if (!sent && 'deploymentInformation' in message) this.#spooled.push(message)
  }
}

const describe = ({ name, version, state, statusCode }: ComponentService): object => ({
  componentName: name,
  version,
  fleetConfigArns: [],
  isRoot: true,
  status: state,
  componentStatusDetails:
    statusCode === null ? null : { statusCodes: [statusCode], statusReason: `An error occurred: ${statusCode}` },
})
