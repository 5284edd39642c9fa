import type { EventEmitter } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import type { Messaging } from '../cloud/base/cloud-context.ts'
import { PortInUse } from './port-in-use.ts'
import { TopicFilters } from './topic-filters.ts'

/** What IoT Core allows of one message. [source: message-limits] */
const MAX_PAYLOAD_BYTES = 128 * 1024
const MAX_TOPIC_BYTES = 256

/**
 * Services publish at QoS 0 only: aedes drops a QoS 1 message that a QoS 0 message to the same subscriber overtakes.
 * Nothing is lost on loopback, and a subscriber's QoS is only an upper bound.
 */
const SERVICE_QOS = 0

export interface BrokerOptions {
  /** Loopback port; 0 lets the system choose. */
  readonly port: number
  /** True for a client id that is a registered thing: it may use only its own topics. Any other client is an observer. */
  readonly isThing: (clientId: string) => boolean
  /** A client's publish was accepted; `payload` is undefined when it is not JSON. */
  readonly onPublish: (clientId: string, topic: string, payload: unknown) => void
  /** A message is about to be written to this client; called once per delivery. */
  readonly onForward: (clientId: string) => void
  /** The publish of this client has been dealt with, accepted or not. */
  readonly onPublishDone: (clientId: string) => void
  /** The broker has noticed that a client's connection is gone. */
  readonly onGone: (clientId: string) => void
  /** The broker itself has failed. */
  readonly onFailure: (error: BrokerFailed) => void
}

/** The broker failed during the rehearsal, whose result is not valid from then on. */
export class BrokerFailed extends Error {
  override readonly name = 'BrokerFailed'
  readonly exitCode = 70

  constructor(cause: Error) {
    super(`the MQTT broker failed: ${cause.message}`, { cause })
  }
}

export interface Broker extends Messaging {
  readonly url: string
  readonly port: number
  /** Publishes accepted from clients and services, and deliveries written to clients. */
  readonly counts: { published: number; delivered: number }
  close(): Promise<void>
}

/**
 * The MQTT 3.1.1 broker of the twin on 127.0.0.1, with the rules of AWS IoT Core that matter to a device: client id =
 * thing name, own topics only, no QoS 2, no retained `$` topics, size limits; a second connection of one id takes over.
 * @throws PortInUse
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const filters = new TopicFilters()
  const counts = { published: 0, delivered: 0 }
  const aedes = await Aedes.createBroker(brokerRules(options, counts))
  followSubscriptions(aedes, filters, options)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    aedes.handle(socket)
  })
  const port = await listen(server, options.port).catch(async (error: unknown) => {
    await close(aedes, server, sockets) // its timers would keep the process alive
    throw error
  })
  const fail = (error?: Error | null): void => {
    if (error) options.onFailure(new BrokerFailed(error))
  }
  server.on('error', fail)
  ;(aedes as unknown as EventEmitter).on('error', fail)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    counts,
    publish(topic, payload) {
      if (!filters.matches(topic)) return
      counts.published += 1
      aedes.publish(packetOf(topic, payload), fail)
    },
    reply(clientId, topic, payload) {
      const client = (aedes as unknown as { clients: Record<string, Client> }).clients[clientId]
      if (client === undefined) return
      counts.published += 1
      client.publish(packetOf(topic, payload), fail)
    },
    hasSubscribers: (topic) => filters.matches(topic),
    close: () => close(aedes, server, sockets),
  }
}

/** Who may connect, publish and subscribe, and what is counted and reported of each message. */
function brokerRules(options: BrokerOptions, counts: Broker['counts']): AedesOptions {
  return {
    // The default recurses through queued deliveries and overflows the stack at some thousand in flight.
    concurrency: 0,
    authenticate: (client, _username, _password, done) => {
      if (client.id.startsWith('$') || Buffer.byteLength(client.id) > 128) {
        return done(Object.assign(new Error('client id refused'), { returnCode: 2 as const }), false)
      }
      done(null, true)
    },
    authorizePublish: (client, packet, done) => {
      const refusal = client === null ? null : publishRefusal(options.isThing(client.id), client.id, packet)
      if (refusal === null) return done(null)
      options.onPublishDone((client as Client).id)
      done(new Error(refusal)) // aedes closes the connection, as IoT Core does. [source: denied-publish]
    },
    authorizeSubscribe: (client, subscription, done) => {
      // QoS 2 gets no acknowledgement in AWS; here the filter is refused with 0x80. [source: qos-2]
      const allowed = subscription.qos < 2 && mayUse(options.isThing(client.id), client.id, subscription.topic)
      done(null, allowed ? subscription : null)
    },
    authorizeForward: (client, packet) => {
      counts.delivered += 1
      options.onForward(client.id)
      return packet
    },
    published: (packet, client, done) => {
      if (client !== null && client !== undefined) {
        counts.published += 1
        options.onPublish(client.id, packet.topic, parsePayload(packet.payload as Buffer))
        options.onPublishDone(client.id)
      }
      done(null)
    },
  }
}

function followSubscriptions(aedes: Aedes, filters: TopicFilters, { onGone }: BrokerOptions): void {
  aedes.on('subscribe', (subscriptions, client) => {
    for (const { topic } of subscriptions) filters.add(client.id, topic)
  })
  aedes.on('unsubscribe', (topics, client) => {
    for (const topic of topics) filters.remove(client.id, topic)
  })
  aedes.on('clientDisconnect', (client) => {
    filters.removeClient(client.id)
    onGone(client.id)
  })
  // A client that breaks the protocol loses its connection and nothing else; the closed socket reports it to the client.
  aedes.on('clientError', (client) => client.close())
  aedes.on('connectionError', (client) => client.close())
}

const packetOf = (topic: string, payload: object): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(JSON.stringify(payload)),
  qos: SERVICE_QOS,
  dup: false,
  retain: false,
})

function publishRefusal(isThing: boolean, clientId: string, packet: PublishPacket): string | null {
  if (packet.qos === 2) return 'QoS 2 is not supported'
  if (packet.payload.length > MAX_PAYLOAD_BYTES) return `payload above ${MAX_PAYLOAD_BYTES} bytes`
  if (Buffer.byteLength(packet.topic) > MAX_TOPIC_BYTES) return `topic above ${MAX_TOPIC_BYTES} bytes`
  if (packet.retain && packet.topic.startsWith('$')) return 'retained messages are not allowed on $ topics'
  return mayUse(isThing, clientId, packet.topic) ? null : `not authorised for ${packet.topic}`
}

/**
 * A thing may use `$aws/things/<itself>/...` and topics outside `$aws`; an observer may use anything.
 * [source: device-policy]
 */
function mayUse(isThing: boolean, clientId: string, topic: string): boolean {
  if (!topic.startsWith('$')) return true
  return !isThing || topic.startsWith(`$aws/things/${clientId}/`)
}

function parsePayload(payload: Buffer): unknown {
  if (payload.length === 0) return {} // an empty request is a valid get or delete [source: shadow-topics]
  try {
    return JSON.parse(payload.toString())
  } catch {
    return undefined
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse('MQTT', port) : error),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

async function close(aedes: Aedes, server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  await new Promise<void>((resolve) => aedes.close(resolve))
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
