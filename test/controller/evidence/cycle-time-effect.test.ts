import { describe, expect, it } from 'vitest'
import type { Baseline } from '../../../controller/evidence/baseline.ts'
import {
  type CycleNoise,
  cycleNoiseOf,
  lineEffects,
  stageEffect,
} from '../../../controller/evidence/cycle-time-effect.ts'
import { NO_SUMS, type Sums } from '../../../controller/evidence/sums.ts'
import type { Noise } from '../../../controller/evidence/within-lines.ts'
import { oneCase } from '../judge/one-case.ts'

describe('the noise', () => {
  const noiseOf = (baseline: Partial<Baseline>, ...noises: readonly Noise[]) => {
    const one = oneCase()
    const evaluations = noises.flatMap((noise) => oneCase({ noise }).evidence.evaluations)
    return cycleNoiseOf(evaluations, { ...one.baseline, ...baseline })
  }

  it('that lasts is what the week has shown, and 2 % at least, since it had no update', () => {
    expect(noiseOf({ cycleTimeSpread: 0.03 }).lasting).toBeCloseTo(0.0009, 12)
    expect(noiseOf({ cycleTimeSpread: 0.01 }).lasting).toBeCloseTo(0.0004, 12)
    expect(noiseOf({ cycleTimeSpread: undefined }).lasting).toBeCloseTo(0.0004, 12)
  })

  it('that passes is what the controls scatter by beyond that, if there are enough', () => {
    expect(noiseOf({}, { squares: 0.01, degrees: 6 }, { squares: 0.022, degrees: 10 }).passing).toBeCloseTo(0.0016, 12)
    expect(noiseOf({}, { squares: 0.01, degrees: 6 }, { squares: 0.022, degrees: 9 }).passing).toBeNull()
    expect(noiseOf({}, { squares: 0.0016, degrees: 16 }).passing).toBe(0)
    expect(noiseOf({}).passing).toBeNull()
  })

  it('of single cycles is the week’s', () => {
    expect(noiseOf({ cycleTimeCv: 0.5 }).perCycle).toBe(0.25)
    expect(noiseOf({}).perCycle).toBe(0)
  })
})

describe('the effect on a line', () => {
  const NOISE: CycleNoise = { lasting: 0.01, besideLine: 0.01, ofPlant: 0, passing: 0.04, perCycle: 1 }
  const sums = (cycleMs: number, over: Partial<Sums> = {}): Sums => ({
    ...NO_SUMS,
    cycles: 100,
    cycleMs,
    expectedCycleMs: 100,
    readings: 2,
    countedMinutes: 60,
    boundedEffects: 0.4,
    ...over,
  })
  const CONTROLS = sums(125, { readings: 4, boundedEffects: 0.2 })
  const effectOf = (stage: Sums, { controls = CONTROLS, noise = NOISE, evaluations = 3, useControls = true } = {}) =>
    lineEffects([{ line: 7, evaluations, stage, controls }], noise, useControls)

  it('is in logarithms, less what the controls show', () => {
    expect(effectOf(sums(200))).toEqual([
      // Of 2 devices with 4 controls: 0.01 x 3 evaluations x (1/2 + 1/4), and 0.04 x (1/2 + 1/4) more.
      {
        line: 7,
        minutes: 60,
        effect: expect.closeTo(Math.log(1.6), 12),
        boundedEffect: expect.closeTo(0.2 - 0.05, 12),
        lastingVariance: expect.closeTo(0.0225, 9),
        variance: expect.closeTo(0.0525, 9),
      },
    ])
  })

  it.each([
    ['none are asked', { useControls: false }],
    ['none were seen', { controls: NO_SUMS }],
    ['they made nothing', { controls: { ...CONTROLS, cycleMs: 0 } }],
    ['nothing is known of them', { controls: { ...CONTROLS, expectedCycleMs: 0 } }],
  ])('is known from history alone where %s, and its devices share their day', (_, options) => {
    expect(effectOf(sums(200), options)).toEqual([
      {
        line: 7,
        minutes: 60,
        effect: Math.log(2),
        boundedEffect: 0.2,
        lastingVariance: 0.01,
        sharedVariance: 0,
        variance: expect.closeTo(0.03, 9),
      },
    ])
  })

  it('scatters as single cycles do where there are too few controls', () => {
    const noise = { ...NOISE, passing: null }
    expect(effectOf(sums(200), { noise })[0]?.variance).toBeCloseTo(0.0225 + 0.02 * 0.75, 9)
    expect(effectOf(sums(200, { cycles: 50 }), { noise })[0]?.variance).toBeCloseTo(0.0225 + 0.04 * 0.75, 9)
    expect(effectOf(sums(200), { noise, useControls: false })[0]?.variance).toBeCloseTo(0.01 + 0.02 * 0.5, 9)
  })

  it('is none where nothing was made, or nothing was to be expected', () => {
    expect(effectOf(sums(0))).toEqual([])
    expect(effectOf(sums(200, { expectedCycleMs: 0 }))).toEqual([])
  })
})

describe('the effect on the stage', () => {
  const line = (number: number, effect: number) => ({
    line: number,
    minutes: 60,
    effect,
    boundedEffect: effect / 2,
    variance: 0.4,
    lastingVariance: 0.04,
  })

  it('is that of its lines, weighing equally', () => {
    expect(stageEffect([line(1, 0.1), line(2, 0.3)])).toEqual({
      effect: expect.closeTo(0.2, 12),
      boundedEffect: expect.closeTo(0.1, 12),
      variance: expect.closeTo(0.2, 12),
      lastingVariance: expect.closeTo(0.02, 12),
    })
    expect(stageEffect([line(1, 0.1)])).toEqual({
      effect: 0.1,
      boundedEffect: 0.05,
      variance: 0.4,
      lastingVariance: 0.04,
    })
  })

  it('is none where no line made anything', () => {
    expect(stageEffect([])).toBeNull()
  })
})
