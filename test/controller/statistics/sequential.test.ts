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
import { chanceOfCrossing, type Looks } from './crossing.ts'
import { runLength } from './run-length.ts'

function normals(label: string): () => number {
  const chance = seedrandom.alea(label)
  return () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
}

/** As far as it was printed, or as near as the chain of places comes. */
const near = (value: number, published: number): void => {
  const [, decimals = ''] = String(published).split('.')
  expect(Math.abs(value - published)).toBeLessThan(Math.max(1.01 * 10 ** -decimals.length, 0.0015 * published))
}

describe('the cumulative sum', () => {
  // [source: cusum-run-lengths]
  it.each([
    [0, 168, 149, 465, 430],
    [0.25, 74.2, 62.7, 139, 122],
    [0.5, 26.6, 20.1, 38, 28.7],
    [0.75, 13.3, 8.97, 17, 11.2],
    [1, 8.38, 5.29, 10.4, 6.35],
    [1.5, 4.75, 2.86, 5.75, 3.37],
    [2, 3.34, 2.01, 4.01, 2.36],
    [2.5, 2.62, 1.59, 3.11, 1.86],
    [3, 2.19, 1.32, 2.57, 1.54],
    [4, 1.71, 1.07, 2.01, 1.16],
    [5, 1.31, 1.01, 1.69, 1.02],
  ])('has the published run lengths for a shift of %d, without and with a head start', (shift, a4, b4, a5, b5) => {
    const two = (h: number, headStart: number): number => runLength({ k: 0.5, h, shift, headStart, twoSided: true })
    near(two(4, 0), a4)
    near(two(4, 2), b4)
    near(two(5, 0), a5)
    near(two(5, 2.5), b5)
  })

  // [source: cusum-run-lengths]
  it.each([
    [0.5, 3, 0, 117.59],
    [0.5, 3, 1.5, 3.75],
    [0.5, 3, -0.5, 1963],
    [0.5, 3, 0.5, 17.35],
    [0, 10, -0.25, 2071.51],
    [0, 10, -0.125, 400.28],
    [0, 10, 0, 124.66],
    [0, 10, 0.125, 59.3],
    [0, 10, 0.25, 36.71],
    [0, 10, 0.5, 20.37],
    [0, 10, 0.75, 14.06],
    [0, 10, 1, 10.75],
  ])('has the published run length with k = %d, h = %d for a shift of %d', (k, h, shift, published) => {
    near(runLength({ k, h, shift }), published)
  })

  it('has the published run length on two sides of which one is nearer', () => {
    near(runLength({ k: 0.6, h: 3, shift: -0.2, twoSided: true }), 65.4) // [source: cusum-run-lengths]
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

  /** Sum at which the mixture of `n` samples of variance 1 crosses the boundary. */
  const mixtureBound = (tau2: number, alpha: number): Looks['bound'] => {
    return (n) => {
      let [low, high] = [0, 100 * n]
      for (let i = 0; i < 80; i++) {
        const sum = (low + high) / 2
        if (mixtureLogRatio(sum / n, 1 / n, Math.sqrt(tau2)) >= boundaryFor(alpha)) high = sum
        else low = sum
      }
      return low
    }
  }

  it.each([
    [0.01, 0.0067],
    [0.04, 0.0195],
    [0.25, 0.0281],
    [1, 0.0267],
  ])('of a nominal 0.05 alarms in so many windows of 288 looks: tau^2 %d, %d', (tau2, share) => {
    expect(chanceOfCrossing({ looks: 288, bound: mixtureBound(tau2, 0.05) })).toBeCloseTo(share, 4) // [source: msprt-false-alarms]
  })

  /** Share of windows of 288 looks that find a shift after so many looks without. */
  const found = (shift: number, onset: number, tau2: number): number =>
    chanceOfCrossing({ looks: 288, bound: mixtureBound(tau2, 8.33e-4), shift: (n) => (n > onset ? shift : 0) })

  // [source: dilution]
  it.each([
    [0.3, 0.85, 0.05],
    [0.5, 1, 0.52],
    [1, 1, 1],
  ])('finds a shift of %d, and less of it after healthy hours', (shift, early, late) => {
    expect(Math.abs(found(shift, 0, 0.04) - early)).toBeLessThan(0.01)
    expect(Math.abs(found(shift, 144, 0.04) - late)).toBeLessThan(0.01)
  })

  it('finds small shifts more seldom where it looks for large ones', () => {
    expect(Math.abs(found(0.3, 0, 0.25) - 0.83)).toBeLessThan(0.01) // [source: dilution]
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

describe('a fixed test that is repeated', () => {
  const peeking = (looks: number, sigmas: number): number =>
    chanceOfCrossing({ looks, bound: (n) => sigmas * Math.sqrt(n) })

  // [source: peeking]
  it.each([
    [1, 0.05],
    [2, 0.083],
    [3, 0.107],
    [4, 0.126],
    [5, 0.142],
    [10, 0.193],
    [20, 0.248],
    [50, 0.32],
    [100, 0.374],
    [288, 0.45],
  ])('of a nominal 0.05 alarms as often as published after %d looks: %d', (looks, share) => {
    expect(Math.abs(peeking(looks, 1.959964) - share)).toBeLessThan(0.00051)
  })

  // [source: pocock]
  it.each([
    [1, 0.05, 1.96],
    [2, 0.05, 2.178],
    [3, 0.05, 2.289],
    [4, 0.05, 2.361],
    [5, 0.05, 2.413],
    [6, 0.05, 2.453],
    [7, 0.05, 2.485],
    [8, 0.05, 2.512],
    [9, 0.05, 2.535],
    [10, 0.05, 2.555],
    [2, 0.01, 2.772],
    [5, 0.01, 2.986],
    [10, 0.01, 3.117],
    [20, 0.05, 2.672],
    [48, 0.05, 2.792],
    [96, 0.05, 2.87],
    [288, 0.05, 2.972],
  ])('%d times needs, for %d in all, the published constant of Pocock: %d', (looks, alpha, sigmas) => {
    expect(peeking(looks, sigmas - 0.00051)).toBeGreaterThan(alpha)
    expect(peeking(looks, sigmas + 0.00051)).toBeLessThan(alpha)
  })

  it('exceeds 4.00 within 288 looks with about a twelfth of 1 %', () => {
    expect(peeking(288, 4) / 2).toBeCloseTo(8.2e-4, 5) // [source: lasting-sigmas]
  })
})
