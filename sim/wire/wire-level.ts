import type { Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import type { InFlight } from '../kernel/in-flight.ts'
import type { LambdaFunctions, Level, LevelEndpoints, LevelEvents } from '../twin/level.ts'
import { type AwsEndpoint, startAwsEndpoint } from './aws-endpoint.ts'
import { startBroker } from './broker.ts'
import { type Dynamo, startDynamo } from './dynamo.ts'
import { FLEET_CLIENT_ID, FleetConnection } from './fleet-connection.ts'
import { clientIdOf, MqttLink } from './mqtt-link.ts'
import { requireOpenFiles } from './open-files.ts'

export interface WireOptions {
  /** A connection for every device unless multiplexed. */
  readonly connections?: 'per-device' | 'multiplexed' | undefined
  /** Devices that will connect. */
  readonly devices: number
  /** Loopback ports; any free one if absent. */
  readonly mqttPort?: number | undefined
  readonly httpPort?: number | undefined
  /** The functions that Lambda's Invoke API calls. */
  readonly functions?: LambdaFunctions | undefined
  /** Called for every call of an AWS operation. */
  readonly onCall: (operation: string) => void
  /** The broker failed, or an operation threw an error that is no AWS error: the rehearsal must end. */
  readonly onBug: (error: unknown) => void
}

/**
 * The wire level: an MQTT broker with a connection for every device, the AWS APIs over HTTP, DynamoDB by dynalite; all on
 * loopback.
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
    nowMs: events.nowMs,
    onPublish: events.onPublish,
    own: {
      onForward: (connection) => links.get(clientIdOf(connection))?.forwarded(connection),
      onPublishDone: (connection) => links.get(clientIdOf(connection))?.publishDone(connection),
      onGone: (connection) => links.get(clientIdOf(connection))?.gone(),
    },
    onOutside: events.onOutside,
    outside: events.outside,
    onFailure: options.onBug,
  })
  const fleet = isShared ? new FleetConnection(broker.ownAccess, inFlight) : null
  if (fleet !== null) links.set(FLEET_CLIENT_ID, fleet.connection)
  let endpoint: AwsEndpoint | null = null
  let dynamo: Dynamo | null = null
  let endpoints: LevelEndpoints | null = null
  return {
    messaging: broker,
    defersSamples: false,
    counts: broker.counts,
    get endpoints() {
      return endpoints
    },
    link(thing, linkEvents) {
      if (fleet !== null) return fleet.link(thing, linkEvents)
      const link = new MqttLink(thing, broker.ownAccess, inFlight, linkEvents)
      links.set(thing, link)
      return link
    },
    async serve(services: Services, faults: ApiFaults) {
      const { httpPort: port = 0, functions, onBug } = options
      const onCall = (_: string, operation: string): void => options.onCall(operation)
      endpoint = await startAwsEndpoint({ port, services, functions, faults, onCall, onBug })
      dynamo = await startDynamo()
      endpoints = { mqttUrl: broker.url, httpUrl: endpoint.url, dynamoUrl: dynamo.url }
    },
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()))
      await broker.close()
      await endpoint?.close()
      await dynamo?.close()
    },
  }
}
