import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import type { ClientMessage, Messaging } from '../cloud/base/cloud-context.ts'
import type { Quotas } from '../cloud/base/quotas.ts'
import { RetainedMessages } from '../cloud/base/retained-messages.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'
import { clientsOf, closeWith, internalsOf, persistenceOf } from './aedes-internals.ts'
import { BROKER_LIMITS, NEVER_MS } from './broker-limits.ts'
import { ConnectSlots } from './connect-slots.ts'
import { guardConnection } from './connection-guard.ts'
import { hasWildcard, publishRefusal, type TopicUser } from './mqtt-topics.ts'
import { PortInUse } from './port-in-use.ts'
import { Presence, type PresenceEvent, presenceTopic } from './presence.ts'
import { Sessions } from './sessions.ts'
import { TopicFilters } from './topic-filters.ts'

/**
 * Services publish at QoS 0 only: aedes drops a QoS 1 message that a QoS 0 message to the same subscriber overtakes.
 * Nothing is lost on loopback, and a subscriber's QoS is only an upper bound.
 */
const SERVICE_QOS = 0

/** What the twin's own connections are told, each by the name that it connected with. */
export interface OwnConnections {
  /** A message is about to be written to this connection; called once per delivery. */
  onForward(connection: string): void
  /** A publish on this connection has been dealt with, accepted or not. */
  onPublishDone(connection: string): void
  /** The broker has noticed that this connection is gone. */
  onGone(connection: string): void
  /** A client from outside takes its client id over: the connection is about to be closed. */
  onTakenOver(connection: string): void
}

export interface BrokerOptions {
  /** Loopback port for clients from outside; 0 lets the system choose. */
  readonly port: number
  /** True for a client id that is a registered thing: it may use only its own topics. Any other client is an observer. */
  readonly isThing: (clientId: string) => boolean
  readonly quotas: Quotas
  readonly nowMs: () => number
  /** A client's publish was accepted; `payload` is undefined when it is not JSON, `client` null for the twin's own. */
  readonly onPublish: (clientId: string, topic: string, payload: unknown, client: OutsideClient | null) => void
  /** A message by HTTP was accepted. */
  readonly onMessage: (topic: string, payload: unknown) => void
  readonly own: OwnConnections
  /** A client from outside has connected with this client id, or has gone. */
  readonly onOutside: (clientId: string, isConnected: boolean) => void
  readonly outside: OutsideClients
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

/** How the twin's own devices connect: a port that is not announced, and a secret of this run. */
export interface OwnAccess {
  readonly port: number
  readonly password: string
  readonly slots: ConnectSlots
}

export interface Broker extends Messaging {
  readonly url: string
  readonly port: number
  readonly ownAccess: OwnAccess
  /** Publishes accepted from clients and services, and deliveries written to clients. */
  readonly counts: { published: number; delivered: number }
  close(): Promise<void>
}

/**
 * The MQTT 3.1.1 broker of the twin on 127.0.0.1, with the rules of AWS IoT Core that matter to a device: client id =
 * thing name, own topics only, no QoS 2, no retained `$` topics, size limits; a second connection of one id takes over.
 * The twin's own devices have a port of their own, so that no limit or timeout for clients from outside concerns them.
 * @throws PortInUse
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const broker = new BrokerState(options)
  const aedes = await Aedes.createBroker(broker.rules())
  broker.attach(aedes)
  const sockets = new Set<Socket>()
  const outsideServer = createServer((socket) => accept(socket, sockets, (one) => broker.acceptOutside(one)))
  const ownServer = createServer((socket) => accept(socket, sockets, (one) => broker.acceptOwn(one)))
  const servers = [outsideServer, ownServer]
  const ports = await Promise.all([listen(outsideServer, options.port), listen(ownServer, 0)]).catch(
    async (error: unknown) => {
      await close(aedes, servers, sockets) // its timers would keep the process alive
      throw error
    },
  )
  const [port, ownPort] = ports as [number, number]
  for (const server of servers) server.on('error', broker.fail)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    ownAccess: { port: ownPort, password: broker.password, slots: new ConnectSlots() },
    counts: broker.counts,
    publish: (topic, payload) => broker.publish(topic, payload),
    reply: (clientId, topic, payload) => broker.reply(clientId, topic, payload),
    hasSubscribers: (topic) => broker.hasSubscribers(topic),
    accept: (message) => broker.accept(message),
    retained: broker.retained,
    close: () => close(aedes, servers, sockets),
  }
}

/** Who is connected, who may do what, and what is counted and reported of each message. */
class BrokerState {
  readonly filters = new TopicFilters()
  readonly counts = { published: 0, delivered: 0 }
  readonly retained: RetainedMessages
  readonly password = randomBytes(24).toString('base64url')
  readonly #options: BrokerOptions
  /** The names of the twin's own connections. */
  readonly #own = new WeakMap<Client, string>()
  readonly #ownSockets = new WeakSet<Socket>()
  readonly #presence: Presence
  #sessions: Sessions | null = null
  #connections = 0
  #aedes: Aedes | null = null

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#presence = new Presence(options.nowMs)
    this.retained = new RetainedMessages({
      maxMessages: options.quotas.retainedMessages,
      maxBytes: BROKER_LIMITS.maxRetainedBytes,
    })
  }

  readonly fail = (error?: Error | null): void => {
    if (error) this.#options.onFailure(new BrokerFailed(error))
  }

  attach(aedes: Aedes): void {
    this.#aedes = aedes
    ;(aedes as unknown as EventEmitter).on('error', this.fail)
    const persistence = persistenceOf(aedes)
    this.#sessions = new Sessions(persistence, this.#options.quotas, this.#options.nowMs)
    // A subscription with a wildcard gets no retained message. [source: retained-wildcards]
    const retained = persistence.createRetainedStreamCombi.bind(persistence)
    persistence.createRetainedStreamCombi = (wanted) => retained(wanted.filter((filter) => !hasWildcard(filter)))
    aedes.on('subscribe', (subscriptions, client) => {
      for (const { topic } of subscriptions) this.filters.add(client.id, topic)
      if (!this.#own.has(client)) this.#options.outside.read(idOf(client), 'SUBSCRIBE')
    })
    aedes.on('unsubscribe', (topics, client) => {
      for (const topic of topics) this.filters.remove(client.id, topic)
    })
    aedes.on('client', (client) => this.#connected(client))
    aedes.on('clientDisconnect', (client) => this.#gone(client))
    // A client that breaks the protocol loses its connection and nothing else; the closed socket reports it to the client.
    aedes.on('clientError', (client, error) => this.#broke(client, error))
    aedes.on('connectionError', (client, error) => this.#broke(client, error))
  }

  acceptOwn(socket: Socket): void {
    this.#ownSockets.add(socket)
    this.#handle(socket)
  }

  acceptOutside(socket: Socket): void {
    this.#connections += 1
    socket.on('close', () => {
      this.#connections -= 1
    })
    if (this.#connections > this.#options.quotas.connections) {
      socket.destroy()
      return this.#options.outside.failed(UNKNOWN, 'CONNECT', 'LimitExceeded', 'too many connections')
    }
    guardConnection(this.#handle(socket), socket, this.#options.quotas, (clientId) => this.#userOf(clientId))
  }

  /** Nothing waits for a reader: one that is slow would hold everybody else. `#forward` closes it when it is too far behind. */
  #handle(socket: Socket): Client {
    const client = (this.#aedes as Aedes).handle(socket)
    internalsOf(client).waitForDrain = (done) => queueMicrotask(() => done(null, client))
    return client
  }

  /** Who may connect, publish and subscribe, and what is counted and reported of each message. */
  rules(): AedesOptions {
    return {
      // The default recurses through queued deliveries and overflows the stack at some thousand in flight.
      concurrency: 0,
      // No timer of aedes may end a connection of the twin's own, however long the machine sleeps.
      connectTimeout: NEVER_MS,
      drainTimeout: 0,
      queueLimit: 1_000,
      authenticate: (client, username, password, done) => {
        const answer = (refusal: string | null): void =>
          refusal === null
            ? done(null, true)
            : done(Object.assign(new Error(refusal), { returnCode: 2 as const }), false)
        if (this.#ownSockets.has(internalsOf(client).conn)) return answer(this.#ownRefusal(client, username, password))
        this.#outsideRefusal(client).then(answer, (error: Error) => answer(error.message))
      },
      authorizePublish: (client, packet, done) => {
        const refusal = client === null ? null : this.#publishRefusal(client, packet)
        if (refusal === null) return done(null)
        const own = this.#own.get(client as Client)
        if (own !== undefined) this.#options.own.onPublishDone(own)
        done(new Error(refusal)) // aedes closes the connection, as IoT Core does. [source: denied-publish]
      },
      authorizeForward: (client, packet) => this.#forward(client, packet as PublishPacket),
      published: (packet, client, done) => {
        if (client) this.#published(client, packet as PublishPacket)
        done(null)
      },
    } as AedesOptions
  }

  hasSubscribers(topic: string): boolean {
    return this.filters.matches(topic) || (this.#sessions as Sessions).awaits(topic)
  }

  publish(topic: string, payload: object): void {
    if (!this.hasSubscribers(topic)) return
    const packet = packetOf(topic, payload)
    this.counts.published += 1
    ;(this.#aedes as Aedes).publish(packet, this.fail)
    const sessions = this.#sessions as Sessions
    if (sessions.awaits(topic)) sessions.owe(packet).catch(this.fail)
  }

  /** A message by HTTP: whoever sends it may use the topics of every thing. */
  accept({ topic, payload, qos, retain }: ClientMessage): string | null {
    const user = { clientId: '', isThing: false }
    const refusal = publishRefusal(user, { topic, qos, retain, payloadBytes: payload.length })
    if (refusal !== null) return refusal
    const bytes = Buffer.from(payload)
    if (retain && !this.#retain(topic, bytes, qos)) return 'too many retained messages'
    this.counts.published += 1
    ;(this.#aedes as Aedes).publish({ cmd: 'publish', topic, payload: bytes, qos, dup: false, retain }, this.fail)
    this.#options.onMessage(topic, parsePayload(bytes))
    return null
  }

  reply(clientId: string, topic: string, payload: object): void {
    const client = clientsOf(this.#aedes as Aedes)[clientId]
    if (client === undefined) return
    this.counts.published += 1
    client.publish(packetOf(topic, payload), this.fail)
  }

  #userOf(clientId: string): TopicUser {
    return { clientId, isThing: this.#options.isThing(clientId) }
  }

  #ownRefusal(client: Client, username: string | undefined, password: Buffer | undefined): string | null {
    if (password?.toString() !== this.password) return 'not a connection of the twin'
    this.#own.set(client, username as string)
    this.#takesOver(client)
    return null
  }

  async #outsideRefusal(client: Client): Promise<string | null> {
    const { id } = client
    if (id.startsWith('$') || Buffer.byteLength(id) > BROKER_LIMITS.maxClientIdBytes) return 'client id refused'
    if (!(await (this.#sessions as Sessions).opened(id, internalsOf(client).clean))) return 'too many sessions'
    this.#takesOver(client)
    return null
  }

  /** Who has the client id now, if anybody, is about to be disconnected. */
  #takesOver(client: Client): void {
    const holder = clientsOf(this.#aedes as Aedes)[client.id]
    if (holder === undefined) return
    const { outside } = this.#options
    if (!this.#own.has(holder)) outside.failed(idOf(holder), 'CONNECT', DUPLICATE, 'another connection has this id')
    else if (!this.#own.has(client)) this.#takenOver(client, holder)
  }

  #takenOver(client: Client, holder: Client): void {
    this.#options.own.onTakenOver(this.#own.get(holder) as string)
    const data = { client: idOf(client), thing: client.id }
    this.#options.outside.changed(idOf(client), 'CONNECT', { code: 'CONNECTION_TAKEN_OVER', data })
  }

  #publishRefusal(client: Client, packet: PublishPacket): string | null {
    const { topic, qos, retain } = packet
    const payload = packet.payload as Buffer
    const refusal = publishRefusal(this.#userOf(client.id), { topic, qos, retain, payloadBytes: payload.length })
    if (refusal !== null || !retain) return refusal
    return this.#retain(topic, payload, qos) ? null : 'too many retained messages'
  }

  #retain(topic: string, payload: Buffer, qos: number): boolean {
    return this.retained.put({ topic, payload, qos, lastModifiedAtMs: this.#options.nowMs() })
  }

  #forward(client: Client, packet: PublishPacket): PublishPacket | null {
    const own = this.#own.get(client)
    const { writableLength } = internalsOf(client).conn
    if (own === undefined && writableLength > BROKER_LIMITS.maxUnreadBytes) {
      closeWith(client, `reads too slowly: ${writableLength} bytes behind`)
      return null
    }
    this.counts.delivered += 1
    if (own !== undefined) this.#options.own.onForward(own)
    return packet
  }

  #published(client: Client, packet: PublishPacket): void {
    const { onPublish, own, outside } = this.#options
    this.counts.published += 1
    const connection = this.#own.get(client)
    const payload = parsePayload(packet.payload as Buffer)
    if (connection === undefined) {
      try {
        onPublish(client.id, packet.topic, payload, idOf(client))
      } catch (error) {
        outside.failed(idOf(client), `PUBLISH ${packet.topic}`, (error as Error).name, (error as Error).message)
      }
      return
    }
    try {
      onPublish(client.id, packet.topic, payload, null)
    } catch (error) {
      this.fail(error as Error)
    }
    own.onPublishDone(connection)
  }

  #connected(client: Client): void {
    // The filters of a session that is resumed.
    for (const filter of Object.keys(internalsOf(client).subscriptions)) this.filters.add(client.id, filter)
    this.#tell(this.#presence.connected(client.id))
    if (this.#own.has(client)) return
    this.#options.outside.read(idOf(client), 'CONNECT')
    this.#options.onOutside(client.id, true)
  }

  #gone(client: Client): void {
    this.filters.removeClient(client.id)
    const own = this.#own.get(client)
    const isByClient = (client as unknown as { _disconnected: boolean })._disconnected
    this.#tell(this.#presence.disconnected(client.id, isByClient ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST'))
    if (own !== undefined) return this.#options.own.onGone(own)
    ;(this.#sessions as Sessions).closed(client.id).catch(this.fail)
    this.#options.onOutside(client.id, false)
  }

  #broke(client: Client, error: Error): void {
    client.close()
    if (this.#own.has(client)) return
    const who = client.id ? idOf(client) : UNKNOWN
    this.#options.outside.failed(who, 'connection', 'ClientError', error.message)
  }

  #tell(event: PresenceEvent): void {
    this.publish(presenceTopic(event.eventType, event.clientId), event)
  }
}

const DUPLICATE = 'DUPLICATE_CLIENTID'
/** A connection that has not told a client id. */
const UNKNOWN: OutsideClient = { by: 'address', id: '127.0.0.1' }

const idOf = (client: Client): OutsideClient => ({ by: 'client-id', id: client.id })

const packetOf = (topic: string, payload: object): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(JSON.stringify(payload)),
  qos: SERVICE_QOS,
  dup: false,
  retain: false,
})

function parsePayload(payload: Buffer): unknown {
  if (payload.length === 0) return {} // an empty request is a valid get or delete [source: shadow-topics]
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return undefined
  }
}

function accept(socket: Socket, sockets: Set<Socket>, take: (socket: Socket) => void): void {
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('close', () => sockets.delete(socket))
  take(socket)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse('MQTT', port) : error),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

async function close(aedes: Aedes, servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  await new Promise<void>((resolve) => aedes.close(resolve))
  for (const socket of sockets) socket.destroy()
  for (const server of servers)
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()))
}
