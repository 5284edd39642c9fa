import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Case } from '../../controller/case.ts'
import type { Sums } from '../../controller/evidence.ts'
import { judge } from '../../controller/judge.ts'
import type { VerdictKind } from '../../controller/verdict.ts'
import { policyWith } from './fixtures.ts'
import { LINES, oneCase } from './rules/one-case.ts'

const GRAVITY: Readonly<Record<VerdictKind, number>> = { healthy: 0, inconclusive: 1, breach: 2 }

interface Badness {
  readonly slowdown: number
  readonly failures: number
  readonly errors: number
}

const badness = fc.record({
  slowdown: fc.double({ min: 0, max: 4, noNaN: true }),
  failures: fc.integer({ min: 0, max: 30 }),
  errors: fc.integer({ min: 0, max: 40 }),
})
const fleet = fc.array(badness, { minLength: LINES, maxLength: LINES })

const caseOf = (lines: readonly Badness[], hasControls: boolean, common: number): Case => {
  const sumsOf = (line: number): Partial<Sums> => {
    const { slowdown, failures, errors } = lines[line - 1] as Badness
    return { cycleMs: 3_600_000 * (0.9 + slowdown), failures, errors }
  }
  const controls = (): Partial<Sums> => ({
    cycleMs: 3_600_000 * (1 + common),
    failures: 6 + 100 * common,
    errors: 38 * (1 + common),
  })
  return oneCase({ stage: sumsOf, controls, hasControls })
}

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
      }))
      for (const profile of ['default', 'seed-literal'] as const) {
        const policy = policyWith({ profile })
        const better = judge({ ...caseOf(a, hasControls, common), policy }).kind
        const worse = judge({ ...caseOf(b, hasControls, common), policy }).kind
        expect(GRAVITY[worse]).toBeGreaterThanOrEqual(GRAVITY[better])
      }
    },
  )
  fc.assert(property, { numRuns: 300 })
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
