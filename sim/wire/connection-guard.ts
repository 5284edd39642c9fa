import type { Socket } from 'node:net'
import type { Client } from 'aedes'
import type { Quotas } from '../cloud/base/quotas.ts'
import { closeWith, internalsOf, type MqttPacket } from './aedes-internals.ts'
import { BROKER_LIMITS } from './broker-limits.ts'
import { libraryFilter, subscribeRefusal, type TopicUser } from './mqtt-topics.ts'

/** A CONNACK of MQTT 5 with the reason "unsupported protocol version". [source: connack-5] */
const CONNACK_5_UNSUPPORTED = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00])

/**
 * Holds the connection of a client from outside to the limits of IoT Core, before the broker's library sees a packet: one
 * that never says CONNECT or falls silent is closed, so is one that announces a packet that is too big, or subscribes to
 * what it may not. Its timers are of real time, and concern this connection only.
 */
export function guardConnection(
  client: Client,
  socket: Socket,
  quotas: Quotas,
  userOf: (clientId: string) => TopicUser,
): void {
  const internals = internalsOf(client)
  const parser = internals._parser
  /** Null before the CONNECT packet, without which every other one closes the connection. */
  let clientId: string | null = null
  let silence = closesWhenSilent(socket, BROKER_LIMITS.connectTimeoutMs)
  socket.on('close', () => silence.stop())
  const read = parser.parse.bind(parser)
  parser.parse = (chunk) => {
    // What goes wrong with a packet of this client is this client's.
    try {
      const rest = read(chunk)
      // The library would wait for all of it.
      if ((parser.packet?.length ?? 0) > BROKER_LIMITS.maxPacketBytes) closeWith(client, 'packet too large')
      return rest
    } catch (error) {
      closeWith(client, (error as Error).message)
      return 0
    }
  }
  const refusalOf = (packet: MqttPacket): string | null => {
    if (packet.cmd === 'connect') {
      clientId = packet.clientId
      silence.stop()
      silence = closesWhenSilent(socket, 1_500 * keepAliveS(packet.keepalive))
      if (packet.protocolVersion === 5) socket.end(CONNACK_5_UNSUPPORTED)
      return packet.protocolVersion === 5 ? 'MQTT 5 is not supported' : null
    }
    if (clientId === null) return 'a packet before CONNECT'
    if (packet.cmd !== 'subscribe') return null
    return subscribePacketRefusal(userOf(clientId), packet.subscriptions, Object.keys(internals.subscriptions), quotas)
  }
  const [take] = parser.listeners('packet')
  parser.removeAllListeners('packet')
  parser.on('packet', (packet) => {
    const refusal = refusalOf(packet)
    if (refusal !== null) closeWith(client, refusal)
    else take?.call(parser, withLibraryFilters(packet))
  })
}

function withLibraryFilters(packet: MqttPacket): MqttPacket {
  if (packet.cmd === 'subscribe') {
    for (const subscription of packet.subscriptions) subscription.topic = libraryFilter(subscription.topic)
  } else if (packet.cmd === 'unsubscribe') packet.unsubscriptions = packet.unsubscriptions.map(libraryFilter)
  return packet
}

function subscribePacketRefusal(
  user: TopicUser,
  wanted: readonly { readonly topic: string; readonly qos: number }[],
  known: readonly string[],
  { filtersPerSubscribe, subscriptionsPerConnection }: Quotas,
): string | null {
  if (wanted.length > filtersPerSubscribe) return `more than ${filtersPerSubscribe} filters in one SUBSCRIBE`
  const all = new Set([...known, ...wanted.map(({ topic }) => libraryFilter(topic))])
  if (all.size > subscriptionsPerConnection) return `more than ${subscriptionsPerConnection} subscriptions`
  for (const { topic, qos } of wanted) {
    const refusal = subscribeRefusal(user, topic, qos)
    if (refusal !== null) return refusal
  }
  return null
}

/** [source: keep-alive] */
const keepAliveS = (requestedS: number): number =>
  requestedS === 0 ? BROKER_LIMITS.maxKeepAliveS : Math.min(Math.max(requestedS, 30), BROKER_LIMITS.maxKeepAliveS)

/** Closes the socket when nothing was received for this long. */
function closesWhenSilent(socket: Socket, silenceMs: number): { stop(): void } {
  let bytesRead = socket.bytesRead
  const timer = setInterval(() => {
    if (socket.bytesRead === bytesRead) socket.destroy()
    bytesRead = socket.bytesRead
  }, silenceMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
