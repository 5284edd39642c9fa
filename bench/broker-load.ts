import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { DEFAULT_QUOTAS } from '../sim/cloud/base/quotas.ts'
import { VirtualClock } from '../sim/kernel/clock.ts'
import { OutsideClients } from '../sim/kernel/outside-clients.ts'
import { Trace } from '../sim/kernel/trace.ts'
import { startBroker } from '../sim/wire/broker.ts'
import { print } from './measure.ts'

const MIB = 1024 * 1024
const SESSIONS = 1_500
const FILTERS = 10
const RETAINED = 40_000
const PAYLOAD = Buffer.alloc(200)

/** Memory of the broker under many sessions, filters and retained messages, and what one message costs then. */
export async function benchBrokerLoad(): Promise<void> {
  const clock = new VirtualClock(0)
  const broker = await startBroker({
    port: 0,
    quotas: DEFAULT_QUOTAS,
    isThing: () => false,
    nowMs: () => clock.nowMs(),
    onPublish: () => undefined,
    onMessage: () => undefined,
    own: {
      onForward: () => undefined,
      onPublishDone: () => undefined,
      onGone: () => undefined,
      onTakenOver: () => undefined,
    },
    onOutside: () => undefined,
    outside: new OutsideClients(clock, new Trace(clock)),
    onFailure: (error) => {
      throw error
    },
  })
  const before = usedMiB()
  const sockets: Socket[] = []
  for (let i = 0; i < SESSIONS; i++) sockets.push(await session(broker.port, i))
  print(`${SESSIONS} sessions with ${SESSIONS * FILTERS} filters`, `${(usedMiB() - before).toFixed(0)} MiB`)
  for (let i = 0; i < RETAINED; i++) {
    broker.accept({ topic: `kept/${i}`, payload: PAYLOAD, qos: 0, retain: true })
    if (i % 1_000 === 0) await nextIteration()
  }
  const kept = broker.retained.all().length
  print(`and ${RETAINED} retained messages, of which ${kept} are kept`, `${(usedMiB() - before).toFixed(0)} MiB`)
  for (const socket of sockets) socket.destroy()
  await broker.close()
}

async function session(port: number, index: number): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const clientId = `client-${index}`
  socket.write(mqttPacket.generate({ cmd: 'connect', clientId, protocolId: 'MQTT', protocolVersion: 4, clean: false }))
  await once(socket, 'data')
  for (let from = 0; from < FILTERS; from += 5) {
    const subscriptions = Array.from({ length: 5 }, (_, i) => ({ topic: `${clientId}/${from + i}/+`, qos: 1 as const }))
    socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: from + 1, subscriptions }))
    await once(socket, 'data')
  }
  return socket
}

const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function usedMiB(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / MIB
}
