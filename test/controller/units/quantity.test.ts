import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration, writtenDuration } from '../../../controller/units/duration.ts'
import {
  duration,
  memory,
  memoryRate,
  percent,
  percentRate,
  share,
  writtenMemory,
  writtenPercent,
  writtenShare,
} from '../../../controller/units/quantity.ts'

describe('durations', () => {
  it.each([
    ['24h', 86_400_000],
    ['90 min', 5_400_000],
    ['14d', 1_209_600_000],
    ['1h30m', 5_400_000],
    ['60s', 60_000],
    ['4.5min', 270_000],
    ['250ms', 250],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['24', '', 'h', '3 weeks', '1h and a bit', '-4h', '5 MiB'])('%j is not a duration', (text) => {
    expect(parseDuration(text)).toBeNull()
    expect(duration.safeParse(text).error?.issues[0]?.message).toContain('such as "24h"')
  })

  it('are parsed back whatever their parts', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(23), fc.nat(59), (days, hours, minutes) => {
        expect(parseDuration(`${days}d ${hours}h${minutes} min`)).toBe(((days * 24 + hours) * 60 + minutes) * 60_000)
      }),
    )
  })
})

it('refuses a number without a unit, and a rate of another quantity', () => {
  expect(duration.safeParse(24).error?.issues[0]?.message).toBe(
    '24 is not a duration (ms, s, min, h, d); write it with its unit, such as "24h"',
  )
  expect([memoryRate.parse('26 MiB/h'), percentRate.parse('3 %/h')]).toEqual([26, 3])
  expect(memoryRate.safeParse('26 MB/h').success).toBe(false)
  expect(percentRate.safeParse('3 %').success).toBe(false)
})

it('writes every quantity as it reads it, with nothing lost', () => {
  const amount = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(amount, fc.nat(1e12), fc.double({ min: 0, max: 1, noNaN: true }), (value, ms, part) => {
      expect(percent.parse(writtenPercent(value))).toBe(value)
      expect(memory.parse(writtenMemory(value))).toBe(value)
      expect(share.parse(writtenShare(part))).toBe(part)
      expect(parseDuration(writtenDuration(ms))).toBe(ms)
    }),
  )
  expect([writtenShare(0.88), writtenShare(0.005), writtenDuration(5_400_000)]).toEqual(['88 %', '0.5 %', '90min'])
})
