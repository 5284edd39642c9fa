import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { BROKER_LIMITS } from '../../../sim/wire/broker-limits.ts'
import {
  broker,
  closed,
  inFlight,
  link,
  lost,
  observer,
  outside,
  presence,
  published,
  useBroker,
} from './broker-fixture.ts'

useBroker()

/** What clients from outside may do to the broker, and what becomes of them. */

async function raw(...packets: readonly (Buffer | Parameters<typeof mqttPacket.generate>[0])[]): Promise<Socket> {
  const socket = createConnection(broker.port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  for (const packet of packets) socket.write(Buffer.isBuffer(packet) ? packet : mqttPacket.generate(packet))
  return socket
}

const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextIteration()
}

const CONNECT = { cmd: 'connect', clientId: 'raw', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const
const errorsOf = (id: string) =>
  outside
    .activity()
    .filter(({ client }) => client.id === id)
    .flatMap(({ errors }) => errors.map(({ message }) => message))

describe('is closed, and named, when it', () => {
  it.each([
    ['answers in the place of a service', '$aws/things/line-1/shadow/update/accepted'],
    ['tells of a job', '$aws/things/line-1/jobs/notify-namespace-aws-gg-deployment'],
    ['tells of presence', '$aws/events/presence/connected/line-1'],
    ['speaks as the broker', '$SYS/x/new/clients'],
    ['uses Basic Ingest, which is not emulated', '$aws/rules/r/x'],
    ['publishes to a topic with 8 slashes', 'a/b/c/d/e/f/g/h/i'],
    ['publishes to a long topic', 'x'.repeat(257)],
  ])('%s', async (_, topic) => {
    const device = link('line-1', { onMessage: (one) => expect.unreachable(one) })
    await inFlight.settled()
    device.subscribe(['$aws/things/line-1/shadow/update/accepted'], () => undefined)
    await inFlight.settled()
    const client = await observer('mallory')
    const gone = closed(client)
    client.publish(topic, 'line-1')
    await gone
    await inFlight.settled()
    expect(published).toEqual([])
    expect(errorsOf('mallory')).toHaveLength(1)
  })

  it.each([
    ['subscribes to $SYS', [{ topic: '$SYS/#', qos: 0 }]],
    ['subscribes with QoS 2', [{ topic: 'x', qos: 2 }]],
    ['sends 9 filters at once', Array.from({ length: 9 }, (_, i) => ({ topic: `t${i}`, qos: 0 }))],
    ['sends a filter with 8 slashes', [{ topic: 'a/b/c/d/e/f/g/h/#', qos: 0 }]],
  ])('%s', async (_, subscriptions) => {
    const socket = await raw(CONNECT)
    await once(socket, 'data')
    socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions } as never))
    await once(socket, 'close')
    expect(errorsOf('raw')).toHaveLength(1)
  })

  it('has more than 50 subscriptions', async () => {
    const client = await observer('greedy')
    const gone = closed(client)
    for (let i = 0; i < 51; i++) client.subscribe(`t${i}`)
    await gone
    expect(errorsOf('greedy')).toEqual(['more than 50 subscriptions'])
  })

  it('announces a packet that is too big, before it is sent', async () => {
    const socket = await raw(CONNECT)
    await once(socket, 'data')
    socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0x00])) // PUBLISH of 256 MiB
    await once(socket, 'close')
    expect(errorsOf('raw')).toEqual(['packet too large'])
  })

  it('reads too slowly', async () => {
    const socket = await raw(CONNECT, {
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'flood', qos: 0 }],
    } as never)
    await once(socket, 'data')
    socket.pause()
    const payload = { text: 'x'.repeat(100_000) }
    await until(() => broker.hasSubscribers('flood'))
    for (let i = 0; errorsOf('raw').length === 0 && i < 1_000; i++) {
      broker.publish('flood', payload)
      await nextIteration()
    }
    expect(errorsOf('raw')[0]).toMatch(/^reads too slowly/)
    expect(broker.counts.delivered * 100_000).toBeLessThan(BROKER_LIMITS.maxUnreadBytes + 16 * 1024 * 1024)
    socket.destroy()
  })
})

it.each([
  ['no CONNECT before it', []],
  ['no CONNACK before it', [CONNECT]],
])('is closed when it subscribes with %s', async (_, before) => {
  const wanted = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$SYS/#', qos: 0 }] }
  const socket = await raw(...before, wanted as never)
  socket.resume()
  await once(socket, 'close')
  expect(outside.activity().flatMap(({ errors }) => errors)).not.toEqual([])
})

it('is answered in its own form when it speaks MQTT 5', async () => {
  const socket = await raw({ ...CONNECT, protocolVersion: 5 })
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect([...answer]).toEqual([0x20, 0x03, 0x00, 0x84, 0x00])
  await once(socket, 'close')
})

it('cannot use the port of the twin’s own devices', async () => {
  const socket = createConnection(broker.ownAccess.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    mqttPacket.generate({ ...CONNECT, clientId: 'line-1', username: 'line-1 1', password: Buffer.from('x') }),
  )
  socket.resume()
  await once(socket, 'close')
  expect(published).toEqual([])
})

it('takes over the connection of a device, which is told, and loses it when the device is back', async () => {
  const events: string[] = []
  const device = link('line-1', {
    onConnected: () => events.push('connected'),
    onDisconnected: () => events.push('disconnected'),
  })
  await inFlight.settled()
  const stranger = await observer('line-1')
  await until(() => events.length >= 2)
  expect(events).toEqual(['connected', 'disconnected'])
  expect(outside.activity()[0]?.changes).toMatchObject([{ request: 'CONNECT', count: 1 }])
  const gone = closed(stranger)
  stranger.subscribe('$aws/things/line-1/#')
  broker.publish('$aws/things/line-1/jobs/notify', {}) // is nobody's in flight
  device.connect()
  await gone
  await inFlight.settled()
  expect(events).toEqual(['connected', 'disconnected', 'connected'])
  expect(presence).toEqual([
    ['line-1', true],
    ['line-1', false],
  ])
  expect([inFlight.pending(), lost]).toEqual([{}, []])
})

it('is told of clients that connect and go', async () => {
  const watcher = await observer('watcher')
  const events: { clientId: string; eventType: string; versionNumber: number; disconnectReason?: string }[] = []
  watcher.on('message', (_, payload) => events.push(JSON.parse(payload.toString())))
  await watcher.subscribeAsync('$aws/events/presence/+/+')
  const other = await observer('other')
  await other.endAsync()
  await until(() => events.length >= 2)
  expect(events).toMatchObject([
    { clientId: 'other', eventType: 'connected', versionNumber: 0 },
    { clientId: 'other', eventType: 'disconnected', disconnectReason: 'CLIENT_INITIATED_DISCONNECT' },
  ])
})

it('gets what a service answers on a session that it resumes', async () => {
  const first = await observer('sleeper', { clean: false })
  await first.subscribeAsync('$aws/things/+/shadow/update/accepted', { qos: 1 })
  await first.endAsync()
  const again = await observer('sleeper', { clean: false })
  const received = new Promise((resolve) => again.on('message', (topic) => resolve(topic)))
  broker.publish('$aws/things/line-1/shadow/update/accepted', {})
  expect(await received).toBe('$aws/things/line-1/shadow/update/accepted')
})

it('gets no message of `a` for `a/#`, and no retained one for a wildcard', async () => {
  const client = await observer('reader')
  const topics: string[] = []
  client.on('message', (topic) => topics.push(topic))
  await client.publishAsync('a/kept', 'x', { retain: true, qos: 1 })
  await client.subscribeAsync('a/#')
  await client.publishAsync('a', 'x', { qos: 1 })
  await client.publishAsync('a/b', 'x', { qos: 1 })
  await client.subscribeAsync('a/kept')
  await until(() => topics.length >= 2)
  expect(topics).toEqual(['a/b', 'a/kept'])
})

it('whose message a service fails on is told nothing, and nothing else fails', async () => {
  const client = await observer('mallory')
  await client.publishAsync('$aws/things/line-1/shadow/name/bad/update', '{}', { qos: 1 })
  await until(() => errorsOf('mallory').length > 0)
  expect(errorsOf('mallory')).toEqual(['the service fails'])
})

it('a device’s own link does not die of what is no JSON', async () => {
  const device = link('line-2', { onMessage: () => expect.unreachable() })
  await inFlight.settled()
  device.subscribe(['plain'], () => undefined)
  await inFlight.settled()
  const client = await observer('mallory')
  await client.publishAsync('plain', 'no json', { qos: 1 })
  await inFlight.settled()
  expect(inFlight.pending()).toEqual({})
})
