import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STAGES } from '../../controller/contract.ts'
import { type Decision, decide, type Facts, transition } from '../../controller/decide.ts'
import { NO_EVIDENCE } from '../../controller/evidence.ts'
import type { Rollout, RolloutState } from '../../controller/rollout.ts'
import type { Verdict, VerdictKind } from '../../controller/verdict.ts'
import { worst } from '../../controller/verdict.ts'
import { HOUR_MS, policyWith, START_MS, sample } from './fixtures.ts'

const policy = policyWith()
const FINAL: readonly RolloutState[] = ['completed', 'rolled-back', 'halted']
const STATES: readonly RolloutState[] = ['waiting', 'deploying', 'soaking', 'rolling-back', ...FINAL]

const verdict = (kind: VerdictKind): Verdict => ({
  kind,
  findings: [{ rule: 'r', metric: 'm', outcome: kind, observed: 3, baseline: 0, limit: 1, n: 9, reason: '3 > 1' }],
})

/** A rollout whose stages up to the present one are deployed. */
function rollout(state: RolloutState, stageIndex: number, atMs = START_MS): Rollout {
  const release = {
    version: '2.4.0',
    replaces: '2.3.1',
    data: { writes: 7, reads: [6, 7] },
    shadow: { writes: '2.0', reads: [] },
  }
  return {
    id: 'r-2-4-0-1',
    release,
    state,
    stageIndex,
    stages: STAGES.map((name, index) => ({
      name,
      members: [`${name}-a`, `${name}-b`],
      previous: { deploymentName: name, components: {} },
      deployment:
        index < stageIndex || (index === stageIndex && state !== 'waiting')
          ? { deploymentId: `d-${name}`, jobId: `j-${name}`, atMs }
          : null,
      soakingSinceMs: state === 'soaking' && index === stageIndex ? atMs : null,
      rollback: state === 'rolling-back' && index <= stageIndex ? { deploymentId: 'b', jobId: 'b', atMs } : null,
    })),
    lineOf: {},
    startedAtMs: atMs,
    stateSinceMs: atMs,
    pending: [],
    reason: '',
  }
}

const facts = (over: Partial<Facts>): Facts => ({
  nowMs: START_MS,
  verdict: null,
  evidence: NO_EVIDENCE,
  readings: [],
  rollbackExecutions: [],
  ...over,
})

/** Evidence of both members having run the new version for some hours. */
const exposed = (stage: string, hours: number) => ({
  ...NO_EVIDENCE,
  members: Object.fromEntries(
    ['a', 'b'].map((name) => [
      `${stage}-${name}`,
      {
        bootIdBefore: 'x',
        firstSeenSequence: 1,
        installedAtMs: START_MS,
        exposureMs: hours * HOUR_MS,
        heardAtMs: START_MS,
        crashes: 0,
        crashCounter: 0,
        hasFallenBack: false,
      },
    ]),
  ),
})

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
        const stage = STAGES[one.stageIndex] as string
        const seen = facts({
          nowMs: START_MS + hours * HOUR_MS,
          verdict: verdict(kind),
          evidence: exposed(stage, hours),
        })
        expect(['promote', 'complete']).not.toContain(decide(one, seen, policy).kind)
      }),
    )
  })

  it('a worse verdict never leads to a bolder decision', () => {
    const boldness = (decision: Decision): number =>
      ({ promote: 3, complete: 3, deploy: 2, soak: 2, wait: 1, confirm: 1, halt: 0, rollback: 0 })[decision.kind]
    fc.assert(
      fc.property(anyRollout, anyHours, (one, hours) => {
        const stage = STAGES[one.stageIndex] as string
        const at = (kind: VerdictKind): number =>
          boldness(
            decide(
              one,
              facts({ nowMs: START_MS + hours * HOUR_MS, verdict: verdict(kind), evidence: exposed(stage, hours) }),
              policy,
            ),
          )
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
      facts({ nowMs: START_MS + hours * HOUR_MS, verdict: verdict(kind), evidence: exposed('canary', exposureHours) }),
      policy,
    ).kind

  it.each([
    [23.9, 'healthy', 24, 'wait'],
    [24, 'healthy', 24, 'promote'],
    [24, 'healthy', 21.5, 'wait'], // less than 0.9 of the exposure
    [24, 'inconclusive', 24, 'wait'],
    [48.1, 'inconclusive', 24, 'halt'],
  ] as const)('%d h in, %s, %d h exposed: %s', (hours, kind, exposureHours, decision) => {
    expect(after(hours, kind, exposureHours)).toBe(decision)
  })

  it('of the last stage completes', () => {
    const last = rollout('soaking', 2)
    const seen = facts({
      nowMs: START_MS + 24 * HOUR_MS,
      verdict: verdict('healthy'),
      evidence: exposed('production', 24),
    })
    expect(decide(last, seen, policy).kind).toBe('complete')
  })
})

describe('the way back', () => {
  const reading = (thing: string, version: string, connected = true) => ({
    thing,
    groups: [],
    line: 1,
    connected,
    sample: sample({ firmwareVersion: version, sampledAtMs: START_MS + 60_000 }),
  })
  const at = (minutes: number, readings: Facts['readings']): string =>
    decide(rollout('rolling-back', 0), facts({ nowMs: START_MS + minutes * 60_000, readings }), policy).kind

  it('is confirmed when every device that can be reached runs the old version', () => {
    expect(at(5, [reading('canary-a', '2.3.1'), reading('canary-b', '2.4.0')])).toBe('wait')
    expect(at(5, [reading('canary-a', '2.3.1'), reading('canary-b', '2.3.1')])).toBe('confirm')
  })

  it('does not wait for a device that is offline', () => {
    expect(at(5, [reading('canary-a', '2.3.1'), reading('canary-b', '2.4.0', false)])).toBe('confirm')
  })

  it('needs a human when a device is not back after a quarter of an hour', () => {
    expect(at(16, [reading('canary-a', '2.3.1'), reading('canary-b', '2.4.0')])).toBe('halt')
  })

  it('takes every deployed stage back, the newest first, creating before cancelling', () => {
    const next = transition(rollout('soaking', 1), { kind: 'rollback', reason: 'x' }, START_MS)
    expect(next.pending.map((effect) => [effect.kind, 'stage' in effect ? effect.stage : ''])).toEqual([
      ['roll-back', 'early'],
      ['cancel', ''],
      ['roll-back', 'canary'],
      ['cancel', ''],
    ])
  })
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
