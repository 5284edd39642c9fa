import { shadowTopic } from '../../controller/contract.ts'
import { NUCLEUS_VERSION } from '../kernel/core-software.ts'
import type { DeviceLink } from '../kernel/link.ts'
import type { DeploymentResult } from './deployment-result.ts'

const SHADOW = 'AWSManagedGreengrassV2Deployment'

/** Topic filters that a device subscribes to while it is connected. */
export function deploymentFilters(thing: string): readonly string[] {
  const topic = shadowTopic(thing, SHADOW)
  return [`${topic}/update/accepted`, `${topic}/update/rejected`, `${topic}/get/accepted`]
}

export interface ShadowDeploymentEvents {
  onDeployment(document: unknown, configurationArn: string): void
  onCancel(configurationArn: string): void
}

interface Reported {
  readonly fleetConfigurationArnForStatus?: string
  readonly status?: string
}

interface ShadowMessage {
  readonly version?: number
  readonly state?: {
    readonly desired?: { readonly fleetConfig?: string; readonly desiredStatus?: string }
    readonly reported?: Reported
  }
}

/** Deployments to this thing alone arrive as the desired state of a named shadow. [source: deployment-shadow] */
export class ShadowDeployments {
  readonly #topic: string
  readonly #link: DeviceLink
  readonly #events: ShadowDeploymentEvents
  #connected = false
  #version = 0
  #lastArn: string | null = null
  #lastStatus: string | null = null
  /** The last status of a deployment. */
  #lastReport: (Reported & Readonly<Record<string, unknown>>) | null = null

  constructor(thing: string, link: DeviceLink, events: ShadowDeploymentEvents) {
    this.#topic = shadowTopic(thing, SHADOW)
    this.#link = link
    this.#events = events
  }

  subscribed(): void {
    this.#connected = true
    this.#get()
  }

  disconnected(): void {
    this.#connected = false
  }

  /** The nucleus loses what it keeps only in memory. */
  restarted(): void {
    this.#version = 0
    this.#lastArn = null
    this.#lastStatus = null
  }

  report(configurationArn: string, status: 'IN_PROGRESS' | 'CANCELED' | DeploymentResult): void {
    const result = typeof status === 'string' ? null : status
    this.#send({
      fleetConfigurationArnForStatus: configurationArn,
      status: typeof status === 'string' ? status : status.status,
      // Empty strings and lists clear the values of an earlier deployment. [source: deployment-shadow]
      statusDetails: {
        detailedStatus: result?.detailedStatus ?? null,
        failureCause: result?.failureCause ?? '',
        errorStack: result?.errorStack ?? [],
        errorTypes: result?.errorTypes ?? [],
      },
      ggcVersion: NUCLEUS_VERSION,
    })
  }

  handle(topic: string, payload: unknown): void {
    if (topic === `${this.#topic}/update/rejected`) return this.#rejected(payload as { code?: number })
    if (topic !== `${this.#topic}/update/accepted` && topic !== `${this.#topic}/get/accepted`) return
    const message = payload as ShadowMessage
    if ((message.version ?? 0) < this.#version) return
    this.#version = message.version ?? this.#version
    if (topic.endsWith('/get/accepted')) this.#sync(message.state?.reported)
    this.#take(message.state)
  }

  /** Only a newer version can make the same report acceptable; after another refusal it would be refused without end. */
  #rejected({ code }: { code?: number }): void {
    if (code === 409) this.#get()
  }

  #take(state: ShadowMessage['state']): void {
    const { fleetConfig, desiredStatus } = state?.desired ?? {}
    if (desiredStatus === 'CANCELED' && this.#lastArn !== null && this.#lastStatus !== 'CANCELED') {
      this.#lastStatus = desiredStatus
      return this.#events.onCancel(this.#lastArn)
    }
    if (fleetConfig === undefined || desiredStatus !== 'SUCCEEDED') return
    const document = parsed(fleetConfig)
    const arn = document?.configurationArn
    const reported = state?.reported
    const isDone = reported?.fleetConfigurationArnForStatus === arn && reported?.status !== 'IN_PROGRESS'
    if (typeof arn !== 'string' || arn === this.#lastArn || isDone) return
    this.#lastArn = arn
    this.#lastStatus = desiredStatus
    this.#events.onDeployment(document, arn)
  }

  /** Reports again if the complete document shows another status. [source: deployment-shadow] */
  #sync(reported: Reported | undefined): void {
    const last = this.#lastReport
    if (last === null) return
    const isKnown =
      reported?.fleetConfigurationArnForStatus === last.fleetConfigurationArnForStatus &&
      reported?.status === last.status
    if (!isKnown) this.#send(last)
  }

  #get(): void {
    if (this.#connected) this.#link.publish(`${this.#topic}/get`, {}, 1)
  }

  /** Kept while offline; after a conflict the following get returns the version for sending it again. */
  #send(reported: Reported & Readonly<Record<string, unknown>>): void {
    this.#lastReport = reported
    if (!this.#connected) return
    const version = this.#version === 0 ? {} : { version: this.#version }
    this.#link.publish(`${this.#topic}/update`, { state: { reported }, ...version }, 1)
  }
}

/** Undefined if it is not a JSON object: such a desired state is ignored. [source: deployment-shadow] */
function parsed(fleetConfig: string): { readonly configurationArn?: unknown } | undefined {
  try {
    return JSON.parse(fleetConfig) ?? undefined
  } catch {
    return undefined
  }
}
