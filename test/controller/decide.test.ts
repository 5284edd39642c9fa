import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STAGES, type StageName } from '../../controller/contract.ts'
import { type Decision, decide, transition } from '../../controller/decide.ts'
import type { Rollout, RolloutState } from '../../controller/rollout.ts'
import type { VerdictKind } from '../../controller/verdict.ts'
import { worst } from '../../controller/verdict.ts'
import { covered, exposed, facts, policy, rollout, verdict } from './decisions.ts'
import { HOUR_MS, START_MS } from './fixtures.ts'

const FINAL: readonly RolloutState[] = ['completed', 'rolled-back', 'halted']
const STATES: readonly RolloutState[] = ['waiting', 'deploying', 'soaking', 'rolling-back', ...FINAL]

const anyRollout = fc
  .record({ state: fc.constantFrom(...STATES), stageIndex: fc.integer({ min: 0, max: 2 }) })
  .map(({ state, stageIndex }) => rollout(state, stageIndex))
const anyHours = fc.integer({ min: 0, max: 80 })

describe('laws', () => {
  it('a breach leads to rollback from every state that is not final and not on its way back', () => {
    for (const state of STATES) {
      for (const stageIndex of [0, 1, 2]) {
        const decision = decide(rollout(state, stageIndex), facts({ verdict: verdict('breach') }), policy)
        const isGoing = !FINAL.includes(state) && state !== 'rolling-back'
        expect([state, decision.kind === 'rollback']).toEqual([state, isGoing])
      }
    }
  })

  it('nothing is promoted or completed on a breach or without evidence', () => {
    fc.assert(
      fc.property(anyRollout, anyHours, fc.constantFrom<VerdictKind>('breach', 'inconclusive'), (one, hours, kind) => {
        const stage = STAGES[one.stageIndex] as StageName
        const seen = facts({
          nowMs: START_MS + hours * HOUR_MS,
          verdict: verdict(kind),
          evidence: exposed(stage, hours),
          soak: covered(stage, hours),
        })
        expect(['promote', 'complete']).not.toContain(decide(one, seen, policy).kind)
      }),
    )
  })

  it('a worse verdict never leads to a bolder decision', () => {
    const boldness = (decision: Decision): number =>
      ({
        promote: 3,
        'let-go': 3,
        complete: 3,
        deploy: 2,
        soak: 2,
        wait: 1,
        confirm: 1,
        escalate: 1,
        page: 1,
        pause: 0,
        halt: 0,
        rollback: 0,
      })[decision.kind]
    fc.assert(
      fc.property(anyRollout, anyHours, (one, hours) => {
        const stage = STAGES[one.stageIndex] as StageName
        const seen = { nowMs: START_MS + hours * HOUR_MS, evidence: exposed(stage, hours), soak: covered(stage, hours) }
        const at = (kind: VerdictKind): number =>
          boldness(decide(one, facts({ ...seen, verdict: verdict(kind) }), policy))
        expect(at('inconclusive')).toBeLessThanOrEqual(at('healthy'))
        expect(at('breach')).toBeLessThanOrEqual(at('inconclusive'))
      }),
    )
  })

  it('final states stay', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FINAL), fc.constantFrom<VerdictKind>('healthy', 'breach'), (state, kind) => {
        expect(decide(rollout(state, 1), facts({ verdict: verdict(kind) }), policy).kind).toBe('wait')
      }),
    )
  })
})

describe('soaking', () => {
  const soaking = rollout('soaking', 0)
  const after = (hours: number, kind: VerdictKind, exposureHours: number): string =>
    decide(
      soaking,
      facts({
        nowMs: START_MS + hours * HOUR_MS,
        verdict: verdict(kind),
        evidence: exposed('canary', exposureHours),
        soak: covered('canary', exposureHours),
      }),
      policy,
    ).kind

  it.each([
    [23.9, 'healthy', 24, 'wait'],
    [24 - 1 / 3600, 'healthy', 24, 'wait'], // a second is missing
    [24, 'healthy', 24, 'promote'],
    [24, 'healthy', 21.5, 'wait'], // less than 0.9 of the exposure
    [24, 'inconclusive', 24, 'wait'],
    [48.1, 'inconclusive', 24, 'halt'],
  ] as const)('%d h in, %s, %d h exposed: %s', (hours, kind, exposureHours, decision) => {
    expect(after(hours, kind, exposureHours)).toBe(decision)
  })

  it('does not end while nobody knows whether its order was placed, and names that', () => {
    for (const [index, stage] of STAGES.entries()) {
      const open: Rollout = {
        ...rollout('soaking', index),
        pending: [{ kind: 'deploy', stage, clientToken: 't', decidedAtMs: START_MS }],
      }
      const seen = facts({
        nowMs: START_MS + 24 * HOUR_MS,
        verdict: verdict('healthy'),
        evidence: exposed(stage, 24),
        soak: covered(stage, 24),
      })
      const reason = `the window is extended: nobody knows whether the order of ${stage} was placed`
      expect(decide(open, seen, policy)).toEqual({ kind: 'wait', reason })
    }
  })

  it('of the last stage completes', () => {
    const last = rollout('soaking', 2)
    const seen = facts({
      nowMs: START_MS + 24 * HOUR_MS,
      verdict: verdict('healthy'),
      evidence: exposed('production', 24),
      soak: covered('production', 24),
    })
    expect(decide(last, seen, policy).kind).toBe('complete')
  })
})

describe('people', () => {
  const calls = (decision: Decision): unknown[] =>
    transition(rollout('soaking', 1), decision, START_MS).pending.filter(({ kind }) => kind === 'notify')
  const reason = 'because'

  it.each<[string, Decision, string]>([
    ['a rollout that is halted', { kind: 'halt', reason }, 'ROLLOUT_HALTED'],
    ['a way back that is halted', { kind: 'halt', reason, stuck: ['a'] }, 'ROLLBACK_STUCK'],
    ['devices that failed to go back', { kind: 'escalate', reason, stuck: ['a'] }, 'ROLLBACK_STUCK'],
    ['a rollout that the controller paused', { kind: 'pause', reason }, 'ROLLOUT_HELD'],
    ['a rollout that is held', { kind: 'page', reason }, 'ROLLOUT_HELD'],
  ])('are called for %s, with what the bus is told', (_, decision, reasonCode) => {
    const next = transition(rollout('soaking', 1), decision, START_MS)
    const told = next.pending.find((effect) => effect.kind === 'announce')
    expect(told?.detail).toMatchObject({ rolloutId: 'r-2-4-0-1', stage: 'early', reason })
    const summary = 'release 2.4.0, early: because'
    expect(calls(decision)).toEqual([
      { kind: 'notify', notification: { reasonCode, rolloutId: 'r-2-4-0-1', summary, detail: told?.detail } },
    ])
  })

  it.each<Decision['kind']>(['wait', 'deploy', 'soak', 'promote', 'rollback', 'let-go', 'complete', 'confirm'])(
    'are left alone by %s',
    (kind) => {
      expect(calls({ kind, reason })).toEqual([])
    },
  )
})

describe('verdicts', () => {
  it('worst wins, for all pairs', () => {
    const kinds: readonly VerdictKind[] = ['healthy', 'inconclusive', 'breach']
    kinds.forEach((a, i) => {
      kinds.forEach((b, j) => {
        expect(worst(a, b)).toBe(kinds[Math.max(i, j)])
      })
    })
  })
})
