import { once } from 'node:events'
import { createConnection } from 'node:net'
import fc from 'fast-check'
import mqtt from 'mqtt'
import mqttPacket from 'mqtt-packet'
import { expect, it } from 'vitest'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Every topic that a service takes, by clients from outside, over sockets, while a rehearsal runs. */
const INPUTS_PER_TOPIC = Number(process.env.FUZZ_INPUTS ?? 60)
const HOUR_MS = 3_600_000
const THING = 'line-01-01'

/** A valid payload of each request topic. */
const REQUESTS: Readonly<Record<string, object>> = {
  'shadow/get': { clientToken: 't' },
  'shadow/update': { state: { desired: { a: 1 }, reported: { b: [1, { c: null }] } }, version: 1, clientToken: 't' },
  'shadow/delete': { clientToken: 't' },
  'shadow/name/health/get': {},
  'shadow/name/health/update': { state: { reported: { schema: '2.0', counters: { cycles: 1 } } } },
  'shadow/name/AWSManagedGreengrassV2Deployment/update': { state: { reported: { status: 'SUCCEEDED' } } },
  'jobs/get': { clientToken: 't' },
  'jobs/start-next': { statusDetails: { a: 'b' }, stepTimeoutInMinutes: 5 },
  'jobs/$next/get': { includeJobDocument: true },
  'jobs/some-job/get': { executionNumber: 1, includeJobDocument: true },
  'jobs/some-job/update': { status: 'SUCCEEDED', expectedVersion: 1, executionNumber: 1, statusDetails: { a: 'b' } },
  'jobs/some-job/namespace-aws-gg-deployment/update': { status: 'IN_PROGRESS', expectedVersion: '1' },
  'jobs/namespace-aws-gg-deployment/get': {},
  'greengrassv2/health/json': {
    ggcVersion: '2.13.0',
    platform: 'linux',
    architecture: 'x86_64',
    thing: THING,
    sequenceNumber: 1,
    timestamp: 1,
    messageType: 'COMPLETE',
    trigger: 'CADENCE',
    overallDeviceStatus: 'HEALTHY',
    components: [{ componentName: 'c', version: '1.0.0', fleetConfigArns: ['x'], isRoot: true, status: 'RUNNING' }],
    deploymentInformation: {
      status: 'SUCCEEDED',
      fleetConfigurationArnForStatus: 'x',
      statusDetails: { detailedStatus: 'S' },
    },
  },
}

const strange = fc.oneof(
  fc.constantFrom(null, true, '', [], {}, -1, 1e308, '\u0000', '__proto__', 'x'.repeat(9_000), [[[[[[[[[{}]]]]]]]]]),
  fc.jsonValue(),
)

/** The value with one of its parts, at any depth, left out or replaced. */
const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return strange
  return fc.constantFrom(...Object.keys(value)).chain((key) => {
    const copy = (change: (draft: Record<string, unknown>) => void): unknown => {
      const draft = structuredClone(value) as Record<string, unknown>
      change(draft)
      return draft
    }
    return fc.oneof(
      fc.constant(copy((draft) => delete draft[key])),
      strange.map((one) => copy((draft) => Object.defineProperty(draft, key, { value: one, enumerable: true }))),
      mutated((value as Record<string, unknown>)[key]).map((one) =>
        copy((draft) => {
          draft[key] = one
        }),
      ),
    )
  })
}

const payloads = (valid: object): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 6, arbitrary: mutated(valid).map((one) => Buffer.from(JSON.stringify(one) ?? '')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(Buffer.from(JSON.stringify(valid))) },
  )

/** Publishes with QoS 1; a connection that the broker closes is made again. */
async function publishAll(port: number, messages: readonly (readonly [string, Buffer])[]): Promise<number> {
  const connect = async () => {
    const one = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'fuzzer', reconnectPeriod: 0 })
    return one.setMaxListeners(0)
  }
  let client = await connect()
  let closed = 0
  for (const [topic, payload] of messages) {
    const gone = new Promise<void>((resolve) => client.once('close', () => resolve()))
    const done = client.publishAsync(topic, payload, { qos: 1 }).then(() => false)
    if (await Promise.race([done, gone.then(() => true)])) {
      closed += 1
      client = await connect()
    }
    done.catch(() => undefined)
  }
  await client.endAsync(true)
  return closed
}

const CONNECT = { cmd: 'connect', clientId: 'raw', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const

/** Bytes that are no MQTT, or nearly, with and without a CONNECT before them; the broker closes it or waits for more. */
async function sendRaw(port: number, bytes: Buffer, isConnected: boolean): Promise<void> {
  const socket = createConnection(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  await once(socket, 'connect')
  if (isConnected) socket.write(mqttPacket.generate(CONNECT))
  await new Promise((resolve) => socket.write(bytes, resolve))
  socket.destroy()
}

const rawBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...PACKETS()), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([packet, at, byte]) => Object.assign(Buffer.from(packet), { [at % packet.length]: byte })),
)

function PACKETS(): Buffer[] {
  const subscriptions = [{ topic: '$aws/things/+/jobs/#', qos: 1 }]
  return [
    CONNECT,
    { ...CONNECT, clean: false, will: { topic: 'w', payload: Buffer.from('x'), qos: 1, retain: true } },
    { cmd: 'subscribe', messageId: 1, subscriptions },
    { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a'] },
    {
      cmd: 'publish',
      topic: `$aws/things/${THING}/jobs/get`,
      payload: '{}',
      qos: 1,
      messageId: 3,
      retain: false,
      dup: true,
    },
    { cmd: 'pubrel', messageId: 4 },
    { cmd: 'puback', messageId: 5 },
    { cmd: 'pingreq' },
    { cmd: 'disconnect' },
  ].map((packet) => mqttPacket.generate(packet as never))
}

it('no message and no bytes of a client from outside end or stall a rehearsal', async () => {
  const seed = { seed: 17 }
  const messages = Object.entries(REQUESTS).flatMap(([rest, valid]) =>
    [THING, 'no-such-thing'].flatMap((thing) =>
      fc
        .sample(payloads(valid), { ...seed, numRuns: INPUTS_PER_TOPIC })
        .map((payload) => [`$aws/things/${thing}/${rest}`, payload] as const),
    ),
  )
  const raws = fc.sample(fc.tuple(rawBytes, fc.boolean()), { ...seed, numRuns: 5 * INPUTS_PER_TOPIC })
  let port = 0
  let closed = -1
  const scenario = { ...findScenario('healthy'), fleet: { lines: 3, devicesPerLine: 10, noise: 'quiet' as const } }
  const { facts } = await rehearse(scenario, {
    ...seed,
    level: 'wire',
    untilMs: 3 * HOUR_MS,
    onListening: ({ mqttUrl }) => {
      port = Number(new URL(mqttUrl).port)
    },
    hold: async (atMs) => {
      if (closed >= 0 || atMs < scenario.start.atMs + HOUR_MS) return
      closed = 0
      for (const [bytes, isConnected] of raws) await sendRaw(port, Buffer.from(bytes), isConnected)
      closed = await publishAll(port, messages)
    },
  })
  expect(facts.endedAtMs).toBe(scenario.start.atMs + 3 * HOUR_MS)
  const fuzzer = facts.clients.find(({ client }) => client.id === 'fuzzer')
  expect(fuzzer?.changes.length).toBeGreaterThan(0)
  const inputs = `${messages.length} messages (${closed} closed the connection) and ${raws.length} raw inputs`
  console.log(`fuzz over MQTT: ${Object.keys(REQUESTS).length} topics, ${inputs}; deaths 0, hangs 0`)
})
