import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import {
  betaBinomial,
  clusteredLogTail,
  type LineCount,
  linesLogTail,
} from '../../../controller/statistics/clustered-tail.ts'

describe('the beta-binomial distribution', () => {
  it('is that of the textbook', () => {
    // Uniform for a beta distribution of 1 and 1, Polya's urn for 2 and 3: C(4, k) B(2 + k, 7 - k) / B(2, 3).
    for (const chance of betaBinomial(4, 1, 1)) expect(chance).toBeCloseTo(1 / 5, 12)
    const urn = [15, 20, 18, 12, 5].map((part) => part / 70)
    betaBinomial(4, 2, 3).forEach((chance, k) => {
      expect(chance).toBeCloseTo(urn[k] as number, 12)
    })
  })

  it('adds up to one, also where it is very uneven', () => {
    for (const [n, away, there] of [
      [17, 1, 333],
      [255, 20, 1],
      [2000, 0.003, 0.997],
      [1000, 1, 100_000],
    ] as const) {
      expect(betaBinomial(n, away, there).reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
    }
  })
})

describe('the chance that so many are away', () => {
  const rate = { away: 1, there: 332, line: 0.003 }
  const plant = (peersAway: number, peers = 19, devices = 1): LineCount[] =>
    Array.from({ length: 17 }, () => ({ devices, peers, peersAway }))

  it('falls with their number, and is 1 for none', () => {
    const tails = [0, 1, 2, 3, 17].map((count) => clusteredLogTail(count, plant(0), rate))
    expect(tails[0]).toBe(0)
    expect(tails).toEqual([...tails].sort((a, b) => b - a))
    expect(tails[1]).toBeCloseTo(Math.log(0.05), 0)
  })

  it('is large where the line’s peers are away', () => {
    expect(clusteredLogTail(17, plant(19), rate)).toBeGreaterThan(Math.log(0.1))
    expect(clusteredLogTail(17, plant(0), rate)).toBeLessThan(-40)
  })

  it('of so many lines is no larger than of so many devices, and the same where each has one', () => {
    for (const count of [1, 2, 3, 6]) {
      expect(linesLogTail(count, plant(0), rate)).toBeCloseTo(clusteredLogTail(count, plant(0), rate), 9)
      expect(linesLogTail(count, plant(0, 19, 15), rate)).toBeLessThanOrEqual(
        clusteredLogTail(count, plant(0, 19, 15), rate),
      )
    }
    expect(linesLogTail(0, plant(0), rate)).toBe(0)
    expect(linesLogTail(17, plant(19), rate)).toBeGreaterThan(Math.log(0.1))
  })

  it('is not smaller for a problem that was scaled down', () => {
    const large = plant(0, 0, 1500)
    expect(clusteredLogTail(25_500, large, rate)).toBeLessThan(-40)
    // Three lines of the seventeen, each as a whole.
    expect(clusteredLogTail(4000, large, rate)).toBeGreaterThan(-40)
  })

  it('holds for devices that go away by chance, at every look of a week', () => {
    // 68 devices, each away for an hour once in a fortnight, in 200 weeks of looks every five minutes.
    const chance = seedrandom.alea('away')
    let exceeded = 0
    for (let week = 0; week < 200; week++) {
      const starts = Array.from({ length: 68 }, () => [] as number[])
      for (const own of starts)
        for (let at = -20160 * Math.log(chance()); at < 10080; at += 60 - 20160 * Math.log(chance())) own.push(at)
      let most = 0
      for (let look = 0; look < 10080; look += 5) {
        const away = starts.filter((own) => own.some((at) => look >= at + 10 && look < at + 60)).length
        most = Math.max(most, away)
      }
      // The boundary of a stage that has been watched for no time yet: 5 % a stage here, so that it can be measured.
      const boundary = Math.log(most * 168) - Math.log(0.05)
      if (most > 1 && -clusteredLogTail(most, plant(0, 15, 4), rate) >= boundary) exceeded += 1
    }
    expect(exceeded / 200).toBeLessThanOrEqual(0.05)
  })
})
