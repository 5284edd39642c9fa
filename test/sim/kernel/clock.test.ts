import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Priority, type Timer, VirtualClock } from '../../../sim/kernel/clock.ts'

const drain = (clock: VirtualClock): void => {
  while (clock.advance()) {
    // every timer runs
  }
}

it('runs timers in order of time, then priority, then of scheduling', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 20 }), priority: fc.constantFrom(0, 1, 2) }), {
        maxLength: 60,
      }),
      (timers) => {
        const clock = new VirtualClock(0)
        const ran: number[] = []
        for (const [index, timer] of timers.entries())
          clock.at(timer.atMs, () => ran.push(index), timer.priority as Priority)
        drain(clock)
        const expected = timers
          .map((timer, index) => ({ ...timer, index }))
          .sort((a, b) => a.atMs - b.atMs || a.priority - b.priority || a.index - b.index)
          .map(({ index }) => index)
        expect(ran).toEqual(expected)
      },
    ),
  )
})

it('shows the time of the running timer, and never decreases', () => {
  const clock = new VirtualClock(1_000)
  const seen: number[] = []
  clock.at(500, () => seen.push(clock.nowMs()))
  clock.after(250, () => {
    seen.push(clock.nowMs())
    clock.after(0, () => seen.push(clock.nowMs()))
  })
  drain(clock)
  expect(seen).toEqual([1_000, 1_250, 1_250])
})

it('does not run a cancelled timer, and does not jump to it', () => {
  const clock = new VirtualClock(0)
  clock.at(10, () => expect.unreachable('cancelled')).cancel()
  expect(clock.nextAtMs()).toBeNull()
  expect(clock.advance()).toBe(false)
  expect(clock.nowMs()).toBe(0)
})

it('lets one timer cancel another that is due at the same instant', () => {
  const clock = new VirtualClock(0)
  const ran: string[] = []
  let second: Timer | null = null
  clock.at(5, () => {
    ran.push('first')
    second?.cancel()
  })
  second = clock.at(5, () => ran.push('second'))
  drain(clock)
  expect(ran).toEqual(['first'])
})

it('stops between phases, so that deliveries can settle before schedules run', () => {
  const clock = new VirtualClock(0)
  const ran: string[] = []
  clock.at(5, () => ran.push('schedule'), Priority.schedule)
  clock.at(5, () => ran.push('world'))
  clock.advance()
  expect(ran).toEqual(['world'])
})

it('refuses a timer without a finite time', () => {
  expect(() => new VirtualClock(0).after(Number.NaN, () => undefined)).toThrow(RangeError)
})

it('idles to an instant that no timer comes before', () => {
  const clock = new VirtualClock(0)
  clock.at(10, () => undefined)
  clock.idleUntil(7)
  expect([clock.nowMs(), clock.phase()]).toEqual([7, Priority.schedule])
  expect(() => clock.idleUntil(10)).toThrow('a timer is due at 10')
  expect(() => clock.idleUntil(6)).toThrow(RangeError)
})
