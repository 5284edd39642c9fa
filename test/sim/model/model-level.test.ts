import { beforeEach, expect, it } from 'vitest'
import { NotEmulated } from '../../../sim/cloud/base/aws-error.ts'
import { makeCloud } from '../../../sim/cloud/cloud.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import type { Level } from '../../../sim/twin/level.ts'
import { CloudBench } from '../cloud/fixtures.ts'

let inFlight: InFlight
let level: Level
let log: string[]
let bugs: unknown[]

beforeEach(() => {
  inFlight = new InFlight()
  log = []
  bugs = []
  const onPublish = (thing: string, topic: string): void => void log.push(`${thing} published ${topic}`)
  const clock = new VirtualClock(0)
  const outside = new OutsideClients(clock, new Trace(clock))
  level = openModelLevel(
    { isThing: () => true, nowMs: () => 0, onPublish, onOutside: () => undefined, outside },
    inFlight,
    (error) => void bugs.push(error),
  )
})

function connect(thing: string, onMessage = (topic: string): void => void log.push(`${thing} got ${topic}`)) {
  const link = level.link(thing, {
    onConnected: () => log.push(`${thing} is on`),
    onDisconnected: () => log.push(`${thing} is off`),
    onMessage,
  })
  link.connect()
  return link
}

it('delivers in order, to every subscriber, and never inside the call', async () => {
  const [a, b] = [connect('a'), connect('b')]
  a.subscribe(['t'], () => log.push('a is subscribed'))
  b.publish('x', {}, 1)
  expect(log).toEqual([])
  await inFlight.settled()
  expect(log).toEqual(['a is on', 'b is on', 'a is subscribed', 'b published x'])
  level.messaging.publish('t', {})
  level.messaging.publish('nobody', {})
  level.messaging.reply('b', 'r', {})
  expect(inFlight.pending()).toEqual({ message: 2 })
  await inFlight.settled()
  expect(log.slice(4)).toEqual(['a got t', 'b got r'])
  expect(level.counts).toEqual({ published: 3, delivered: 2 })
})

it('delivers nothing to a device that disconnected, and drops its subscriptions', async () => {
  const a = connect('a')
  a.subscribe(['t'], () => undefined)
  await inFlight.settled()
  level.messaging.publish('t', {})
  a.disconnect()
  level.messaging.publish('t', {})
  a.publish('late', {}, 0)
  await inFlight.settled()
  expect(log).toEqual(['a is on', 'a got t', 'a is off'])
  expect(level.messaging.hasSubscribers('t')).toBe(false)
  level.messaging.reply('a', 'r', {})
  await inFlight.settled()
  expect(log).toHaveLength(3)
})

it('stops a topic that is unsubscribed', async () => {
  const a = connect('a')
  a.subscribe(['t', 'u'], () => undefined)
  a.unsubscribe(['t'])
  await inFlight.settled()
  expect([level.messaging.hasSubscribers('t'), level.messaging.hasSubscribers('u')]).toEqual([false, true])
})

it('reports what a receiver throws, and still delivers to the others', async () => {
  const bug = new Error('receiver')
  const fails = connect('a', () => {
    throw bug
  })
  const works = connect('b')
  for (const link of [fails, works]) link.subscribe(['t'], () => undefined)
  await inFlight.settled()
  level.messaging.publish('t', {})
  await inFlight.settled()
  expect(bugs).toEqual([bug])
  expect(log.at(-1)).toBe('b got t')
  expect(inFlight.pending()).toEqual({})
})

it('has no sockets: nobody can subscribe to a topic over HTTP', () => {
  const { ctx } = new CloudBench()
  const { services } = makeCloud({ ...ctx, http: level.http }, { indexedShadows: [] }, () => undefined)
  const { TopicArn } = services.sns.CreateTopic({ Name: 'pager' })
  const subscribe = () => services.sns.Subscribe({ TopicArn, Protocol: 'http', Endpoint: 'http://127.0.0.1:1/' })
  expect(subscribe).toThrow(NotEmulated)
  expect(subscribe).toThrow('at the model level')
  expect(services.sns.ListSubscriptions({})).toMatchObject({ Subscriptions: [] })
})
