import { expect, it } from 'vitest'
import { startBroker } from '../../../sim/wire/broker.ts'
import {
  broker,
  closed,
  inFlight,
  link,
  links,
  lost,
  observer,
  options,
  published,
  useBroker,
} from './broker-fixture.ts'

useBroker()

it('has handled every publish and every delivery once nothing is in flight', async () => {
  const received: string[] = []
  const things = Array.from({ length: 40 }, (_, i) => `line-${i}`)
  for (const thing of things) link(thing, { onMessage: (topic) => received.push(topic) })
  await inFlight.settled()
  for (const [thing, one] of links) one.subscribe([`$aws/things/${thing}/jobs/notify`], () => undefined)
  await inFlight.settled()
  for (const [thing, one] of links) {
    one.publish(`$aws/things/${thing}/jobs/get`, { thing }, 0)
    one.publish(`$aws/things/${thing}/jobs/get`, { thing }, 1)
    broker.publish(`$aws/things/${thing}/jobs/notify`, {})
    broker.reply(thing, `$aws/things/${thing}/jobs/get/accepted`, {})
  }
  await inFlight.settled()
  expect(published).toHaveLength(80)
  expect(received).toHaveLength(80)
})

it('replies to one connection whether it subscribed or not', async () => {
  const received: unknown[] = []
  link('line-1', { onMessage: (topic, payload) => received.push([topic, payload]) })
  await inFlight.settled()
  broker.reply('line-1', '$aws/things/line-1/jobs/get/accepted', { timestamp: 1 })
  await inFlight.settled()
  expect(received).toEqual([['$aws/things/line-1/jobs/get/accepted', { timestamp: 1 }]])
})

it.each([
  ['another thing’s topic', '$aws/things/line-2/shadow/get', 0 as const],
  ['QoS 2', '$aws/things/line-1/shadow/get', 2 as const],
])('closes a device that publishes to %s, and no service sees it', async (_, topic, qos) => {
  const device = await observer('line-1')
  const gone = closed(device)
  device.publish(topic, '{}', { qos })
  await gone
  expect(published).toEqual([])
})

it('refuses a device’s subscription to another thing, and grants an observer everything', async () => {
  const device = await observer('line-1')
  await expect(device.subscribeAsync('$aws/things/line-2/#')).rejects.toThrow()
  const backend = await observer('backend')
  expect(await backend.subscribeAsync('$aws/things/+/shadow/#')).toHaveLength(1)
  expect(broker.hasSubscribers('$aws/things/line-9/shadow/update/accepted')).toBe(true)
  expect(broker.hasSubscribers('$aws/things/line-9/jobs/notify')).toBe(false)
})

it('lets a second connection of one client id take over', async () => {
  const first = await observer('line-1')
  const gone = closed(first)
  await observer('line-1')
  await gone
})

it('leaves nothing in flight when a connection breaks in the middle', async () => {
  let disconnected = 0
  const one = link('line-1', { onDisconnected: () => (disconnected += 1) })
  await inFlight.settled()
  one.publish('$aws/things/line-2/not-mine', {}, 1) // the broker closes the connection
  await inFlight.settled()
  expect([disconnected, inFlight.pending(), lost]).toEqual([1, {}, ['line-1']])
})

it('passes on what is not JSON as undefined, and an empty payload as an empty request', async () => {
  const backend = await observer('backend')
  await backend.publishAsync('$aws/things/line-1/shadow/update', 'no json', { qos: 1 })
  await backend.publishAsync('$aws/things/line-1/shadow/get', '', { qos: 1 })
  await new Promise((resolve) => setImmediate(resolve))
  expect(published.map(({ payload }) => payload)).toEqual([undefined, {}])
})

it('names a port that is in use', async () => {
  await expect(startBroker({ ...options(), port: broker.port })).rejects.toThrow(
    `port ${broker.port} for MQTT is in use`,
  )
})
