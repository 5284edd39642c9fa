import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newSeries } from '../../../controller/evidence/memory-series.ts'
import { NO_PRESENCE } from '../../../controller/evidence/presence.ts'
import type { Sums } from '../../../controller/evidence/sums.ts'
import { judge } from '../../../controller/judge/judge.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import type { Finding } from '../../../controller/judge/verdict.ts'
import { mannKendallS } from '../../../controller/statistics/trend.ts'
import { HOUR_MS, policyWith } from '../fixtures.ts'
import { LINES, oneCase, withMetricRules } from './one-case.ts'

/** How bad a line is; 0 to some 60 events, so that some are beyond the limit, some beyond chance and some neither. */
const line = fc.record({
  slowdown: fc.oneof(fc.double({ min: 0, max: 0.2, noNaN: true }), fc.double({ min: 0, max: 4, noNaN: true })),
  failures: fc.integer({ min: 0, max: 20 }),
  errors: fc.integer({ min: 0, max: 30 }),
  qualityFailures: fc.integer({ min: 0, max: 40 }),
  units: fc.integer({ min: 0, max: 110 }),
  crashes: fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  isSilent: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  isDown: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  hasFailed: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  slopeMiB: fc.double({ min: -1, max: 6, noNaN: true }),
})
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never

const QUALITY = { readings: 1, due: 60, came: 60, effects: 0 }

interface Plant {
  readonly hasControls: boolean
  /** What the controls have in common with the stage. */
  readonly common: number
  readonly weekOfCrashes: number
  readonly limitMiB: number
}

function caseOf(lines: readonly Line[], { hasControls, common, weekOfCrashes, limitMiB }: Plant): RuleInput {
  const of = (number: number): Line => lines[number - 1] as Line
  const stage = (number: number): Partial<Sums> => ({
    cycleMs: 3_600_000 * (0.95 + of(number).slowdown),
    failures: of(number).failures,
    errors: of(number).errors,
    cycles: of(number).units,
    units: of(number).units,
  })
  const controls = (): Partial<Sums> => ({
    cycleMs: 3_600_000 * (1 + common),
    failures: 6 + 100 * common,
    errors: 38 * (1 + common),
  })
  const down = { stage: lines.filter(({ isDown }) => isDown).length, stageOf: LINES, controls: 0, controlsOf: 323 }
  const one = withMetricRules(oneCase({ stage, controls, hasControls, down }))
  const { members, lineOf } = one.watch
  const lineAt = (i: number): Line => lines[i] as Line
  const metrics = {
    quality: members.map((thing, i) => ({
      line: lineOf[thing] as number,
      evaluations: 1,
      stage: { ...QUALITY, count: lineAt(i).qualityFailures, exposure: 60, expected: 0.6 },
      controls: {
        ...QUALITY,
        count: hasControls ? 11 * (1 + common) : 0,
        exposure: hasControls ? 1140 : 0,
        expected: 11.4,
      },
    })),
  }
  const state = ({ crashes, isSilent }: Line) => ({
    bootIdBefore: 'old',
    firstSeenSequence: 1,
    installedAtMs: one.nowMs - 3_600_000,
    exposureMs: 3_600_000,
    heardAtMs: isSilent ? one.nowMs - 3_000_000 : one.nowMs,
    crashes,
    crashCounter: 0,
    hasFallenBack: false,
  })
  const memory = ({ slopeMiB }: Line, i: number) => {
    const minima = Array.from({ length: 12 }, (_, k) => k * slopeMiB + ((k * 7 + i) % 5) / 4)
    return { ...newSeries(150), limitMiB, minima, s: mannKendallS(minima), levelMiB: 200 }
  }
  return {
    ...one,
    evidence: {
      ...one.evidence,
      metrics,
      evaluations: one.evidence.evaluations.map((own) => ({
        ...own,
        metrics: {
          quality: {
            lines: metrics.quality,
            noise: { squares: 0, degrees: 0 },
            stageNoise: { squares: 0, degrees: 0 },
          },
        },
      })),
      presence: {
        ...NO_PRESENCE,
        observedMs: 24 * 323 * HOUR_MS,
        stage: lines.map(({ isDown }, i) => ({ line: i + 1, of: 1, down: isDown ? 1 : 0 })),
        lines: lines.map((_, i) => ({ line: i + 1, peers: { of: 19, away: 0, down: 0 } })),
      },
      members: Object.fromEntries(members.map((thing, i) => [thing, state(lineAt(i))])),
      memory: Object.fromEntries(members.map((thing, i) => [thing, memory(lineAt(i), i)])),
    },
    baseline: { ...one.baseline, crashes: { crashes: weekOfCrashes, minutes: 340 * 7 * 24 * 60 } },
    failedDevices: members.flatMap((thing, i) => (lineAt(i).hasFailed ? [{ thing, status: 'FAILED' }] : [])),
  }
}

const plant = fc.record({
  hasControls: fc.boolean(),
  common: fc.double({ min: 0, max: 0.3, noNaN: true }),
  weekOfCrashes: fc.integer({ min: 0, max: 3 }),
  limitMiB: fc.constantFrom(512, 16_384),
})

const cases = fc
  .tuple(fc.array(line, { minLength: LINES, maxLength: LINES }), fc.double({ min: 0, max: 1, noNaN: true }), plant)
  // Most lines are healthy by a part that differs from case to case.
  .map(([lines, badness, of]) =>
    caseOf(
      lines.map((one) => milder(one, badness)),
      of,
    ),
  )

const milder = (one: Line, badness: number): Line => ({
  ...one,
  slowdown: one.slowdown * badness,
  failures: Math.round(one.failures * badness * badness),
  errors: Math.round(2 + (one.errors - 2) * badness),
  qualityFailures: Math.round(one.qualityFailures * badness * badness),
  units: Math.round(100 + (one.units - 100) * badness),
  slopeMiB: one.slopeMiB * badness,
})

/** Rules that decide by what is estimated; the others count devices, of which one may be too many. */
const ESTIMATES = new Set([
  'component-crash',
  'deployment-failure',
  'lost-device',
  'connection-failure',
  'connection-loss',
  'cycle-time',
  'output',
  'error-rate',
  'quality',
  'memory-leak',
  'spill-over',
])

/** A change of nothing, or of what the baseline makes; null where the rule is on something that is not compared. */
const nothing = ({ rule, baseline }: Finding): number | null =>
  ['component-crash', 'cycle-time', 'output', 'error-rate', 'quality'].includes(rule) ? baseline : null

const seen = new Map<string, number>()
const isBelow = (end: number | null, value: number): boolean => end !== null && end < value
const isAbove = (end: number | null, value: number): boolean => end !== null && end > value

function expectConsistent(finding: Finding): void {
  const { rule, metric, outcome, observed, limit, interval } = finding
  if (!ESTIMATES.has(rule) || observed === null || metric === 'freeMemoryPct' || metric === 'linesWithoutData') return
  const what = JSON.stringify(finding)
  seen.set(`${rule} ${outcome}`, (seen.get(`${rule} ${outcome}`) ?? 0) + 1)
  expect(interval, what).toBeDefined()
  const { low, high } = interval as NonNullable<typeof interval>
  expect(low === null || low <= observed + 1e-9, what).toBe(true)
  expect(high === null || high >= observed - 1e-9, what).toBe(true)
  const isLower = metric === 'hoursToExhaustion'
  // All that it may be is allowed: no breach.
  if (isLower ? isAbove(low, limit) : isBelow(high, limit)) expect(outcome, what).not.toBe('breach')
  // All that it may be is too much: no health, but where the baseline has as much.
  if (rule !== 'component-crash' && (isLower ? isBelow(high, limit) : isAbove(low, limit)))
    expect(outcome, what).not.toBe('healthy')
  const none = nothing(finding)
  if (outcome === 'breach' && none !== null) expect(isAbove(low, none), what).toBe(true)
}

it('never contradicts the verdict of the test that it inverts', () => {
  fc.assert(
    fc.property(cases, (one) => {
      for (const finding of judge({ ...one, policy: policyWith() }).findings) expectConsistent(finding)
    }),
    { numRuns: 400 },
  )
  // The property says nothing about what never comes up.
  const breached = [...ESTIMATES].filter((rule) => !seen.has(`${rule} breach`))
  expect(breached).toEqual(['spill-over'])
  for (const rule of ESTIMATES) expect([rule, seen.has(`${rule} healthy`)]).toEqual([rule, true])
})

it('is not given where the owner decides by the estimate', () => {
  const { findings } = judge({ ...oneCase(), policy: policyWith({ profile: 'raw-thresholds' }) })
  const ofEstimates = findings.filter(({ rule }) => ['error-rate', 'cycle-time', 'connection-failure'].includes(rule))
  expect(ofEstimates.map(({ interval }) => interval)).toEqual([undefined, undefined, undefined])
})
