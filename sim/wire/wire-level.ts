import type { Services } from '../cloud/base/operations.ts'
import { DEFAULT_QUOTAS, type Quotas } from '../cloud/base/quotas.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import type { InFlight } from '../kernel/in-flight.ts'
import type { LambdaFunctions, Level, LevelEndpoints, LevelEvents } from '../twin/level.ts'
import { type AwsEndpoint, startAwsEndpoint } from './aws-endpoint.ts'
import { startBroker } from './broker.ts'
import { FLEET_CLIENT_ID, FleetConnection } from './fleet-connection.ts'
import { HttpDeliveries } from './http-deliveries.ts'
import { clientIdOf, MqttLink } from './mqtt-link.ts'
import { requireOpenFiles } from './open-files.ts'
import type { Credentials } from './sign-in.ts'

export interface WireOptions {
  /** A connection for every device unless multiplexed. */
  readonly connections?: 'per-device' | 'multiplexed' | undefined
  /** Devices that will connect. */
  readonly devices: number
  /** Loopback ports; any free one if absent. */
  readonly mqttPort?: number | undefined
  readonly httpPort?: number | undefined
  /** What the controller signs with: a secret that no other process knows. Without it every client is an outside one. */
  readonly controller?: Credentials | undefined
  /** The functions that Lambda's Invoke API calls. */
  readonly functions?: LambdaFunctions | undefined
  readonly quotas?: Quotas | undefined
  /** Called for every call that the controller makes of an AWS operation. */
  readonly onCall: (operation: string) => void
  /** A client from outside put events on the bus. */
  readonly onForeignEvents?: ((eventIds: readonly string[], client: OutsideClient) => void) | undefined
  /** The broker failed, or an operation threw an error that is no AWS error: the rehearsal must end. */
  readonly onBug: (error: unknown) => void
}

/** A device that should be online is not, for a reason that the scenario does not know: the result is not valid. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  readonly exitCode = 70

  constructor(clientId: string, cause: Error | undefined) {
    const why = cause === undefined ? '' : `: ${cause.message}`
    super(`the MQTT connection of ${clientId} was lost, although nothing in the scenario says so${why}`, { cause })
  }
}

/**
 * The wire level: an MQTT broker with a connection for every device, and the AWS APIs over HTTP, DynamoDB among them; all
 * on loopback.
 * @throws PortInUse, TooFewOpenFiles; nothing is left open then
 */
export async function openWireLevel(events: LevelEvents, inFlight: InFlight, options: WireOptions): Promise<Level> {
  const isShared = options.connections === 'multiplexed'
  requireOpenFiles(isShared ? 1 : options.devices)
  /** By client id. */
  const links = new Map<string, MqttLink>()
  const broker = await startBroker({
    port: options.mqttPort ?? 0,
    isThing: events.isThing,
    quotas: options.quotas ?? DEFAULT_QUOTAS,
    nowMs: events.nowMs,
    onPublish: events.onPublish,
    onMessage: (topic, payload) => events.onPublish('', topic, payload, null),
    own: {
      onForward: (connection) => links.get(clientIdOf(connection))?.forwarded(connection),
      onPublishDone: (connection) => links.get(clientIdOf(connection))?.publishDone(connection),
      onGone: (connection) => links.get(clientIdOf(connection))?.gone(),
      onTakenOver: (connection) => links.get(clientIdOf(connection))?.takenOver(connection),
    },
    onOutside: events.onOutside,
    outside: events.outside,
    onFailure: options.onBug,
  })
  const fleet = isShared
    ? new FleetConnection(broker.ownAccess, inFlight, (cause) =>
        options.onBug(new ConnectionLost(FLEET_CLIENT_ID, cause)),
      )
    : null
  if (fleet !== null) links.set(FLEET_CLIENT_ID, fleet.connection)
  const http = new HttpDeliveries(events.outside)
  let endpoint: AwsEndpoint | null = null
  let endpoints: LevelEndpoints | null = null
  return {
    messaging: broker,
    http,
    defersSamples: false,
    counts: broker.counts,
    get endpoints() {
      return endpoints
    },
    link(thing, linkEvents) {
      if (fleet !== null) return fleet.link(thing, linkEvents)
      const link = new MqttLink(thing, broker.ownAccess, inFlight, linkEvents, (cause) =>
        options.onBug(new ConnectionLost(thing, cause)),
      )
      links.set(thing, link)
      return link
    },
    async serve(services: Services, faults: ApiFaults) {
      const { httpPort: port = 0, functions, controller = null, onForeignEvents, onBug } = options
      const onCall = (_: string, operation: string): void => options.onCall(operation)
      const { outside } = events
      const served = { services, functions, faults, onCall, onForeignEvents, onBug }
      endpoint = await startAwsEndpoint({ port, controller, outside, ...served })
      http.ownUrl = endpoint.url
      endpoints = { mqttUrl: broker.url, httpUrl: endpoint.url }
    },
    async close() {
      http.close()
      await Promise.all([...links.values()].map((link) => link.close()))
      await broker.close()
      await endpoint?.close()
    },
  }
}
