import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../controller/judge/verdict.ts'
import { OPEN_GATES } from '../../../controller/policy/policy.ts'
import type { Operated, Rollout, RolloutState } from '../../../controller/rollout/rollout.ts'
import { statusOf } from '../../../controller/rollout/status.ts'
import { HOUR_MS, policyWith, START_MS } from '../fixtures.ts'
import { evaluation, heldFor, PAUSE, rollout, STOPPED, situation } from './situations.ts'

const CRASHES: Finding = {
  rule: 'crash',
  metric: 'crashes',
  outcome: 'breach',
  observed: 3,
  baseline: 0,
  limit: 0,
  n: 1,
  reason: '3 crashes',
}
const PAUSED: Operated = { ...PAUSE, operation: 'pause', id: 'op-1' }
const RESUMED: Operated = { ...PAUSE, operation: 'resume' }
const nowMs = START_MS + 5 * HOUR_MS
const open = policyWith({ gates: OPEN_GATES })

it('of a rollout that is watched is all that a person has to know', () => {
  const one = rollout('soaking', {
    stageIndex: 1,
    reason: 'all devices installed',
    operations: [PAUSED, RESUMED],
    stages: rollout('soaking', { stageIndex: 1 }).stages.map((stage) => ({
      ...stage,
      members: ['a', 'b', 'c'].map((name) => `${stage.name}-${name}`).slice(stage.name === 'early' ? 0 : 2),
    })),
  })
  const lastEvaluation = evaluation('breach', { findings: [CRASHES], reason: '3 crashes, 0 allowed', installed: 2 })
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
      because: '3 crashes, 0 allowed',
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

describe('where there is nothing to show', () => {
  it('there never was a rollout', () => {
    const { freeze: _, ...none } = situation(null, { lastEvaluation: null })
    expect(statusOf({ ...none, freeze: STOPPED })).toEqual({ atMs: nowMs, changeFreeze: STOPPED.frozen, rollout: null })
  })

  it('nobody has looked yet and nobody has done anything', () => {
    const one = rollout('waiting', { reason: 'started by jo' })
    expect(statusOf(situation(one, { lastEvaluation: null })).rollout).toMatchObject({
      stage: 'canary',
      because: 'started by jo',
      lastEvaluationAtMs: null,
      verdict: null,
      findings: [],
      devices: { installed: 0, members: 1 },
      operations: [],
    })
  })
})

describe('the look that explains a state', () => {
  const lastEvaluation = evaluation('inconclusive', {
    findings: [CRASHES],
    reason: 'extended',
    atMs: START_MS + HOUR_MS,
  })

  it.each([
    ['is one from after it began', START_MS + HOUR_MS - 1, 'extended', 'inconclusive', [CRASHES]],
    // It was about the stage before.
    ['is not the one that led to the next stage', START_MS + HOUR_MS, 'canary has passed', null, []],
    ['is none from before', START_MS + 2 * HOUR_MS, 'canary has passed', null, []],
  ])('%s', (_, stateSinceMs, because, verdict, findings) => {
    const one = rollout('waiting', { stageIndex: 1, reason: 'canary has passed', stateSinceMs })
    expect(statusOf(situation(one, { lastEvaluation })).rollout).toMatchObject({
      stage: 'early',
      because,
      verdict,
      findings,
      // It was looked at all the same.
      lastEvaluationAtMs: START_MS + HOUR_MS,
    })
  })

  it.each<RolloutState>(['soaking', 'rolling-back', 'halted', 'completed', 'rolled-back'])(
    'is the one that led to it, where a stage is %s',
    (state) => {
      const one = rollout(state, { stateSinceMs: START_MS + HOUR_MS })
      const { rollout: shown } = statusOf(situation(one, { lastEvaluation }))
      expect(shown).toMatchObject({ because: 'extended', findings: [CRASHES], devices: { installed: 1, members: 1 } })
      const later = rollout(state, { stateSinceMs: START_MS + HOUR_MS + 1 })
      expect(statusOf(situation(later, { lastEvaluation })).rollout).toMatchObject({
        findings: [],
        devices: { installed: 0 },
      })
    },
  )

  it('may be one that judged nothing', () => {
    const seen = evaluation(null, { reason: 'the gate of canary opens in 2.0 h', installed: 0 })
    expect(statusOf(situation(rollout('waiting'), { lastEvaluation: seen })).rollout).toMatchObject({
      because: 'the gate of canary opens in 2.0 h',
      verdict: null,
      findings: [],
    })
  })
})

it('says that a rollout brings a migration', () => {
  expect(statusOf(situation(rollout('soaking', { subject: 'migration' }))).rollout?.subject).toBe('migration')
  expect(statusOf(situation(rollout('soaking'))).rollout).not.toHaveProperty('subject')
})

describe('whoever holds it is named, and nobody is told when it will be done', () => {
  it.each<[string, Partial<Rollout>]>([
    ['paused', { pause: PAUSE }],
    ['paused, on its last stage', { pause: PAUSE, stageIndex: 2 }],
  ])('%s', (_, over) => {
    expect(statusOf(situation(rollout('soaking', over))).rollout).toMatchObject({ paused: PAUSE, eta: null })
  })

  it('stopped', () => {
    expect(statusOf(situation(rollout('waiting'), { freeze: STOPPED }))).toMatchObject({
      changeFreeze: STOPPED.frozen,
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
])('%s names its stage and has no end to wait for', (state, stageIndex, stage) => {
  const { rollout: shown } = statusOf(situation(rollout(state, { stageIndex })))
  expect(shown).toMatchObject({ state, stage, eta: null })
})
