import { expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { Trace } from '../../../sim/kernel/trace.ts'

const HOUR_MS = 3_600_000

function traceWith(steps: readonly (readonly [atMs: number, source: string, thing: string])[]): Trace {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  for (const [atMs, source, thing] of steps) {
    clock.at(atMs, () => trace.record(source, { kind: 'device-connected', thing }))
  }
  while (clock.advance()) {
    // every step records
  }
  trace.flush()
  return trace
}

it('does not depend on the order of sources within one millisecond', () => {
  const one = traceWith([
    [5, 'core/a', 'a'],
    [5, 'core/b', 'b'],
  ])
  const other = traceWith([
    [5, 'core/b', 'b'],
    [5, 'core/a', 'a'],
  ])
  expect(other.records).toEqual(one.records)
  expect(other.digest()).toBe(one.digest())
})

it('keeps the order in which one source recorded', () => {
  const trace = traceWith([
    [5, 'core/a', 'first'],
    [5, 'core/a', 'second'],
  ])
  expect(trace.records.map((record) => 'thing' in record && record.thing)).toEqual(['first', 'second'])
  expect(trace.records.map((record) => record.sequence)).toEqual([0, 1])
})

it('changes the digest with any time, source or field', () => {
  const base = traceWith([[5, 'core/a', 'a']]).digest()
  expect(traceWith([[6, 'core/a', 'a']]).digest()).not.toBe(base)
  expect(traceWith([[5, 'core/b', 'a']]).digest()).not.toBe(base)
  expect(traceWith([[5, 'core/a', 'b']]).digest()).not.toBe(base)
})

it('gives a digest per simulated hour, of that hour only', () => {
  const one = traceWith([
    [0, 'core/a', 'a'],
    [2 * HOUR_MS, 'core/a', 'a'],
  ]).digestsByHour()
  const other = traceWith([
    [0, 'core/a', 'a'],
    [HOUR_MS, 'core/a', 'b'],
    [2 * HOUR_MS, 'core/a', 'a'],
  ]).digestsByHour()
  expect(one).toHaveLength(3)
  expect(other[0]).toBe(one[0])
  expect(other[1]).not.toBe(one[1])
})

it('refers to the cause of an event by its position in the trace', () => {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  const cause = trace.record('core/z', { kind: 'device-connected', thing: 'z' })
  trace.record('core/a', { kind: 'device-connected', thing: 'a' }, cause)
  trace.flush()
  expect(trace.records.map(({ source, cause: at }) => [source, at])).toEqual([
    ['core/a', 1],
    ['core/z', undefined],
  ])
})

it('continues positions and digest after it has dropped events', () => {
  const clock = new VirtualClock(0)
  const [kept, releaseHoldback] = [new Trace(clock), new Trace(clock)]
  for (const thing of ['a', 'b', 'c']) {
    for (const trace of [kept, releaseHoldback]) trace.record(`core/${thing}`, { kind: 'device-connected', thing })
    releaseHoldback.forget()
  }
  kept.flush()
  expect(releaseHoldback.records).toEqual([])
  for (const trace of [kept, releaseHoldback]) {
    trace.record('core/d', { kind: 'device-connected', thing: 'd' })
    trace.flush()
  }
  expect(releaseHoldback.records).toEqual(kept.records.slice(3))
  expect(releaseHoldback.digest()).toBe(kept.digest())
})

it('puts what a client from outside does where it did it, whatever the names of the sources', () => {
  const trace = new Trace(new VirtualClock(0))
  const thing = 'a'
  trace.record('z', { kind: 'device-connected', thing })
  const client = { by: 'client-id', id: 'mallory' } as const
  trace.ofClient(client, () => trace.record('m', { kind: 'device-connected', thing }))
  trace.record('a', { kind: 'device-connected', thing })
  trace.flush()
  expect(trace.records.map(({ source }) => source)).toEqual(['z', 'm', 'a'])
})
