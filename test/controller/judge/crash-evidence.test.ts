import { describe, expect, it } from 'vitest'
import type { StageName } from '../../../controller/contract.ts'
import { crashEvidence } from '../../../controller/judge/crash-evidence.ts'
import { policyWith } from '../fixtures.ts'

const DAY_MS = 86_400_000
/** 340 device-weeks. */
const WEEK_MINUTES = 340 * 7 * 1440
const policy = policyWith()

/** Whether so many crashes in so many device-days of a stage count, next to those of the week. */
function counts(stage: StageName, crashes: number, deviceDays: number, reference: number): boolean {
  const pooled = { crashes: { crashes: reference, minutes: WEEK_MINUTES } }
  const { statistic } = crashEvidence(pooled, policy, stage, { crashes, exposureMs: deviceDays * DAY_MS })
  return statistic !== undefined && statistic.value >= statistic.boundary
}

describe('next to the pooled crashes of the week', () => {
  it('one crash of a canary within its day counts where the week had one, and sooner where it had more', () => {
    expect([0.1, 12, 17, 19, 34].map((days) => counts('canary', 1, days, 1))).toEqual([true, true, true, false, false])
    expect([5, 8.8, 9.1, 17].map((days) => counts('canary', 1, days, 2))).toEqual([true, true, false, false])
    expect([3, 4.4, 4.6].map((days) => counts('canary', 1, days, 4))).toEqual([true, true, false])
    // 17 canaries of a plant in which each device crashes once a month: nothing that happens anyway.
    expect([1, 2, 3].map((crashes) => counts('canary', crashes, 17, 80))).toEqual([false, false, false])
    expect(counts('canary', 8, 17, 80)).toBe(true)
  })

  it('a crash counts for less in a later stage, which is so large that the plant’s own fall into it', () => {
    expect([0.5, 2.9, 3.1, 68].map((days) => counts('early', 1, days, 1))).toEqual([true, true, false, false])
    expect([30, 40].map((days) => counts('early', 2, days, 1))).toEqual([true, false])
    expect(counts('production', 2, 255, 1)).toBe(false)
    expect(counts('production', 3, 80, 1)).toBe(true)
  })

  it('no statistic is needed where the week had none, nor by raw thresholds', () => {
    const none = crashEvidence({}, policy, 'production', { crashes: 1, exposureMs: DAY_MS })
    // -ln(1 - 0.00125) and where one or none have a chance of a quarter of that.
    expect(none).toEqual({
      expected: 0,
      interval: { low: expect.closeTo(0.001251, 6), high: expect.closeTo(10.51, 2) },
    })
    const pooled = { crashes: { crashes: 9, minutes: WEEK_MINUTES } }
    const raw = policyWith({ profile: 'raw-thresholds' })
    expect(crashEvidence(pooled, raw, 'canary', { crashes: 1, exposureMs: DAY_MS })).toEqual({ expected: 0 })
  })

  it('before any exposure was confirmed it is that of a minute', () => {
    const pooled = { crashes: { crashes: 9, minutes: WEEK_MINUTES } }
    const { expected, statistic } = crashEvidence(pooled, policy, 'early', { crashes: 1, exposureMs: 0 })
    expect(expected).toBeCloseTo(9 / WEEK_MINUTES, 12)
    expect((statistic?.value ?? 0) > (statistic?.boundary ?? 0)).toBe(true)
  })
})

/** The chance that a stage of a healthy release is rolled back for its crashes within so many device-days. */
function falseRollbacks(stage: StageName, deviceDays: number, reference: number, perDeviceDay: number): number {
  let sum = 0
  for (let crashes = 1; crashes <= 12; crashes++) {
    let [low, high] = [0, deviceDays]
    if (!counts(stage, crashes, high, reference)) {
      for (let i = 0; i < 60; i++) {
        const middle = (low + high) / 2
        if (counts(stage, crashes, middle, reference)) low = middle
        else high = middle
      }
    } else low = high
    let [fewer, term] = [0, Math.exp(-low * perDeviceDay)]
    for (let k = 0; k < crashes; k++) {
      fewer += term
      term *= (low * perDeviceDay) / (k + 1)
    }
    sum += Math.max(1 - fewer, 0)
  }
  return sum
}

it.each([
  [1, 0.011],
  [2, 0.0115],
  [5, 0.0125],
  [20, 0.0135],
])('a plant with %d crashes a week loses few healthy releases to them: at most %d', (reference, most) => {
  const rate = reference / (340 * 7)
  const total =
    falseRollbacks('canary', 17 * 4, reference, rate) +
    falseRollbacks('early', 68 * 3, reference, rate) +
    falseRollbacks('production', 255, reference, rate)
  expect(total).toBeLessThan(most)
  expect(total).toBeGreaterThan(0.002)
})
