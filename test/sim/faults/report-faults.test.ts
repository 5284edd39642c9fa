import { describe, expect, it } from 'vitest'
import { faultSchema, makeFault, type SpecOf } from '../../../sim/faults/catalogue.ts'
import { FaultWorld } from '../../../sim/faults/families/fault-world.ts'
import { FaultyLink } from '../../../sim/faults/families/faulty-link.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { Trace } from '../../../sim/kernel/trace.ts'

const MINUTE_MS = 60_000
const ALL = { fleet: 'all' }

/** A device's link under a fault, and the messages that arrive, with their times. */
function linkUnder(written: object, thing = 'a') {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  const world = new FaultWorld(new Seed(1), clock, trace, 0)
  const spec = faultSchema.parse({ in: ALL, ...written }) as SpecOf<'report'>
  const fault = makeFault(spec, (label) => world.chance(`fault/0/${thing}/${label}`))
  const arrived: { atMs: number; n: number }[] = []
  const link = new FaultyLink(
    thing,
    [{ index: 0, spec, fault }],
    world,
    (events) => {
      return {
        connect: () => events.onConnected(),
        disconnect: () => events.onDisconnected(),
        publish: (_, payload) => void arrived.push({ atMs: clock.nowMs(), n: (payload as { n: number }).n }),
        subscribe: () => undefined,
        unsubscribe: () => undefined,
      }
    },
    { onConnected: () => undefined, onDisconnected: () => undefined, onMessage: () => undefined },
  )
  link.connect()
  /** One message per minute, numbered from 0. */
  const send = (minutes: number, qos: 0 | 1 = 0): void => {
    for (let n = 0; n < minutes; n++) clock.at(n * MINUTE_MS, () => link.publish('t', { n }, qos))
    while (clock.advance());
    trace.flush()
  }
  return { link, clock, trace, arrived, send }
}

describe('burst loss', () => {
  const numbers = (under: ReturnType<typeof linkUnder>): number[] => under.arrived.map(({ n }) => n)

  it('loses its share in the long run, in bursts of its mean length', () => {
    const under = linkUnder({ kind: 'burst-loss', share: '20 %', burst: '8min' })
    const count = 50_000
    under.send(count)
    const got = new Set(numbers(under))
    const bursts: number[] = []
    for (let n = 0, run = 0; n <= count; n++) {
      if (n < count && !got.has(n)) run += 1
      else if (run > 0) {
        bursts.push(run)
        run = 0
      }
    }
    const lost = count - got.size
    // 5 standard errors of a two-state chain: share 0.2, correlation 1 - 1/8 - 1/32.
    expect(lost / count).toBeGreaterThan(0.17)
    expect(lost / count).toBeLessThan(0.23)
    expect(lost / bursts.length).toBeGreaterThan(7.2)
    expect(lost / bursts.length).toBeLessThan(8.8)
  })

  it('loses the same minutes however many messages they have, and other minutes on another device', () => {
    const fault = { kind: 'burst-loss', share: '30 %', burst: '5min' }
    const [one, other, busy] = [linkUnder(fault), linkUnder(fault, 'b'), linkUnder(fault)]
    one.send(500)
    other.send(500)
    for (let n = 0; n < 500; n++) busy.clock.at(n * MINUTE_MS + 30_000, () => busy.link.publish('t', { n: -1 }, 0))
    busy.send(500)
    expect(numbers(busy).filter((n) => n >= 0)).toEqual(numbers(one))
    expect(numbers(other)).not.toEqual(numbers(one))
  })

  it('does not lose acknowledged messages', () => {
    const under = linkUnder({ kind: 'burst-loss', share: '90 %', burst: '60min' })
    under.send(100, 1)
    expect(numbers(under)).toHaveLength(100)
  })

  it('begins and ends, and records as onset its first loss', () => {
    const under = linkUnder({ kind: 'burst-loss', share: '99 %', burst: '1000min', from: '10min', for: '10min' })
    under.send(30)
    expect(numbers(under)).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 20 + i)])
    expect(under.trace.records).toMatchObject([{ atMs: 10 * MINUTE_MS, faultKind: 'burst-loss', thing: 'a' }])
  })
})

describe('late reports', () => {
  it('arrive late by delay and jitter, so that later ones overtake them; none is lost', () => {
    const under = linkUnder({ kind: 'late-reports', delay: '3min', jitter: '2min' })
    under.send(100)
    const delays = under.arrived.map(({ atMs, n }) => atMs / MINUTE_MS - n)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...delays)).toBeLessThanOrEqual(5)
    const order = under.arrived.map(({ n }) => n)
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(100).keys()])
    expect(order).not.toEqual([...Array(100).keys()])
  })

  it('are lost if the device is no longer connected', () => {
    const under = linkUnder({ kind: 'late-reports', delay: '3min' })
    under.clock.at(4.5 * MINUTE_MS, () => under.link.disconnect())
    under.clock.at(6.5 * MINUTE_MS, () => under.link.connect())
    under.send(6)
    expect(under.arrived.map(({ n }) => n)).toEqual([0, 1, 4, 5])
  })
})

describe('duplicate reports', () => {
  it('repeat acknowledged messages a little later; samples arrive once', () => {
    const under = linkUnder({ kind: 'duplicate-reports', after: '10s' })
    under.send(2, 1)
    expect(under.arrived).toEqual([
      { atMs: 0, n: 0 },
      { atMs: 10_000, n: 0 },
      { atMs: 60_000, n: 1 },
      { atMs: 70_000, n: 1 },
    ])
    const samples = linkUnder({ kind: 'duplicate-reports' })
    samples.send(3, 0)
    expect(samples.arrived).toHaveLength(3)
  })
})

it.each([
  [{ kind: 'burst-loss', share: '100 %', burst: '5min' }, 'must be less than 100 %'],
  [{ kind: 'burst-loss', share: '10 %', burst: '5s' }, 'must be at least 1 min'],
  [{ kind: 'burst-loss', share: '90 %', burst: '2min' }, 'is too short for this share'],
  [
    { kind: 'burst-loss', in: { firmware: '2.4.0' }, share: '9 %', burst: '2min' },
    'a connection has no firmware version',
  ],
  [{ kind: 'late-reports', delay: '1min', jitter: '2min' }, 'must not be longer than'],
  [{ kind: 'reconnect-storm', from: '1min', for: '5min', jitter: '6min', every: '10min' }, 'must be longer than'],
])('%j is refused', (written, message) => {
  expect(JSON.stringify(faultSchema.safeParse({ in: ALL, ...written }).error?.issues)).toContain(message)
})
