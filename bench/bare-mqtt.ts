import { createServer, type Server } from 'node:net'
import { Aedes } from 'aedes'
import mqtt, { type MqttClient } from 'mqtt'

/** aedes and mqtt.js alone: the reference for the wire level. */
export interface Bare {
  readonly clients: readonly MqttClient[]
  /** These clients publish their documents; resolves when `arrived` was called once per client. */
  round(senders: readonly number[], topicOf: (i: number) => string, textOf: (i: number) => string): Promise<void>
  arrived(): void
  connect(clientId: string): Promise<MqttClient>
  close(): Promise<void>
}

/** `handle` is called in the broker with each message that a client publishes. */
export async function openBare(count: number, handle: (topic: string, payload: Buffer) => void): Promise<Bare> {
  let open = 0
  let finish = (): void => undefined
  const arrived = (): void => {
    open -= 1
    if (open === 0) finish()
  }
  const broker = await Aedes.createBroker({
    concurrency: 0,
    published: (packet, client, callback) => {
      if (client !== null && client !== undefined) handle(packet.topic, packet.payload as Buffer)
      callback(null)
    },
  })
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    broker.handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const connect = (clientId: string): Promise<MqttClient> => connectTo(server, clientId)
  const clients: MqttClient[] = []
  for (let i = 0; i < count; i++) clients.push(await connect(`client-${i}`))
  return {
    clients,
    arrived,
    connect,
    round: (senders, topicOf, textOf) =>
      new Promise((resolve) => {
        open = senders.length
        finish = resolve
        for (const i of senders) clients[i]?.publish(topicOf(i), textOf(i), { qos: 0 })
      }),
    async close() {
      await Promise.all(clients.map((client) => client.endAsync(true)))
      await new Promise<void>((resolve) => broker.close(resolve))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function connectTo(server: Server, clientId: string): Promise<MqttClient> {
  const { port } = server.address() as { port: number }
  const client = await mqtt.connectAsync({
    host: '127.0.0.1',
    port,
    clientId,
    protocolVersion: 4,
    keepalive: 0,
    reconnectPeriod: 0,
  })
  ;(client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true)
  return client
}
