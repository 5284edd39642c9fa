import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { excessSigma, familyBoundary } from '../../controller/statistics.ts'

/** So long a reference that it is no chance any more. */
const ENDLESS = 1e9
const likelihoodRatio = (count: number, expected: number): number =>
  excessSigma(count, ENDLESS, expected / ENDLESS) ** 2 / 2

/** Expected count at which `count` events still give the critical value, by bisection below `count`. */
function latestSignal(count: number, criticalValue: number): number {
  let [low, high] = [1e-9, count]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (likelihoodRatio(count, middle) >= criticalValue) low = middle
    else high = middle
  }
  return low
}

const poisson = (count: number, mean: number): number => {
  let probability = Math.exp(-mean)
  for (let i = 1; i <= count; i++) probability *= mean / i
  return probability
}

/** Chance that a Poisson process signals before its expected count reaches `end`: exact, from bound to bound. */
function chanceOfSignal(end: number, criticalValue: number): number {
  let quiet = [1]
  let now = 0
  for (let count = 1; now < end; count++) {
    const until = Math.min(latestSignal(count, criticalValue), end)
    const next: number[] = []
    // After `until`, having `count` events is no signal any more; up to then fewer must have come.
    for (let have = 0; have < count; have++) {
      next[have] = quiet.reduce(
        (sum, chance, before) => sum + (before <= have ? chance * poisson(have - before, until - now) : 0),
        0,
      )
    }
    quiet = next
    now = until
  }
  return 1 - quiet.reduce((sum, chance) => sum + chance, 0)
}

describe('the excess of a count over a reference', () => {
  it.each([
    [1, 2.853937],
    [2, 3.046977],
    [5, 3.297183],
    [10, 3.467952],
    [20, 3.628123],
  ])('signals with 5 %% at the published MaxSPRT critical value for T = %d', (end, criticalValue) => {
    expect(chanceOfSignal(end, criticalValue)).toBeCloseTo(0.05, 5) // [detection D5.3: Kulldorff 2011, M = 1]
  })

  it('is the MaxSPRT likelihood ratio where the reference is endless', () => {
    expect(likelihoodRatio(16, 5.1)).toBeCloseTo(5.1 - 16 + 16 * Math.log(16 / 5.1), 5)
  })

  it('is less the shorter the reference is', () => {
    const sigmas = [1e6, 1000, 100, 20].map((reference) => excessSigma(40, reference, 20 / reference))
    expect(sigmas).toEqual([...sigmas].sort((a, b) => b - a))
    expect(sigmas[3]).toBeLessThan((sigmas[0] as number) * 0.8)
  })

  it('is defined where nothing was counted', () => {
    expect(excessSigma(0, 0, 0.1)).toBe(0)
    expect(excessSigma(0, 50, 0.1)).toBeLessThan(0)
    expect(excessSigma(8, 0, 0.2)).toBeCloseTo(Math.sqrt(16 * Math.log(6)), 9)
  })
})

it('keeps the error rule inside its budget over 288 looks at a canary', () => {
  const chance = seedrandom.alea('budget')
  const draw = (mean: number): number => {
    let count = 0
    for (let p = chance(); p > Math.exp(-mean); p *= chance()) count += 1
    return count
  }
  const windows = 3000
  let alarms = 0
  for (let window = 0; window < windows; window++) {
    let reference = 0
    for (let part = 0; part < 204; part++) reference += draw(20) // 17 devices, three cells, 80 errors each
    let [count, ratio, isAlarm] = [0, 0, false]
    for (let look = 0; look < 288 && !isAlarm; look++) {
      count += draw(2.83)
      ratio += 2.83 / 4080
      const expected = reference * ratio
      isAlarm = count - expected >= 4 && count > 1.05 * expected && excessSigma(count, reference, ratio) >= 4
    }
    if (isAlarm) alarms += 1
  }
  expect(alarms / windows).toBeLessThan(0.0022) // [detection D3: 8.33e-4, and 3.5 of its standard errors at 3,000]
})

it('raises the boundary with the size of the family', () => {
  expect(familyBoundary(4, 1)).toBe(4)
  expect(familyBoundary(4, 17)).toBeCloseTo(4.655, 3)
})
