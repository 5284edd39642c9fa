import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference } from '../../../controller/evidence/difference.ts'
import type { HealthSample } from '../../../controller/evidence/snapshot.ts'
import { NO_COUNTS, sample } from '../fixtures.ts'

const counts = (cycles: number, crashes = 0) => ({ ...NO_COUNTS, cycles, crashes })

it('counts what happened in between, also when samples in between were lost', () => {
  const delta = difference(
    sample({ sequence: 10, counters: counts(100) }),
    sample({ sequence: 15, counters: counts(140) }),
  )
  expect(delta).toMatchObject({ minutes: 5, cycles: 40 })
})

it('is none for a sample that was seen before', () => {
  expect(difference(sample({ sequence: 10 }), sample({ sequence: 10 }))).toBeNull()
})

it('counts on over a restart of the firmware', () => {
  const delta = difference(
    sample({ sequence: 10, bootId: 'a', counters: counts(100) }),
    sample({ sequence: 12, bootId: 'b', counters: counts(101, 1) }),
  )
  expect(delta).toMatchObject({ minutes: 2, cycles: 1, crashes: 1 })
})

it('counts from zero when the health component itself began anew', () => {
  const delta = difference(
    sample({ sequence: 500, counters: counts(900) }),
    sample({ sequence: 3, counters: counts(5), gauges: { ...sample().gauges, uptimeS: 240 } }),
  )
  expect(delta).toMatchObject({ minutes: 3, cycles: 5 })
})

it('takes a version 1.0 document as one minute, and cumulative counting after it as a new beginning', () => {
  const old = sample({ sequence: 10, schema: '1.0', counters: counts(2) })
  expect(difference(undefined, old)).toMatchObject({ minutes: 1, cycles: 2 })
  const renewed = sample({ sequence: 4, counters: counts(6), bootId: 'b' })
  expect(difference(old, renewed)).toMatchObject({ minutes: 4, cycles: 6 })
})

it('has nothing to count from at the first sight of a device', () => {
  expect(difference(undefined, sample({ counters: counts(100) }))).toBeNull()
})

it('is none for a sample older than the one before, which is no restart', () => {
  const newer = sample({ sequence: 500, sampledAtMs: 10_000_000, counters: counts(900, 3) })
  const older = sample({ sequence: 495, sampledAtMs: 9_700_000, counters: counts(890, 3) })
  expect(difference(newer, older)).toBeNull()
})

it('takes from the sequence of a version 1.0 document how long the device has been running', () => {
  const old = sample({ sequence: 10, schema: '1.0', counters: counts(2) })
  const next = sample({ sequence: 15, schema: '1.0', counters: counts(3) })
  expect(difference(old, next)).toMatchObject({ minutes: 5, cycles: 3 })
})

it('takes the difference of every counter', () => {
  const names = Object.keys(NO_COUNTS) as (keyof typeof NO_COUNTS)[]
  const countsOf = (first: number, step: number) =>
    Object.fromEntries(names.map((name, i) => [name, first + step * i])) as unknown as typeof NO_COUNTS
  const delta = difference(
    sample({ sequence: 10, counters: countsOf(100, 10) }),
    sample({ sequence: 15, counters: countsOf(107, 13) }),
  )
  expect(delta).toEqual({ minutes: 5, countedMinutes: 5, ...countsOf(7, 3) })
})

it('counts from zero when the health component began anew and is as far as it was', () => {
  const [before, after] = [sample({ sequence: 5, bootId: 'a' }), sample({ sequence: 5, bootId: 'b' })]
  expect(difference({ ...before, counters: counts(9) }, { ...after, counters: counts(4) })).toMatchObject({
    minutes: 5,
    cycles: 4,
  })
})

it('counts from zero when a version 2.0 document follows one of version 1.0, however far that was', () => {
  const old = sample({ sequence: 10, schema: '1.0', counters: counts(2) })
  expect(difference(old, sample({ sequence: 14, counters: counts(30), bootId: 'b' }))).toMatchObject({
    minutes: 14,
    cycles: 30,
  })
})

it('takes a version 1.0 document after a new beginning as one minute', () => {
  const before = sample({ sequence: 10, bootId: 'a', schema: '1.0' })
  for (const sequence of [3, 10]) {
    const after = sample({ sequence, bootId: 'b', schema: '1.0', counters: counts(2) })
    expect(difference(before, after)).toMatchObject({ minutes: 1, countedMinutes: 1, cycles: 2 })
  }
})

describe('where a gap hides that counters began anew', () => {
  const MINUTE_MS = 60_000
  const uptime = (uptimeS: number) => ({ ...sample().gauges, uptimeS })

  it('counts from zero, over as many samples as there was time for', () => {
    const before = sample({ sequence: 100, sampledAtMs: 0, counters: { ...counts(1000, 3), errors: 50 } })
    const counters = { ...counts(30, 0), errors: 5 }
    const restarted = sample({ sequence: 150, sampledAtMs: 400 * MINUTE_MS, counters })
    expect(difference(before, restarted)).toMatchObject({ minutes: 150, cycles: 30, errors: 5, crashes: 0 })
    const cleared = sample({ sequence: 150, sampledAtMs: 50 * MINUTE_MS, counters })
    expect(difference(before, cleared)).toMatchObject({ minutes: 50, countedMinutes: 50, cycles: 30, errors: 5 })
  })

  it.each(Object.keys(NO_COUNTS) as (keyof typeof NO_COUNTS)[])('is known by a smaller %s alone', (name) => {
    const before = sample({ sequence: 10, counters: { ...counts(10), [name]: 20 } })
    const after = sample({ sequence: 30, counters: { ...counts(40), [name]: 19 } })
    expect(difference(before, after)).toMatchObject({ cycles: name === 'cycles' ? 19 : 40, [name]: 19 })
  })

  it('knows it by the uptime where all counters are greater already: another process, as old as the sequence', () => {
    const before = sample({ sequence: 20, bootId: 'a', counters: counts(100, 1) })
    const after = sample({ sequence: 90, bootId: 'b', gauges: uptime(90 * 60), counters: counts(300, 1) })
    expect(difference(before, after)).toMatchObject({ minutes: 90, cycles: 300, crashes: 1 })
    const ofFirmwareOnly = { ...after, gauges: uptime(60 * 60) }
    expect(difference(before, ofFirmwareOnly)).toMatchObject({ minutes: 70, cycles: 200, crashes: 0 })
    expect(difference(before, { ...after, bootId: 'a' })).toMatchObject({ minutes: 70, cycles: 200 })
  })

  it('is none where the firmware alone restarts right after a sample', () => {
    const before = sample({ sequence: 1, bootId: 'a', counters: counts(10) })
    const after = sample({ sequence: 2, bootId: 'b', gauges: uptime(60), counters: counts(11) })
    expect(difference(before, after)).toMatchObject({ minutes: 1, cycles: 1 })
  })

  it('never counts less than nothing, nor more than there was', () => {
    const step = fc.record({
      minutes: fc.integer({ min: 1, max: 300 }),
      rate: fc.integer({ min: 0, max: 3 }),
      event: fc.constantFrom('none', 'none', 'component', 'firmware', 'power', 'counters'),
      isSeen: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [now, sequence, boot, bootAt, cycles, total, seen] = [0, 0, 0, 0, 0, 0, 0]
        let previous: HealthSample | undefined
        for (const { minutes, rate, event, isSeen } of steps) {
          if (event === 'component' || event === 'power') [sequence, cycles] = [0, 0]
          if (event === 'counters') cycles = 0
          if (event === 'firmware' || event === 'power') [boot, bootAt] = [boot + 1, now]
          now += minutes
          sequence += minutes
          cycles += minutes * rate
          total += minutes * rate
          if (!isSeen) continue
          const current = sample({
            sequence,
            bootId: `boot-${boot}`,
            sampledAtMs: now * MINUTE_MS,
            counters: counts(cycles),
            gauges: uptime((now - bootAt) * 60),
          })
          const delta = difference(previous, current)
          if (previous === undefined)
            total = 0 // what came before the first sight is nobody's
          else if (delta !== null) {
            expect(delta.cycles).toBeGreaterThanOrEqual(0)
            expect(delta.minutes).toBeLessThanOrEqual(
              Math.round((current.sampledAtMs - previous.sampledAtMs) / MINUTE_MS),
            )
            seen += delta.cycles
          }
          previous = current
        }
        expect(seen).toBeLessThanOrEqual(total)
      }),
    )
  })
})

it('is news by the sequence, whatever the device’s clock says', () => {
  const before = sample({ sequence: 500, sampledAtMs: 10_000_000, counters: counts(900) })
  const setBack = sample({ sequence: 505, sampledAtMs: 6_400_000, counters: counts(905) })
  expect(difference(before, setBack)).toMatchObject({ minutes: 5, cycles: 5 })
  const restarted = sample({ sequence: 506, sampledAtMs: 1, bootId: 'boot-2', counters: counts(906) })
  expect(difference(setBack, restarted)).toMatchObject({ minutes: 1, cycles: 1 })
})
