import type { Clock } from '../../kernel/clock.ts'
import type { Stream } from '../../kernel/random.ts'
import type { Trace } from '../../kernel/trace.ts'

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined }
export type JsonObject = { [key: string]: JsonValue | undefined }

/** How a cloud service speaks MQTT to devices and other subscribers. Nothing is delivered inside the call. */
export interface Messaging {
  /** An ordinary broker publish: whoever is subscribed gets it. */
  publish(topic: string, payload: object): void
  /** Straight to one connection, subscribed or not, not passing the broker. [iot: jobs accepted/rejected] */
  reply(clientId: string, topic: string, payload: object): void
  /** False when nobody could receive a publish to `topic`, so its payload need not be made. */
  hasSubscribers(topic: string): boolean
}

/** What every emulated service is built from. */
export interface CloudContext {
  readonly clock: Clock
  readonly trace: Trace
  readonly messaging: Messaging
  readonly region: string
  readonly accountId: string
  /** The named stream of chance for `label`, for identifiers and delays. */
  stream(label: string): Stream
}

/** One AWS operation: the SDK's input shape in, the SDK's output shape out, an AwsError thrown. Pure over the twin's state. */
// biome-ignore lint/suspicious/noExplicitAny: each operation narrows its own input to the SDK's type for it
export type Operation = (input: any) => object

/** The operations of one service by their AWS names, e.g. `CreateDeployment`. */
export type Operations = Readonly<Record<string, Operation>>

/** Operations by the service's signing name: greengrass, iot, iotdata, iot-jobs-data, events, sns. */
export type Services = ReadonlyMap<string, Operations>
