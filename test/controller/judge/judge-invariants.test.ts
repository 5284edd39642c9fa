import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newSeries } from '../../../controller/evidence/memory-series.ts'
import { NO_SUMS, type Sums } from '../../../controller/evidence/sums.ts'
import { judge } from '../../../controller/judge/judge.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import type { VerdictKind } from '../../../controller/judge/verdict.ts'
import { policyWith } from '../fixtures.ts'
import { LINES, oneCase } from './one-case.ts'

const GRAVITY: Readonly<Record<VerdictKind, number>> = { healthy: 0, inconclusive: 1, breach: 2 }

interface Badness {
  readonly slowdown: number
  readonly failures: number
  readonly errors: number
  readonly crashes: number
  readonly isDown: boolean
}

const badness = fc.record({
  slowdown: fc.double({ min: 0, max: 4, noNaN: true }),
  failures: fc.integer({ min: 0, max: 30 }),
  errors: fc.integer({ min: 0, max: 40 }),
  crashes: fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  isDown: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})
const fleet = fc.array(badness, { minLength: LINES, maxLength: LINES })

const caseOf = (lines: readonly Badness[], hasControls: boolean, common: number): RuleInput => {
  const sumsOf = (line: number): Partial<Sums> => {
    const { slowdown, failures, errors } = lines[line - 1] as Badness
    return { cycleMs: 3_600_000 * (0.9 + slowdown), failures, errors }
  }
  const controls = (): Partial<Sums> => ({
    cycleMs: 3_600_000 * (1 + common),
    failures: 6 + 100 * common,
    errors: 38 * (1 + common),
  })
  const down = { stage: lines.filter(({ isDown }) => isDown).length, stageOf: LINES, controls: 9, controlsOf: 323 }
  const one = oneCase({ stage: sumsOf, controls, hasControls, down })
  const members = Object.fromEntries(
    one.watch.members.map((thing, i) => [thing, memberWith((lines[i] as Badness).crashes, one.nowMs)]),
  )
  return { ...one, evidence: { ...one.evidence, members } }
}

const memberWith = (crashes: number, nowMs: number) => ({
  bootIdBefore: 'old',
  firstSeenSequence: 1,
  installedAtMs: nowMs - 3_600_000,
  exposureMs: 3_600_000,
  heardAtMs: nowMs,
  crashes,
  crashCounter: 0,
  hasFallenBack: false,
})

it('never answers better to worse data', () => {
  const property = fc.property(
    fleet,
    fleet,
    fc.boolean(),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (a, more, hasControls, common) => {
      const b = a.map((one, i) => ({
        slowdown: one.slowdown + (more[i] as Badness).slowdown,
        failures: Math.min(one.failures + (more[i] as Badness).failures, 60),
        errors: one.errors + (more[i] as Badness).errors,
        crashes: one.crashes + (more[i] as Badness).crashes,
        isDown: one.isDown || (more[i] as Badness).isDown,
      }))
      for (const profile of ['default', 'raw-thresholds'] as const) {
        const policy = policyWith({ profile })
        const better = judge({ ...caseOf(a, hasControls, common), policy }).kind
        const worse = judge({ ...caseOf(b, hasControls, common), policy }).kind
        expect(GRAVITY[worse]).toBeGreaterThanOrEqual(GRAVITY[better])
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
})

it('never answers healthy to a stage of which nothing was seen, whatever the controls do', () => {
  const property = fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (common, hasControls) => {
    const nothing = { ...NO_SUMS }
    const controls = () => ({ failures: 6 + 100 * common, errors: 38 * (1 + common) })
    const one = oneCase({ stage: () => nothing, controls, hasControls })
    for (const profile of ['default', 'raw-thresholds'] as const) {
      expect(judge({ ...one, policy: policyWith({ profile }) }).kind).toBe('inconclusive')
    }
  })
  fc.assert(property, { numRuns: 50 })
})

it('answers worse the more memory grows', () => {
  const judgedAt = (slopeMiB: number): VerdictKind => {
    const one = caseOf(
      Array.from({ length: LINES }, () => ({ slowdown: 0, failures: 0, errors: 2, crashes: 0, isDown: false })),
      true,
      0,
    )
    const minima = Array.from({ length: 12 }, (_, i) => i * slopeMiB + (i % 2))
    const s = minima.reduce((sum, v, i) => sum + minima.slice(0, i).reduce((a, w) => a + Math.sign(v - w), 0), 0)
    const known = { ...newSeries(150), limitMiB: 512, minima, s, levelMiB: 200 }
    const memory = Object.fromEntries(one.watch.members.map((thing) => [thing, known]))
    return judge({ ...one, evidence: { ...one.evidence, memory } }).kind
  }
  const gravities = [-1, 0, 0.2, 0.7, 1, 2, 3, 10, 100].map((slope) => GRAVITY[judgedAt(slope)])
  expect(gravities).toEqual([...gravities].sort((a, b) => a - b))
  expect(gravities[0]).toBe(0)
  expect(gravities).toContain(1)
  expect(gravities.at(-1)).toBe(2)
})

it('leaves what it judges as it was, and judges it the same again', () => {
  const one = deepFrozen(oneCase({ stage: () => ({ errors: 20, failures: 9, cycleMs: 9_000_000 }) }))
  const text = JSON.stringify(one)
  expect(judge(one)).toEqual(judge(one))
  expect(JSON.stringify(one)).toBe(text)
})

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFrozen(inner)
  return Object.freeze(value)
}
