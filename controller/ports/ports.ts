import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { StageName } from '../contract.ts'
import type { HealthSample } from '../evidence/snapshot.ts'
import type { NotificationMessage } from '../messages/notifications.ts'

/** One device as the fleet index shows it. */
export interface DeviceReading {
  readonly thing: string
  readonly groups: readonly string[]
  readonly line: number
  /** Of the thing. */
  readonly attributes: Readonly<Record<string, string>>
  readonly connected: boolean
  /** Null when there is no health document, or none that can be read. */
  readonly sample: HealthSample | null
}

/** Reads the whole fleet in bulk, never one call per device. */
export interface FleetHealth {
  /** Every device of the thing groups. */
  read(groups: readonly string[]): Promise<readonly DeviceReading[]>
}

/** What a deployment gives to the devices of a target, as the API spells it. */
export interface DeploymentSpec
  extends Readonly<Pick<CreateDeploymentRequest, 'deploymentPolicies' | 'iotJobConfiguration'>> {
  readonly deploymentName: string
  /** Component versions by name; configuration updates ride along unread. */
  readonly components: Readonly<Record<string, { readonly componentVersion: string; readonly [key: string]: unknown }>>
}

export interface CreatedDeployment {
  readonly deploymentId: string
  readonly jobId: string
}

export interface DeviceExecution {
  readonly thing: string
  /** QUEUED, IN_PROGRESS, SUCCEEDED, FAILED, REJECTED, TIMED_OUT, REMOVED, CANCELED. [source: execution-status] */
  readonly status: string
  /** When it became so, by the cloud's clock; absent where the service does not say. */
  readonly updatedAtMs?: number
}

export interface CurrentDeployment extends CreatedDeployment {
  readonly spec: DeploymentSpec
  /** The token that it was created with; null if the controller did not create it. */
  readonly clientToken: string | null
}

export interface Deployments {
  /** The newest revision of the group's deployment, or null if it never had one. */
  current(group: StageName): Promise<CurrentDeployment | null>
  /** The newest deployment of every thing group that has one: its id by the group's name. */
  newest(): Promise<Readonly<Record<string, string>>>
  /** A new revision for the group; the same token twice within hours is one deployment. [source: client-token] */
  create(group: StageName, spec: DeploymentSpec, clientToken: string): Promise<CreatedDeployment>
  /** Stops what has not begun; a deployment that is no longer active is left as it is. */
  cancel(deploymentId: string): Promise<void>
  executions(jobId: string): Promise<readonly DeviceExecution[]>
  isDeployable(component: string, version: string): Promise<boolean>
  hasGroup(group: string): Promise<boolean>
  /** Moves a device from one group to another; idempotent, also when only half of it was done before. */
  move(thing: string, from: string, to: string): Promise<void>
}

/** A stored document with its version, which a conditional write must name. */
export interface Stored<T> {
  readonly value: T
  readonly version: number
}

/** Documents by key, with conditional writes. */
export interface RolloutStore {
  get<T>(key: string): Promise<Stored<T> | null>
  /** Writes whatever is there; not for documents that are written with `putIf`. */
  put<T>(key: string, value: T): Promise<void>
  /**
   * Writes only if the document still has `expectedVersion` (0: does not exist); returns the new version.
   * @throws StaleRollout
   */
  putIf<T>(key: string, value: T, expectedVersion: number): Promise<number>
  /** Nothing happens where there is none. */
  delete(key: string): Promise<void>
}

export interface EventSink {
  put(detailType: string, detail: object): Promise<void>
}

/** What on-call is paged with. The code of the message is the reason code of the notification. */
export interface Notification {
  readonly rolloutId: string
  readonly message: NotificationMessage
}

export interface Notifications {
  /** Pages on-call; the same again is another page. */
  notify(notification: Notification): Promise<void>
}

/** All that the controller touches. Time is not among it: it comes with the call. */
export interface Ports {
  readonly health: FleetHealth
  readonly deployments: Deployments
  readonly store: RolloutStore
  readonly events: EventSink
  readonly notifications: Notifications
}
