import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STAGES, type StageName } from '../../controller/contract.ts'
import { type Decision, decide, type Facts, transition } from '../../controller/decide.ts'
import { NO_EVIDENCE } from '../../controller/evidence.ts'
import type { Rollout, RolloutState } from '../../controller/rollout.ts'
import type { SoakClock } from '../../controller/soak.ts'
import type { Verdict, VerdictKind } from '../../controller/verdict.ts'
import { worst } from '../../controller/verdict.ts'
import { NO_WAY_BACK } from '../../controller/way-back.ts'
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
  wayBack: NO_WAY_BACK,
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
        heardAtMs: START_MS + 80 * HOUR_MS,
        crashes: 0,
        crashCounter: 0,
        hasFallenBack: false,
      },
    ]),
  ),
})

/** A soak clock of both members seen for some hours, evenly over the shifts. */
const covered = (stage: StageName, hours: number): SoakClock => ({
  stage,
  sinceMs: START_MS,
  heldMs: 0,
  exposureByShiftMs: Object.fromEntries(
    policy.shifts.map(({ name }) => [name, (2 * hours * HOUR_MS) / policy.shifts.length]),
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

describe('the way back', () => {
  const A = 'canary-a'
  const B = 'canary-b'
  const reading = (thing: string, connected = true) => ({ thing, groups: [], line: 1, connected, sample: sample() })
  const back = (...things: string[]) => ({
    devices: Object.fromEntries(
      things.map((thing) => [
        thing,
        { bootIdBefore: null, sinceMs: START_MS, firstSeen: null, confirmedAtMs: START_MS },
      ]),
    ),
  })
  const after = (minutes: number, over: Partial<Facts>, from = rollout('rolling-back', 0)): Decision =>
    decide(from, facts({ nowMs: START_MS + minutes * 60_000, readings: [reading(A), reading(B)], ...over }), policy)
  const failed = [{ thing: B, status: 'FAILED' }]

  it('is confirmed when every device that can be reached has come back', () => {
    expect(after(5, { wayBack: back(A) }).kind).toBe('wait')
    expect(after(5, { wayBack: back(A, B) })).toEqual({
      kind: 'confirm',
      reason: '2 of 2 devices back on 2.3.1, 0 offline',
    })
  })

  it('does not wait for a device that is offline', () => {
    const readings = [reading(A), reading(B, false)]
    expect(after(5, { wayBack: back(A), readings }).kind).toBe('confirm')
  })

  it('needs a human when a device is not back after a quarter of an hour', () => {
    expect(after(16, { wayBack: back(A) })).toMatchObject({ kind: 'halt', stuck: [B] })
  })

  it('lets a device that came back late say so again, but not for ever', () => {
    const seen = { bootIdBefore: null, sinceMs: START_MS + 20 * 60_000, firstSeen: null, confirmedAtMs: null }
    const wayBack = { devices: { ...back(A).devices, [B]: seen } }
    expect(after(20, { wayBack }).kind).toBe('wait')
    expect(after(35, { wayBack }).kind).toBe('wait')
    expect(after(36, { wayBack })).toMatchObject({ kind: 'halt', stuck: [B] })
  })

  it('pages for a device that failed to go back, once, while the others go on', () => {
    const going = rollout('rolling-back', 0)
    const decision = after(5, { rollbackExecutions: failed }, going)
    expect(decision).toMatchObject({ kind: 'escalate', reason: '1 devices failed to go back: canary-b FAILED' })
    const next = transition(going, decision, START_MS + 5 * 60_000)
    expect(next).toMatchObject({ state: 'rolling-back', stateSinceMs: START_MS, stuck: [B] })
    expect(next.pending).toMatchObject([
      { kind: 'announce', detailType: 'Firmware Rollback Stuck', detail: { stuck: [B] } },
      { kind: 'notify', notification: { reasonCode: 'ROLLBACK_STUCK', detail: { stuck: [B] } } },
    ])
    expect(after(10, { rollbackExecutions: failed }, next).kind).toBe('wait')
    expect(after(10, { rollbackExecutions: failed, wayBack: back(A) }, next)).toMatchObject({
      kind: 'halt',
      stuck: [B],
    })
  })

  const withPending = (one: Rollout, stage: 'early' | 'production'): Rollout => ({
    ...one,
    pending: [{ kind: 'deploy', stage, clientToken: 't', decidedAtMs: START_MS }],
  })

  it.each<[string, Rollout, readonly string[]]>([
    ['before anything is deployed', rollout('waiting', 0), []],
    ['while canary installs', rollout('deploying', 0), ['canary']],
    ['while canary soaks', rollout('soaking', 0), ['canary']],
    ['at the gate of early', rollout('waiting', 1), ['canary']],
    [
      'in a promotion that failed',
      withPending({ ...rollout('waiting', 1), state: 'deploying' }, 'early'),
      ['early', 'canary'],
    ],
    ['while early installs', rollout('deploying', 1), ['early', 'canary']],
    ['while early soaks', rollout('soaking', 1), ['early', 'canary']],
    ['at the gate of production', rollout('waiting', 2), ['early', 'canary']],
    ['while production installs', rollout('deploying', 2), ['production', 'early', 'canary']],
    ['while production soaks', rollout('soaking', 2), ['production', 'early', 'canary']],
  ])('from %s takes back exactly the stages that were touched', (_, from, stages) => {
    const decision = decide(from, facts({ verdict: verdict('breach') }), policy)
    const next = transition(from, decision, START_MS)
    expect(next.state).toBe('rolling-back')
    expect(next.pending.flatMap((effect) => (effect.kind === 'roll-back' ? [effect.stage] : []))).toEqual(stages)
    expect(next.pending.some(({ kind }) => kind === 'deploy')).toBe(false)
  })

  it('takes every deployed stage back, the newest first, creating before cancelling', () => {
    const next = transition(rollout('soaking', 1), { kind: 'rollback', reason: 'x' }, START_MS)
    expect(next.pending.map((effect) => [effect.kind, 'stage' in effect ? effect.stage : ''])).toEqual([
      ['roll-back', 'early'],
      ['cancel', ''],
      ['roll-back', 'canary'],
      ['cancel', ''],
      ['announce', ''],
    ])
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
