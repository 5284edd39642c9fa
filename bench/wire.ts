import mqtt from 'mqtt'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../scenarios/world/twin-plan.ts'
import { jobFilters } from '../sim/device/jobs-client.ts'
import { deploymentFilters } from '../sim/device/shadow-deployments.ts'
import { InFlight } from '../sim/kernel/in-flight.ts'
import { runLockstep } from '../sim/kernel/lockstep.ts'
import { Seed } from '../sim/kernel/random.ts'
import { Twin } from '../sim/twin/twin.ts'
import { openWireLevel } from '../sim/wire/wire-level.ts'
import { type Bare, openBare } from './bare-mqtt.ts'
import { inTurn, print, rate, ratio, secondsOf } from './measure.ts'

const MINUTES = 120
const scenario = findScenario('healthy')
const fleet = fleetOf(scenario)
const shadowOf = (thing: string): string => `$aws/things/${thing}/shadow/name/health/update`

/** A document of the twin's size: the sample of one device in one minute. */
const sample = (device: number, minute: number): string =>
  JSON.stringify({
    state: {
      reported: {
        schema: '2.0',
        line: 1 + (device % 17),
        firmwareVersion: '2.3.1',
        componentState: 'RUNNING',
        bootId: '6f1c1d5e-0c2b-4a57-9f0e-1f7d2b3c4d5e',
        sequence: minute,
        sampledAtMs: 1_772_456_400_000 + minute * 60_000,
        counters: {
          connectionAttempts: minute,
          connectionFailures: 3,
          cycles: minute * 2,
          cycleTimeMsSum: minute * 60_123,
          cycleTimeMsSumOfSquares: minute * 1_800_123_456,
          operations: minute * 24,
          errors: 17,
          crashes: 0,
          unitsProduced: minute * 2,
          qualityChecks: minute,
          qualityPasses: minute - 1,
        },
        gauges: { cpuPct: 34.2, memoryMiB: 148.7, memoryLimitMiB: 512, uptimeS: minute * 60, connected: true },
      },
    },
  })

/** Every device has its own second of the minute; the next second begins when all samples of the one before have arrived. */
const SECONDS = Array.from({ length: 60 }, (_, second) => fleet.flatMap((_device, i) => (i % 60 === second ? [i] : [])))

async function runMinute(bare: Bare, topicOf: (i: number) => string, minute: number): Promise<void> {
  for (const senders of SECONDS) await bare.round(senders, topicOf, (i) => sample(i, minute))
}

/** Shadow loops per second of aedes, mqtt.js and a shadow that only parses, replaces and counts. */
async function bareLoops(): Promise<number> {
  const documents = new Map<string, { version: number; reported: object }>()
  const bare = await openBare(fleet.length, (topic, payload) => {
    const { state } = JSON.parse(payload.toString()) as { state: { reported: object } }
    const version = (documents.get(topic)?.version ?? 0) + 1
    documents.set(topic, { version, reported: { ...documents.get(topic)?.reported, ...state.reported } })
    bare.arrived()
  })
  // The broker matches every message against the subscriptions of a fleet of nuclei.
  await Promise.all(
    fleet.map(({ thing }, i) =>
      bare.clients[i]?.subscribeAsync([...jobFilters(thing), ...deploymentFilters(thing)], { qos: 1 }),
    ),
  )
  const topics = fleet.map(({ thing }) => shadowOf(thing))
  const minute = (n: number) => runMinute(bare, (i) => topics[i] as string, n)
  await minute(0)
  const seconds = await secondsOf(async () => {
    for (let n = 1; n <= MINUTES; n++) await minute(n)
  })
  await bare.close()
  return (MINUTES * fleet.length) / seconds
}

/** Messages per second from the fleet to one client that subscribes to all of them, through aedes. */
async function bareHop(): Promise<number> {
  const bare = await openBare(fleet.length, () => undefined)
  const listener = await bare.connect('listener')
  listener.on('message', (_topic, payload) => {
    JSON.parse(payload.toString())
    bare.arrived()
  })
  await listener.subscribeAsync('plant/#', { qos: 0 })
  const minute = (n: number) => runMinute(bare, (i) => `plant/${i}`, n)
  await minute(0)
  const seconds = await secondsOf(async () => {
    for (let n = 1; n <= MINUTES; n++) await minute(n)
  })
  await listener.endAsync(true)
  await bare.close()
  return (MINUTES * fleet.length) / seconds
}

/** Shadow loops per second of the twin's fleet, without a controller; `listens`: an outside client gets all replies. */
async function twinLoops(connections: 'per-device' | 'multiplexed', listens = false): Promise<number> {
  const inFlight = new InFlight()
  const onBug = (error: unknown): void => {
    throw error
  }
  const options = { connections, devices: fleet.length, onCall: () => undefined, onBug }
  const twin = await Twin.open(
    twinPlan(scenario, new Seed(1), fleet),
    inFlight,
    (events) => openWireLevel(events, inFlight, options),
    () => undefined,
  )
  const listener = listens ? await mqtt.connectAsync(twin.level.endpoints?.mqttUrl as string, { keepalive: 0 }) : null
  if (listener !== null) {
    await listener.subscribeAsync([`${shadowOf('+')}/accepted`, `${shadowOf('+')}/documents`], { qos: 0 })
    listener.on('message', (_topic, payload) => void JSON.parse(payload.toString()))
  }
  const run = (minutes: number) =>
    runLockstep({
      clock: twin.clock,
      inFlight,
      untilMs: twin.clock.nowMs() + minutes * 60_000,
      isOver: () => false,
      pace: async () => undefined,
    })
  twin.start()
  await run(2)
  const seconds = await secondsOf(() => run(MINUTES))
  await listener?.endAsync(true)
  await twin.level.close()
  return (MINUTES * fleet.length) / seconds
}

/** With a listener every loop is three messages: the sample, `accepted` and `documents`. */
const MESSAGES_PER_LOOP = 3

/** The wire level compared with the bare libraries, in one run. */
export async function benchWire(): Promise<void> {
  const found = await inTurn(3, {
    bareLoops,
    twinLoops: () => twinLoops('per-device'),
    multiplexedLoops: () => twinLoops('multiplexed'),
    bareHop,
    twinRouted: async () => MESSAGES_PER_LOOP * (await twinLoops('per-device', true)),
  })
  print('wire: bare aedes + mqtt.js, shadow loops', rate(found.bareLoops))
  print('wire: the twin, one connection per device', rate(found.twinLoops))
  print('wire: twin / bare', ratio(found.twinLoops / found.bareLoops), 'at least 0.70 x')
  print('wire: the twin, one connection for the fleet', rate(found.multiplexedLoops))
  print(
    'wire: one connection for the fleet / one per device',
    ratio(found.multiplexedLoops / found.twinLoops),
    'at least 1.40 x',
  )
  print('wire: bare one-hop messages', rate(found.bareHop))
  print('wire: messages routed by the twin with a listener', rate(found.twinRouted))
  print('wire: routed / bare one-hop', ratio(found.twinRouted / found.bareHop), 'at least 0.60 x')
}
