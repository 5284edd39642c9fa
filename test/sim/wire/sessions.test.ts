import { once } from 'node:events'
import { createConnection } from 'node:net'
import { expect, it } from 'vitest'
import { broker, clock, observer, outside, useBroker } from './broker-fixture.ts'

useBroker({ persistentSessions: 2, queuedMessages: 3, sessionExpiryMs: 60_000, connections: 4, retainedMessages: 1 })

const sleeper = (clientId: string) => observer(clientId, { clean: false })

/** A client with a session that is away, owed so many messages. */
async function sleepOwed(clientId: string, messages: number): Promise<void> {
  const first = await sleeper(clientId)
  await first.subscribeAsync('news', { qos: 1 })
  await first.endAsync()
  const other = await observer('publisher')
  for (let i = 0; i < messages; i++) await other.publishAsync('news', `${i}`, { qos: 1 })
  await other.endAsync()
}

/** What a client that comes back is sent before the answer to its own message. */
async function owed(clientId: string): Promise<string[]> {
  const received: string[] = []
  const again = await observer(clientId, { clean: false })
  again.on('message', (_, payload) => received.push(payload.toString()))
  await again.subscribeAsync('end', { qos: 1 })
  const ended = new Promise((resolve) => again.on('message', (topic) => topic === 'end' && resolve(topic)))
  await again.publishAsync('end', 'end', { qos: 1 })
  await ended
  return received.filter((text) => text !== 'end')
}

it('keeps a session for as long as the quota says, and as many messages', async () => {
  await sleepOwed('sleeper', 5)
  clock.idleUntil(clock.nowMs() + 59_999)
  expect(await owed('sleeper')).toEqual(['0', '1', '2'])
})

it('forgets a session that has expired, with its subscriptions and messages', async () => {
  await sleepOwed('sleeper', 2)
  clock.idleUntil(clock.nowMs() + 60_000)
  expect(await owed('sleeper')).toEqual([])
  expect(broker.hasSubscribers('news')).toBe(false)
})

it('keeps so many sessions, and has room again when one has expired', async () => {
  await (await sleeper('a')).endAsync()
  await (await sleeper('b')).endAsync()
  await expect(sleeper('c')).rejects.toThrow('Identifier rejected')
  clock.idleUntil(clock.nowMs() + 60_000)
  await (await sleeper('c')).endAsync()
})

it('forgets the messages of a client that asks for a clean session', async () => {
  await sleepOwed('sleeper', 2)
  await (await observer('sleeper')).endAsync()
  expect(await owed('sleeper')).toEqual([])
})

it('takes so many connections and retained messages', async () => {
  const clients = [await observer('1'), await observer('2'), await observer('3'), await observer('4')]
  const fifth = createConnection(broker.port, '127.0.0.1')
  await once(fifth, 'close')
  expect(outside.activity().flatMap(({ errors }) => errors.map(({ message }) => message))).toContain(
    'too many connections',
  )
  await clients[0]?.publishAsync('a', 'x', { retain: true, qos: 1 })
  const refused = new Promise((resolve) => clients[1]?.on('close', () => resolve(true)))
  clients[1]?.publish('b', 'x', { retain: true })
  expect(await refused).toBe(true)
})

it('keeps what services publish for who is away and asked for it with QoS 1', async () => {
  const topic = '$aws/things/line-1/shadow/update/accepted'
  const sure = await sleeper('sure')
  await sure.subscribeAsync(['$aws/things/+/shadow/update/accepted', topic], { qos: 1 })
  await sure.endAsync()
  const careless = await sleeper('careless')
  await careless.subscribeAsync(topic, { qos: 0 })
  await careless.endAsync()
  await (await observer('other')).endAsync()
  expect(broker.hasSubscribers(topic)).toBe(true)
  broker.publish(topic, { version: 1 })
  broker.publish(topic, { version: 2 })
  expect(await owed('sure')).toEqual(['{"version":1}', '{"version":2}'])
  expect(await owed('careless')).toEqual([])
})
