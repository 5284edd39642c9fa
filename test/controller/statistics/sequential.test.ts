import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import {
  boundaryFor,
  cusumStep,
  maxSprtCriticalValue,
  mixtureLogRatio,
  normalLogRatio,
  poissonLogRatio,
} from '../../../controller/statistics/sequential.ts'

function normals(label: string): () => number {
  const chance = seedrandom.alea(label)
  return () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
}

/** Mean looks until a two-sided CUSUM alarms, and the standard error of that mean. */
function runLength(options: {
  k: number
  h: number
  shift: number
  headStart?: number
  twoSided?: boolean
  runs?: number
}) {
  const { k, h, shift, headStart = 0, twoSided = false, runs = 4000 } = options
  const draw = normals(`cusum/${JSON.stringify(options)}`)
  let [sum, squares] = [0, 0]
  for (let run = 0; run < runs; run++) {
    let [up, down, evaluations] = [headStart, twoSided ? headStart : 0, 0]
    while (up <= h && down <= h) {
      const x = draw() + shift
      up = cusumStep(up, x - k)
      if (twoSided) down = cusumStep(down, -x - k)
      evaluations += 1
    }
    sum += evaluations
    squares += evaluations * evaluations
  }
  const mean = sum / runs
  return { mean, error: Math.sqrt((squares / runs - mean * mean) / runs) }
}

describe('the cumulative sum', () => {
  // [source: cusum-run-lengths]
  it.each([
    [0, 168, 149],
    [0.25, 74.2, 62.7],
    [0.5, 26.6, 20.1],
    [0.75, 13.3, 8.97],
    [1, 8.38, 5.29],
    [1.5, 4.75, 2.86],
    [2, 3.34, 2.01],
    [3, 2.19, 1.32],
    [5, 1.31, 1.01],
  ])('has the published run lengths for a shift of %d, without and with a head start', (shift, plain, fast) => {
    const options = { k: 0.5, h: 4, shift, twoSided: true }
    const [a, b] = [runLength(options), runLength({ ...options, headStart: 2 })]
    expect(Math.abs(a.mean - plain)).toBeLessThan(4 * a.error + 0.006 * plain)
    expect(Math.abs(b.mean - fast)).toBeLessThan(4 * b.error + 0.006 * fast)
  })

  // [source: cusum-run-lengths]
  it.each([
    [0.5, 3, 0, 117.59],
    [0.5, 3, 1.5, 3.75],
    [0.5, 3, 0.5, 17.35],
    [0, 10, 0, 124.66],
    [0, 10, 0.25, 36.71],
    [0, 10, 0.5, 20.37],
    [0, 10, 1, 10.75],
  ])('has the published run length with k = %d, h = %d for a shift of %d', (k, h, shift, published) => {
    const { mean, error } = runLength({ k, h, shift })
    expect(Math.abs(mean - published)).toBeLessThan(4 * error + 0.005 * published)
  })

  it.each([
    [1, 0.5, 1.5],
    [1.5, -2, 0],
    [0, -1, 0],
    [0, 0.25, 0.25],
  ])('is what came up since it last was nothing: after %d and %d it is %d', (sum, evidence, after) => {
    expect(cusumStep(sum, evidence)).toBe(after)
  })

  it('has the published run lengths on Poisson counts, exactly', () => {
    // Multiples of a quarter only, so that the chain is finite. The alarm is at S >= h. [source: poisson-cusum]
    const states = Array.from({ length: 40 }, (_, i) => i / 4)
    let lengths = states.map(() => 0)
    const chances = Array.from({ length: 15 }, (_, n) => (Math.exp(-0.25) * 0.25 ** n) / factorial(n))
    for (let change = 1; change > 1e-7; ) {
      const next = states.map((s) =>
        chances.reduce((sum, chance, n) => {
          const to = cusumStep(s, n - 0.25)
          return to >= 10 ? sum : sum + chance * (lengths[Math.round(to * 4)] as number)
        }, 1),
      )
      change = Math.max(...next.map((length, i) => Math.abs(length - (lengths[i] as number))))
      lengths = next
    }
    expect(lengths[0]).toBeCloseTo(438.12, 1)
    expect(lengths[20]).toBeCloseTo(333.12, 1)
  })

  it('alarms on log likelihood ratios no more often than its boundary promises', () => {
    const draw = normals('cusum boundary')
    const [evaluations, alpha, windows] = [288, 0.05, 2000]
    let alarms = 0
    for (let window = 0; window < windows; window++) {
      let [sum, most] = [0, 0]
      for (let evaluation = 0; evaluation < evaluations; evaluation++) {
        sum = cusumStep(sum, normalLogRatio(draw(), 1))
        most = Math.max(most, sum)
      }
      if (most >= boundaryFor(alpha, evaluations)) alarms += 1
    }
    expect(alarms / windows).toBeLessThan(alpha)
    expect(alarms).toBeGreaterThan(0)
  })
})

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

describe('the mixture likelihood ratio', () => {
  it('is the formula of the literature for independent samples', () => {
    const [n, s, tau2] = [50, 21, 0.04]
    const published = -0.5 * Math.log(1 + n * tau2) + (tau2 * s * s) / (2 * (1 + n * tau2))
    expect(mixtureLogRatio(s / n, 1 / n, Math.sqrt(tau2))).toBeCloseTo(published, 12)
  })

  it('grows with the effect and is nothing below zero', () => {
    const ratios = [-1, 0, 0.1, 0.2, 0.5].map((mean) => mixtureLogRatio(mean, 0.01, 0.1))
    expect(ratios.slice(0, 2)).toEqual([0, 0])
    expect(ratios.slice(2)).toEqual([...ratios.slice(2)].sort((a, b) => a - b))
  })

  it('may be looked at 288 times, where a fixed test of 5 % alarms in every other window', () => {
    const draw = normals('peeking')
    const windows = 3000
    const counts = { peeking10: 0, peeking20: 0, peeking288: 0, mixture: 0 }
    for (let window = 0; window < windows; window++) {
      let [sum, first, isAlarm] = [0, Number.POSITIVE_INFINITY, false]
      for (let n = 1; n <= 288; n++) {
        sum += draw()
        if (first > 288 && Math.abs(sum) > 1.959964 * Math.sqrt(n)) first = n
        isAlarm ||= mixtureLogRatio(Math.abs(sum) / n, 1 / n, 0.2) >= boundaryFor(0.05)
      }
      if (first <= 10) counts.peeking10 += 1
      if (first <= 20) counts.peeking20 += 1
      if (first <= 288) counts.peeking288 += 1
      if (isAlarm) counts.mixture += 1
    }
    const near = (count: number, share: number): void =>
      expect(Math.abs(count / windows - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / windows))
    near(counts.peeking10, 0.193) // [source: peeking]
    near(counts.peeking20, 0.248)
    near(counts.peeking288, 0.4497)
    near(counts.mixture, 0.019) // [source: msprt-false-alarms]
  })

  it('keeps its promise where samples share a disturbance, which the plain formula breaks', () => {
    const draw = normals('shared')
    const windows = 2000
    const share = 0.1
    let [honest, naive] = [0, 0]
    for (let window = 0; window < windows; window++) {
      const day = Math.sqrt(share) * draw()
      let [sum, isHonest, isNaive] = [0, false, false]
      for (let n = 1; n <= 100; n++) {
        sum += day + Math.sqrt(1 - share) * draw()
        const mean = sum / n
        isHonest ||= mixtureLogRatio(Math.abs(mean), share + (1 - share) / n, 0.5) >= boundaryFor(0.05)
        isNaive ||= mixtureLogRatio(Math.abs(mean), 1 / n, 0.5) >= boundaryFor(0.05)
      }
      if (isHonest) honest += 1
      if (isNaive) naive += 1
    }
    expect(honest / windows).toBeLessThan(0.05)
    expect(naive / windows).toBeGreaterThan(0.3)
  })
})

describe('the log likelihood ratio of one sample', () => {
  it('adds up to a sequential probability ratio test of the expected length', () => {
    const draw = normals('sprt')
    const [shift, runs, bound] = [0.1, 1500, Math.log(0.95 / 0.05)]
    let evaluations = 0
    for (let run = 0; run < runs; run++) {
      let sum = 0
      while (Math.abs(sum) < bound) {
        sum += normalLogRatio(draw(), shift)
        evaluations += 1
      }
    }
    // Wald's 5.300 / shift^2 takes no account of the last step's overshoot. [source: wald-sprt]
    const ratio = (evaluations / runs) * shift * shift
    expect(ratio).toBeGreaterThan(5.3 * 0.97)
    expect(ratio).toBeLessThan(5.3 * 1.12)
  })

  it('is expected to fall without a change, and to rise with it', () => {
    expect(poissonLogRatio(2, 2, 1.5)).toBeLessThan(0)
    expect(poissonLogRatio(3, 2, 1.5)).toBeGreaterThan(0)
  })

  it('agrees with published tables', () => {
    expect(normalLogRatio(2, 0.5)).toBe(0.875)
    expect(poissonLogRatio(3, 2, 1.5)).toBeCloseTo(0.216395, 6)
  })
})

describe('the boundary', () => {
  it('is the logarithm of how rare a false alarm may be, in all its tests together', () => {
    expect(boundaryFor(0.05)).toBeCloseTo(2.995732, 6)
    expect(boundaryFor(0.05, 20)).toBeCloseTo(5.991465, 6)
    expect(boundaryFor(0.05, 0.5)).toBe(boundaryFor(0.05))
  })

  it.each([
    [0.1, 6.407556], // safe, not exact
    [0.01, 6.407556],
    [0.0031622777, 7.640292],
    [0.001, 8.873027],
    [0.0001, 11.288345],
    [0.00001, 13.677633],
    [0.0000001, 18.456209],
  ])('of counts lies between the computed ones, and goes on as the last: alpha %d', (alpha, boundary) => {
    expect(maxSprtCriticalValue(alpha)).toBeCloseTo(boundary, 5)
  })
})
