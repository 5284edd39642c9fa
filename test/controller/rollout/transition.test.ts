import { describe, expect, it } from 'vitest'
import type { ReasonCode, StageName } from '../../../controller/contract.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { Decision } from '../../../controller/rollout/decide.ts'
import type { Effect, Rollout } from '../../../controller/rollout/rollout.ts'
import { transition } from '../../../controller/rollout/transition.ts'
import { HOUR_MS, START_MS } from '../fixtures.ts'
import { BECAUSE, rollout } from './decisions.ts'
import { PAUSE, withStage } from './situations.ts'

describe('a transition', () => {
  const LATER_MS = START_MS + HOUR_MS
  const reason = BECAUSE
  /** What has not been done yet. */
  const kept: Effect = { kind: 'cancel', deploymentId: 'd-0' }
  const early = { stage: 'early', reason }
  const begun = { reason, stateSinceMs: LATER_MS }
  const announced = (detailType: string, detail: object): Effect => ({
    kind: 'announce',
    detailType,
    detail: { rolloutId: 'r-2-4-0-1', ...detail },
  })
  const paged = (code: ReasonCode, detailType: string, more: { stuck?: readonly string[] } = {}): readonly Effect[] => {
    const data = { version: '2.4.0', stage: 'early' as const, reason, ...more }
    return [
      { kind: 'announce', detailType, detail: { rolloutId: 'r-2-4-0-1', ...data } },
      { kind: 'notify', notification: { rolloutId: 'r-2-4-0-1', message: { code, data } } },
    ]
  }
  const request = (kind: 'deploy' | 'rollback', stage: StageName): Effect => {
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
    ['deploy', rollout('waiting', 0), { state: 'deploying', pending: [request('deploy', 'canary')] }],
    ['soak', deploying, { state: 'soaking', stages: withStage(deploying, { soakingSinceMs: LATER_MS }).stages }],
    [
      'promote',
      soaking,
      {
        state: 'waiting',
        stageIndex: 1,
        pending: [announced('Firmware Rollout Stage Passed', { passed: 'canary', next: 'early' })],
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
          request('rollback', 'canary'),
          { kind: 'cancel', deploymentId: 'd-canary' },
          announced('Firmware Rollback Started', { stage: 'canary', reason }),
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
      [announced('Firmware Rollout Completed', { stage: 'production', reason })],
    ],
    [
      'completes a migration',
      { kind: 'complete' },
      { ...rollout('soaking', 2), subject: 'migration' },
      { ...begun, state: 'completed' },
      [announced('Firmware Migration Completed', { stage: 'production', reason })],
    ],
    [
      'confirms a rollback',
      { kind: 'confirm' },
      rollout('rolling-back', 1),
      { ...begun, state: 'rolled-back' },
      [announced('Firmware Rolled Back', early)],
    ],
    [
      'halts a rollout',
      { kind: 'halt' },
      deploying,
      { ...begun, state: 'halted', haltedFrom: 'deploying', stuck: [] },
      paged('ROLLOUT_HALTED', 'Firmware Rollout Halted'),
    ],
    [
      'halts a rollback',
      { kind: 'halt', stuck: ['early-a'] },
      rollout('rolling-back', 1),
      { ...begun, state: 'halted', haltedFrom: 'rolling-back', stuck: ['early-a'] },
      paged('ROLLBACK_STUCK', 'Firmware Rollback Stuck', { stuck: ['early-a'] }),
    ],
    [
      'escalates',
      { kind: 'escalate', stuck: ['early-a'] },
      rollout('rolling-back', 1),
      { stuck: ['early-a'] },
      paged('ROLLBACK_STUCK', 'Firmware Rollback Stuck', { stuck: ['early-a'] }),
    ],
    ['pages', { kind: 'page' }, deploying, { pagedAtMs: LATER_MS }, paged('ROLLOUT_HELD', 'Firmware Rollout Held')],
  ])('that %s keeps what is pending', (_, decision, one, changed, asked) => {
    const from = { ...one, pending: [kept] }
    expect(after(from, decision)).toEqual({ ...from, ...changed, pending: [kept, ...asked] })
  })
})

it('that pauses keeps the state, and the reason with the devices', () => {
  const from = rollout('deploying', 1)
  const reason: DecisionReason = {
    code: 'MEMBERSHIP_CHANGED',
    data: { changes: [{ thing: 'early-a', groups: null, planned: 'early' }] },
  }
  const paused = transition(from, { kind: 'pause', reason }, START_MS)
  expect(paused).toEqual({
    ...from,
    pause: { actor: 'controller', reason, atMs: START_MS },
    pending: [
      expect.objectContaining({ kind: 'announce', detailType: 'Firmware Rollout Held' }),
      expect.objectContaining({ kind: 'notify' }),
    ],
  })
})

it.each<['pause' | 'page', object]>([
  ['pause', { pause: { actor: 'controller', atMs: START_MS } }],
  ['page', {}],
])('that tells of a deployment by somebody else remembers it: %s', (kind, changed) => {
  const from = { ...rollout('soaking', 1), noticedDeployments: ['x'] }
  const reason: DecisionReason = {
    code: 'FOREIGN_DEPLOYMENT',
    data: { deployments: [{ group: 'early', deploymentId: 'y' }] },
  }
  const told = transition(from, { kind, reason }, START_MS)
  expect(told).toMatchObject({ state: 'soaking', noticedDeployments: ['x', 'y'], ...changed })
  expect(told.pause == null).toBe(kind === 'page')
  expect(told.pagedAtMs).toBe(from.pagedAtMs)
  expect(told.pending.map((effect) => effect.kind)).toEqual(['announce', 'notify'])
})

it.each<Decision['kind']>(['wait', 'deploy', 'soak', 'promote', 'rollback', 'release-holdback', 'complete', 'confirm'])(
  'on-call is not paged for %s',
  (kind) => {
    const { pending } = transition(rollout('soaking', 1), { kind, reason: BECAUSE }, START_MS)
    expect(pending.filter((effect) => effect.kind === 'notify')).toEqual([])
  },
)
