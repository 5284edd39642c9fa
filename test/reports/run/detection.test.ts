import { expect, it } from 'vitest'
import { foldDetection } from '../../../reports/run/detection.ts'
import type { TraceEvent, TraceFinding } from '../../../sim/kernel/trace-events.ts'
import { MINUTE_MS, REASON, START_MS, trace } from '../fixtures.ts'

const finding = (outcome: string, observed: number | null): TraceFinding => ({
  rule: 'connection-failure',
  metric: 'connectionFailurePct',
  outcome,
  observed,
  baseline: 0.5,
  limit: 2,
  n: 1000,
})
const evaluation = (decision: string, ...findings: readonly TraceFinding[]): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage: 'canary',
  state: 'soaking',
  verdict: 'healthy',
  decision,
  reason: REASON,
  findings,
})
const at = (minute: number): number => START_MS + minute * MINUTE_MS

it('separates the time without any effect from the time in which evidence was gathered', () => {
  const records = trace(
    [5, evaluation('wait', finding('inconclusive', 9))], // before the onset: noise
    [15, evaluation('wait', finding('inconclusive', null))], // no data is not bad
    [20, evaluation('wait', finding('inconclusive', 1.9))], // within the limit
    [25, evaluation('wait', finding('healthy', 2.5))],
    [30, evaluation('wait', finding('healthy', 1), finding('inconclusive', 2.1))],
    [40, evaluation('rollback', finding('breach', 3))],
  )
  expect(foldDetection(records, at(10), at(41))).toMatchObject({
    detected: true,
    latencyMinutes: 31,
    firstBadEvaluationAt: new Date(at(30)).toISOString(),
    legsMinutes: { onsetToFirstBadEvaluation: 20, firstBadEvaluationToDecision: 11 },
    by: 'connection-failure',
  })
})

it('has the first bad evaluation of a fault that led to no decision, and none without a fault', () => {
  const records = trace([30, evaluation('wait', finding('inconclusive', 2.1))])
  expect(foldDetection(records, at(10), null)).toMatchObject({
    detected: false,
    at: null,
    legsMinutes: { onsetToFirstBadEvaluation: 20, firstBadEvaluationToDecision: null },
  })
  expect(foldDetection(records, null, null).firstBadEvaluationAt).toBeNull()
})

it.each([
  ['below a lower limit', 60, START_MS + 30 * MINUTE_MS],
  ['above a lower limit', 90, null],
])('a value %s is bad or not by the side of its metric', (_, observed, expected) => {
  const memory = { ...finding('inconclusive', observed), metric: 'hoursToExhaustion', limit: 72 }
  const { firstBadEvaluationAt } = foldDetection(trace([30, evaluation('wait', memory)]), at(10), null)
  expect(firstBadEvaluationAt).toBe(expected === null ? null : new Date(expected).toISOString())
})
