import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../controller/judge/verdict.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { Operated, Rollout, RolloutState } from '../../../controller/rollout/rollout.ts'
import { statusOf } from '../../../controller/rollout/status.ts'
import { OPEN_GATES } from '../../seed-stages.ts'
import { HOUR_MS, policyWith, START_MS } from '../fixtures.ts'
import { list } from './decisions.ts'
import { EXTENDED, evaluation, FROZEN, heldFor, PAUSE, rollout, STARTED, situation } from './situations.ts'

const CRASHES: Finding = {
  rule: 'crash',
  metric: 'crashes',
  outcome: 'breach',
  observed: 3,
  baseline: 0,
  limit: 0,
  n: 1,
  reason: { code: 'CRASHES', data: { crashes: 3, allowed: 0, expected: 0, devices: list('early-a') } },
}
const PAUSED: Operated = { actor: 'jo', reason: 'noise', atMs: START_MS, operation: 'pause', id: 'op-1' }
const RESUMED: Operated = { actor: 'jo', reason: 'noise', atMs: START_MS, operation: 'resume' }
const ROLLING: DecisionReason = { code: 'RULE_BREACHED', data: { rule: 'crash', finding: CRASHES.reason } }
const PASSED: DecisionReason = { code: 'WINDOW_PASSED', data: { exposedMs: 2, neededMs: 1, uncounted: list() } }
const CLOSED: DecisionReason = { code: 'GATE_CLOSED', data: { stage: 'canary', opensInMs: 1, closedBy: null } }
const nowMs = START_MS + 5 * HOUR_MS
const open = policyWith({ gates: OPEN_GATES, holdback: false, bakeMs: 0 })

it('of a rollout that is monitored is all that an operator has to know', () => {
  const one = rollout('soaking', {
    stageIndex: 1,
    reason: PASSED,
    operations: [PAUSED, RESUMED],
    stages: rollout('soaking', { stageIndex: 1 }).stages.map((stage) => ({
      ...stage,
      members: ['a', 'b', 'c'].map((name) => `${stage.name}-${name}`).slice(stage.name === 'early' ? 0 : 2),
    })),
  })
  const lastEvaluation = evaluation('breach', { findings: [CRASHES], reason: ROLLING, installed: 2 })
  const soak = { ...heldFor(HOUR_MS), stage: 'early' } as const
  expect(statusOf(situation(one, { lastEvaluation, soak, policy: open }))).toEqual({
    atMs: nowMs,
    changeFreeze: null,
    rollout: {
      id: 'r-2-4-0-1',
      version: '2.4.0',
      replaces: '2.3.1',
      state: 'soaking',
      stage: 'early',
      stateSinceMs: START_MS,
      paused: null,
      because: ROLLING,
      lastEvaluationAtMs: nowMs,
      verdict: 'breach',
      findings: [CRASHES],
      devices: { installed: 2, members: 3 },
      // 20 hours of the window are left, and production.
      eta: { atMs: nowMs + 44.25 * HOUR_MS, workMs: 44.25 * HOUR_MS, waitingMs: 0 },
      operations: [PAUSED, RESUMED],
    },
  })
})

it('tells how many devices are held back, and when they were released', () => {
  const holdback = { things: ['production-a'], sinceMs: START_MS, releasedAtMs: null }
  const one = { ...rollout('soaking', { stageIndex: 2 }), holdback, lineOf: { 'production-a': 3 } }
  const shown = statusOf(situation(one, { policy: open })).rollout?.holdback
  expect(shown).toEqual({ devices: 1, lines: 1, sinceMs: START_MS, releasedAtMs: null })
  const none = { ...one, holdback: { ...holdback, things: [] } }
  expect(statusOf(situation(none, { policy: open })).rollout).not.toHaveProperty('holdback')
})

describe('where there is nothing to show', () => {
  it('there never was a rollout', () => {
    const { freeze: _, ...none } = situation(null, { lastEvaluation: null })
    expect(statusOf({ ...none, freeze: FROZEN })).toEqual({ atMs: nowMs, changeFreeze: FROZEN.frozen, rollout: null })
  })

  it('nothing was evaluated yet and no operation was requested', () => {
    const one = rollout('waiting', { reason: STARTED })
    expect(statusOf(situation(one, { lastEvaluation: null })).rollout).toMatchObject({
      stage: 'canary',
      because: STARTED,
      lastEvaluationAtMs: null,
      verdict: null,
      findings: [],
      devices: { installed: 0, members: 1 },
      operations: [],
    })
  })
})

describe('the evaluation that explains a state', () => {
  const lastEvaluation = evaluation('inconclusive', {
    findings: [CRASHES],
    reason: EXTENDED,
    atMs: START_MS + HOUR_MS,
  })

  it.each([
    ['is one from after it began', START_MS + HOUR_MS - 1, EXTENDED, 'inconclusive', [CRASHES]],
    // It was about the stage before.
    ['is not the one that led to the next stage', START_MS + HOUR_MS, PASSED, null, []],
    ['is none from before', START_MS + 2 * HOUR_MS, PASSED, null, []],
  ])('%s', (_, stateSinceMs, because, verdict, findings) => {
    const one = rollout('waiting', { stageIndex: 1, reason: PASSED, stateSinceMs })
    expect(statusOf(situation(one, { lastEvaluation })).rollout).toMatchObject({
      stage: 'early',
      because,
      verdict,
      findings,
      // It was evaluated all the same.
      lastEvaluationAtMs: START_MS + HOUR_MS,
    })
  })

  it.each<RolloutState>(['soaking', 'rolling-back', 'halted', 'completed', 'rolled-back'])(
    'is the one that led to it, where a stage is %s',
    (state) => {
      const one = rollout(state, { stateSinceMs: START_MS + HOUR_MS })
      const { rollout: shown } = statusOf(situation(one, { lastEvaluation }))
      expect(shown).toMatchObject({ because: EXTENDED, findings: [CRASHES], devices: { installed: 1, members: 1 } })
      const later = rollout(state, { stateSinceMs: START_MS + HOUR_MS + 1 })
      expect(statusOf(situation(later, { lastEvaluation })).rollout).toMatchObject({
        findings: [],
        devices: { installed: 0 },
      })
    },
  )

  it('may be one that judged nothing', () => {
    const seen = evaluation(null, { reason: CLOSED, installed: 0 })
    expect(statusOf(situation(rollout('waiting'), { lastEvaluation: seen })).rollout).toMatchObject({
      because: CLOSED,
      verdict: null,
      findings: [],
    })
  })
})

it('shows that a rollout brings a migration', () => {
  expect(statusOf(situation(rollout('soaking', { subject: 'migration' }))).rollout?.subject).toBe('migration')
  expect(statusOf(situation(rollout('soaking'))).rollout).not.toHaveProperty('subject')
})

describe('the holder is named, and there is no estimate of the end', () => {
  it.each<[string, Partial<Rollout>]>([
    ['paused', { pause: PAUSE }],
    ['paused, on its last stage', { pause: PAUSE, stageIndex: 2 }],
  ])('%s', (_, over) => {
    expect(statusOf(situation(rollout('soaking', over))).rollout).toMatchObject({ paused: PAUSE, eta: null })
  })

  it('frozen', () => {
    expect(statusOf(situation(rollout('waiting'), { freeze: FROZEN }))).toMatchObject({
      changeFreeze: FROZEN.frozen,
      rollout: { paused: null, eta: null },
    })
  })

  it('resumed', () => {
    const { rollout: shown } = statusOf(situation(rollout('soaking', { pause: null }), { policy: open }))
    expect([shown?.paused, shown?.eta?.workMs]).toEqual([null, 67.5 * HOUR_MS])
  })
})

it.each<[RolloutState, number, string]>([
  ['rolling-back', 0, 'canary'],
  ['halted', 1, 'early'],
  ['completed', 2, 'production'],
])('%s names its stage and has no estimate of the end', (state, stageIndex, stage) => {
  const { rollout: shown } = statusOf(situation(rollout(state, { stageIndex })))
  expect(shown).toMatchObject({ state, stage, eta: null })
})
