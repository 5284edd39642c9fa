import type { Messaging } from '../cloud/base/cloud-context.ts'
import type { Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'

/** What a level swaps: the links between devices and cloud, and between the controller and its services. */
export interface Level {
  readonly messaging: Messaging
  /** True where nobody can listen to the devices' samples: they may wait until somebody reads them. */
  readonly defersSamples: boolean
  /** Messages so far, for the report and the progress line. */
  readonly counts: { readonly published: number; readonly delivered: number }
  /** A link of this device; `events` are its own ears. */
  link(thing: string, events: DeviceLinkEvents): DeviceLink
  /** Opens the services to the controller, whose calls meet the faults on their way. */
  serve(services: Services, faults: ApiFaults): Promise<void>
  /** Where clients from outside can attach; null when there is nowhere. */
  readonly endpoints: LevelEndpoints | null
  close(): Promise<void>
}

/** Loopback addresses of a level with sockets. */
export interface LevelEndpoints {
  readonly mqttUrl: string
  readonly httpUrl: string
  readonly dynamoUrl: string
}

/** What the level tells the twin. */
export interface LevelEvents {
  /** Whether a client id is a registered thing; anybody else is an observer. */
  isThing(clientId: string): boolean
  onPublish(clientId: string, topic: string, payload: unknown): void
}

/** Deployed Lambda functions, by name. */
export interface LambdaFunctions {
  has(name: string): boolean
  /** Runs one with its payload. @throws what the function failed with */
  call(name: string, payload: unknown): Promise<object>
}
