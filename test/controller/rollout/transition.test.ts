import { describe, expect, it } from 'vitest'
import type { ReasonCode, StageName } from '../../../controller/contract.ts'
import { type Decision, transition } from '../../../controller/rollout/decide.ts'
import type { Effect, Rollout } from '../../../controller/rollout/rollout.ts'
import { HOUR_MS, START_MS } from '../fixtures.ts'
import { rollout } from './decisions.ts'
import { PAUSE, withStage } from './situations.ts'

describe('a transition', () => {
  const LATER_MS = START_MS + HOUR_MS
  const reason = 'because'
  /** What nobody has got round to yet. */
  const kept: Effect = { kind: 'cancel', deploymentId: 'd-0' }
  const early = { stage: 'early', reason }
  const begun = { reason, stateSinceMs: LATER_MS }
  const told = (detailType: string, detail: object): Effect => ({
    kind: 'announce',
    detailType,
    detail: { rolloutId: 'r-2-4-0-1', ...detail },
  })
  const called = (reasonCode: ReasonCode, detailType: string, more: object = {}): readonly Effect[] => {
    const detail = { rolloutId: 'r-2-4-0-1', ...early, ...more }
    const summary = 'release 2.4.0, early: because'
    return [
      { kind: 'announce', detailType, detail },
      { kind: 'notify', notification: { reasonCode, rolloutId: 'r-2-4-0-1', summary, detail } },
    ]
  }
  const order = (kind: 'deploy' | 'rollback', stage: StageName): Effect => {
    const step = kind === 'deploy' ? 'deploy' : 'back'
    return { kind, stage, clientToken: `r-2-4-0-1-${step}-${stage}`, decidedAtMs: LATER_MS }
  }
  const after = (from: Rollout, decision: Omit<Decision, 'reason'>): Rollout =>
    transition(from, { ...decision, reason }, LATER_MS)
  const deploying = rollout('deploying', 1)
  const soaking = rollout('soaking', 0)

  it('that waits is none', () => {
    expect(after(soaking, { kind: 'wait' })).toBe(soaking)
  })

  it.each<[Decision['kind'], Rollout, Partial<Rollout>]>([
    ['deploy', rollout('waiting', 0), { state: 'deploying', pending: [order('deploy', 'canary')] }],
    ['soak', deploying, { state: 'soaking', stages: withStage(deploying, { soakingSinceMs: LATER_MS }).stages }],
    [
      'promote',
      soaking,
      {
        state: 'waiting',
        stageIndex: 1,
        pending: [told('Firmware Rollout Stage Passed', { passed: 'canary', next: 'early' })],
      },
    ],
    [
      'rollback',
      { ...soaking, stuck: ['canary-a'], pause: PAUSE },
      {
        state: 'rolling-back',
        pause: null,
        stuck: [],
        pending: [
          order('rollback', 'canary'),
          { kind: 'cancel', deploymentId: 'd-canary' },
          told('Firmware Rollback Started', { stage: 'canary', reason }),
        ],
      },
    ],
  ])('to %s asks for this alone', (kind, from, changed) => {
    expect(after(from, { kind })).toEqual({ ...from, ...begun, ...changed })
  })

  it.each<[string, Omit<Decision, 'reason'>, Rollout, Partial<Rollout>, readonly Effect[]]>([
    [
      'completes a rollout',
      { kind: 'complete' },
      rollout('soaking', 2),
      { ...begun, state: 'completed' },
      [told('Firmware Rollout Completed', { stage: 'production', reason })],
    ],
    [
      'completes a migration',
      { kind: 'complete' },
      { ...rollout('soaking', 2), subject: 'migration' },
      { ...begun, state: 'completed' },
      [told('Firmware Migration Completed', { stage: 'production', reason })],
    ],
    [
      'confirms a way back',
      { kind: 'confirm' },
      rollout('rolling-back', 1),
      { ...begun, state: 'rolled-back' },
      [told('Firmware Rolled Back', early)],
    ],
    [
      'halts a rollout',
      { kind: 'halt' },
      deploying,
      { ...begun, state: 'halted', haltedFrom: 'deploying', stuck: [] },
      called('ROLLOUT_HALTED', 'Firmware Rollout Halted'),
    ],
    [
      'halts a way back',
      { kind: 'halt', stuck: ['early-a'] },
      rollout('rolling-back', 1),
      { ...begun, state: 'halted', haltedFrom: 'rolling-back', stuck: ['early-a'] },
      called('ROLLBACK_STUCK', 'Firmware Rollback Stuck', { stuck: ['early-a'] }),
    ],
    [
      'escalates',
      { kind: 'escalate', stuck: ['early-a'] },
      rollout('rolling-back', 1),
      { stuck: ['early-a'] },
      called('ROLLBACK_STUCK', 'Firmware Rollback Stuck', { stuck: ['early-a'] }),
    ],
    [
      'pauses',
      { kind: 'pause' },
      deploying,
      { pause: { actor: 'controller', reason, atMs: LATER_MS } },
      called('ROLLOUT_HELD', 'Firmware Rollout Held'),
    ],
    ['pages', { kind: 'page' }, deploying, { pagedAtMs: LATER_MS }, called('ROLLOUT_HELD', 'Firmware Rollout Held')],
  ])('that %s keeps what is pending', (_, decision, one, changed, asked) => {
    const from = { ...one, pending: [kept] }
    expect(after(from, decision)).toEqual({ ...from, ...changed, pending: [kept, ...asked] })
  })
})

it.each<Decision['kind']>(['wait', 'deploy', 'soak', 'promote', 'rollback', 'release-holdback', 'complete', 'confirm'])(
  'people are left alone by %s',
  (kind) => {
    const { pending } = transition(rollout('soaking', 1), { kind, reason: 'because' }, START_MS)
    expect(pending.filter((effect) => effect.kind === 'notify')).toEqual([])
  },
)
