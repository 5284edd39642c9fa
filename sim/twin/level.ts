import type { Messaging } from '../cloud/base/cloud-context.ts'
import type { HttpSender } from '../cloud/base/http-sender.ts'
import type { Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'

/** What a level replaces: the links between devices and cloud, and between the controller and its services. */
export interface Level {
  readonly messaging: Messaging
  /** Sends HTTP requests to clients; null if the level has no sockets. */
  readonly http: HttpSender | null
  /** True if no client outside the twin can receive the devices' samples: they may wait until the shadow is read. */
  readonly defersSamples: boolean
  /** Messages so far, for the report and the progress line. */
  readonly counts: { readonly published: number; readonly delivered: number }
  /** A link of this device, which receives `events`. */
  link(thing: string, events: DeviceLinkEvents): DeviceLink
  /** Opens the services to the controller; its calls pass through the API faults. */
  serve(services: Services, faults: ApiFaults): Promise<void>
  /** Where clients outside the twin can connect; null if the level has no sockets. */
  readonly endpoints: LevelEndpoints | null
  close(): Promise<void>
}

/** Loopback addresses of a level with sockets. */
export interface LevelEndpoints {
  readonly mqttUrl: string
  readonly httpUrl: string
}

/** What the level needs of the twin. */
export interface LevelEvents {
  /** Whether a client id is a registered thing; other clients are observers. */
  isThing(clientId: string): boolean
  nowMs(): number
  /** `client` is null for the twin's own devices. */
  onPublish(clientId: string, topic: string, payload: unknown, client: OutsideClient | null): void
  /** A client from outside has connected with this client id, or has gone. */
  onOutside(clientId: string, isConnected: boolean): void
  /** What clients from outside do. */
  readonly outside: OutsideClients
}

/** Deployed Lambda functions, by name. */
export interface LambdaFunctions {
  has(name: string): boolean
  /** The names of all. */
  names(): readonly string[]
  /** Runs one with its payload for a client from outside. @throws what the function failed with */
  call(name: string, payload: unknown, client: OutsideClient): Promise<object>
}
