import type { InFlight } from '../in-flight.ts'
import type { Level, LevelEndpoints, LevelEvents, Services } from '../level.ts'
import { type AwsEndpoint, startAwsEndpoint } from './aws-endpoint.ts'
import { startBroker } from './broker.ts'
import { type Dynamo, startDynamo } from './dynamo.ts'
import { MqttLink } from './mqtt-link.ts'

export interface WireOptions {
  readonly mqttPort: number
  readonly httpPort: number
  /** Told of every call of an AWS operation. */
  readonly onCall: (operation: string) => void
  /** The broker failed, or an operation threw what is no AWS error: the rehearsal cannot go on. */
  readonly onBug: (error: unknown) => void
}

/**
 * The wire level: an MQTT broker with a connection for every device, the AWS APIs over HTTP, DynamoDB by dynalite; all on
 * loopback.
 * @throws PortInUse; nothing is left open then
 */
export async function openWireLevel(events: LevelEvents, inFlight: InFlight, options: WireOptions): Promise<Level> {
  const links = new Map<string, MqttLink>()
  const broker = await startBroker({
    port: options.mqttPort,
    isThing: events.isThing,
    onPublish: events.onPublish,
    onForward: (clientId) => links.get(clientId)?.forwarded(),
    onPublishDone: (clientId) => links.get(clientId)?.publishDone(),
    onFailure: options.onBug,
  })
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
    link(thing, ears) {
      const link = new MqttLink(thing, broker.port, inFlight, ears)
      links.set(thing, link)
      return link
    },
    async serve(services: Services) {
      const { httpPort: port, onBug } = options
      endpoint = await startAwsEndpoint({ port, services, onCall: (_, operation) => options.onCall(operation), onBug })
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
