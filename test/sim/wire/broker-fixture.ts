import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect } from 'vitest'
import { DEFAULT_QUOTAS, type Quotas } from '../../../sim/cloud/base/quotas.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import type { DeviceLinkEvents } from '../../../sim/kernel/link.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import { type Broker, type BrokerOptions, startBroker } from '../../../sim/wire/broker.ts'
import { clientIdOf, MqttLink } from '../../../sim/wire/mqtt-link.ts'

export let broker: Broker
export let inFlight: InFlight
export let links: Map<string, MqttLink>
export let published: { clientId: string; topic: string; payload: unknown; isOwn: boolean }[]
/** Devices that lost their connection for no known reason. */
export let lost: string[]
export let presence: [string, boolean][]
export let outside: OutsideClients
let observers: MqttClient[]

const linkOf = (connection: string): MqttLink | undefined => links.get(clientIdOf(connection))

/** Quotas of the next broker that differ from the usual ones. */
let quotas: Partial<Quotas> = {}
export let clock: VirtualClock

export const options = (): BrokerOptions => ({
  port: 0,
  quotas: { ...DEFAULT_QUOTAS, ...quotas },
  isThing: (id) => id.startsWith('line-'),
  nowMs: () => clock.nowMs(),
  onPublish: (clientId, topic, payload, client) => {
    if (topic.endsWith('/bad/update')) throw new TypeError('the service fails')
    published.push({ clientId, topic, payload, isOwn: client === null })
  },
  onMessage: (topic, payload) => published.push({ clientId: '', topic, payload, isOwn: false }),
  own: {
    onForward: (connection) => linkOf(connection)?.forwarded(connection),
    onPublishDone: (connection) => linkOf(connection)?.publishDone(connection),
    onGone: (connection) => linkOf(connection)?.gone(),
    onTakenOver: (connection) => linkOf(connection)?.takenOver(connection),
  },
  onOutside: (clientId, isConnected) => presence.push([clientId, isConnected]),
  outside,
  onFailure: (error) => expect.unreachable(error.message),
})

/** A broker for each test of the file that calls this. */
export function useBroker(own: Partial<Quotas> = {}): void {
  beforeEach(async () => {
    inFlight = new InFlight()
    links = new Map()
    published = []
    observers = []
    presence = []
    lost = []
    clock = new VirtualClock(1_000)
    quotas = own
    outside = new OutsideClients(clock, new Trace(clock))
    broker = await startBroker(options())
  })

  afterEach(async () => {
    for (const link of links.values()) await link.close()
    for (const observer of observers) await observer.endAsync(true)
    await broker.close()
  })
}

/** A device's own connection. */
export function link(thing: string, events: Partial<DeviceLinkEvents> = {}): MqttLink {
  const made = new MqttLink(
    thing,
    broker.ownAccess,
    inFlight,
    {
      onConnected: () => undefined,
      onDisconnected: () => undefined,
      onMessage: () => undefined,
      ...events,
    },
    () => lost.push(thing),
  )
  links.set(thing, made)
  made.connect()
  return made
}

/** A client from outside. */
export async function observer(clientId: string, more: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(broker.url, { clientId, reconnectPeriod: 0, ...more })
  observers.push(client)
  return client
}

export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.on('close', () => resolve()))
