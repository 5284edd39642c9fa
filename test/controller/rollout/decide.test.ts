import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STAGES, type StageName } from '../../../controller/contract.ts'
import { type MemberState, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import type { Verdict, VerdictKind } from '../../../controller/judge/verdict.ts'
import { OPEN_GATES, type Policy } from '../../../controller/policy/policy.ts'
import { type Decision, decide, type Facts } from '../../../controller/rollout/decide.ts'
import type { Rollout, RolloutState, Stage } from '../../../controller/rollout/rollout.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { covered, exposed, facts, reading, rollout, running, soaked, verdict } from './decisions.ts'
import { hotfix, PAUSE, policy, STOPPED, withStage } from './situations.ts'

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
        'release-holdback': 3,
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

describe('at the gate', () => {
  // It is Monday, 14:00: canary's gate opens now, early's at 22:00, production's on Wednesday at 02:00.
  const frozen = policyWith({ freezes: [{ name: 'year-end', from: '2026-03-02T00:00', to: '2026-03-03T00:00' }] })
  const denied = policyWith({ deny: { canary: [{ days: [1], from: '13:00', to: '15:00' }] } })
  const ungated = policyWith({ gates: OPEN_GATES })
  const stopped = { freeze: STOPPED }

  it.each<[string, number, Partial<Facts>, Policy, Decision]>([
    ['open', 0, {}, policy, { kind: 'deploy', reason: 'the gate of canary is open' }],
    ['shut', 1, {}, policy, { kind: 'wait', reason: 'the gate of early opens in 8.0 h' }],
    ['shut for days', 2, {}, policy, { kind: 'wait', reason: 'the gate of production opens in 36.0 h' }],
    ['frozen', 0, {}, frozen, { kind: 'wait', reason: 'the gate of canary opens in 24.0 h (freeze "year-end")' }],
    ['denied', 0, {}, denied, { kind: 'wait', reason: 'the gate of canary opens in 1.0 h (deny window 13:00-15:00)' }],
    ['open in a stopped line', 0, stopped, policy, { kind: 'wait', reason: 'the line was stopped by sue: audit' }],
    [
      'open after a stage that is well',
      1,
      { verdict: verdict('healthy') },
      ungated,
      { kind: 'deploy', reason: 'the gate of early is open' },
    ],
    [
      'open after a stage that may be unwell by now',
      1,
      { verdict: verdict('inconclusive') },
      ungated,
      { kind: 'wait', reason: 'inconclusive before early: 3 > 1' },
    ],
    [
      'open after a stage that nothing is known of',
      1,
      { verdict: { kind: 'inconclusive', findings: [] } },
      ungated,
      { kind: 'wait', reason: 'inconclusive before early: no data' },
    ],
  ])('that is %s', (_, stageIndex, over, under, decision) => {
    expect(decide(rollout('waiting', stageIndex), facts(over), under)).toEqual(decision)
  })

  it.each<[string, number, Partial<Facts>, Policy]>([
    ['an open gate', 0, {}, policy],
    ['the gate of early', 1, {}, policy],
    ['freeze "year-end"', 0, {}, frozen],
    ['the stop by sue', 0, stopped, policy],
    ['the stop by sue and the gate of early', 1, stopped, policy],
    ['the stop by sue and freeze "year-end"', 0, stopped, frozen],
  ])('a hotfix goes past %s and says so', (passed, stageIndex, over, under) => {
    const reason = `hotfix past ${passed}: CVE`
    expect(decide(hotfix('waiting', { stageIndex }), facts(over), under)).toEqual({ kind: 'deploy', reason })
  })

  it('a hotfix waits for a deny window, and for a verdict', () => {
    const one = hotfix('waiting')
    const reason = 'the gate of canary opens in 1.0 h (deny window 13:00-15:00)'
    expect(decide(one, facts(stopped), denied)).toEqual({ kind: 'wait', reason })
    expect(decide(one, facts({ verdict: verdict('inconclusive') }), policy).kind).toBe('wait')
  })
})

describe('deploying', () => {
  const [A, B, C, D, E] = ['canary-a', 'canary-b', 'canary-c', 'canary-d', 'canary-e'] as const
  const members = [A, B, C, D, E]
  /** Three of five must have installed. */
  const under = policyWith({ quorumShare: 0.6 })
  const deploying = withStage(rollout('deploying', 0), { members })
  const TIMEOUT_MS = under.installTimeoutMs
  /** Heard of, and not confirmed yet. */
  const halfway = { [D]: { ...running([D]).members[D], installedAtMs: null } as MemberState }
  const after = (ms: number, installed: readonly string[] | null, offline: readonly string[] = []): Decision => {
    const evidence = installed && { ...NO_EVIDENCE, members: { ...halfway, ...running(installed).members } }
    const readings = [...members.map((thing) => reading(thing, !offline.includes(thing))), reading('early-a')]
    return decide(deploying, facts({ nowMs: START_MS + ms, evidence, readings }), under)
  }

  it.each<[number, readonly string[] | null, readonly string[], Decision['kind'], string]>([
    [0, null, [], 'wait', '0 of 5 devices installed, 0 offline, 3 needed'],
    [MINUTE_MS, [A, B, C, D], [], 'wait', '4 of 5 devices installed, 0 offline, 3 needed'],
    [MINUTE_MS, members, [], 'soak', '5 of 5 devices installed, 0 offline'],
    // Nobody waits for a device that is offline, as long as enough are not.
    [MINUTE_MS, [A, B, C, D], [E], 'soak', '4 of 5 devices installed, 1 offline'],
    [MINUTE_MS, [A, B], [C, D, E], 'wait', '2 of 5 devices installed, 3 offline, 3 needed'],
    // One that has installed and gone offline since has installed.
    [MINUTE_MS, members, [A], 'soak', '5 of 5 devices installed, 1 offline'],
    // Nor longer than it may take to install.
    [TIMEOUT_MS, [A, B, C, D], [], 'wait', '4 of 5 devices installed, 0 offline, 3 needed'],
    [TIMEOUT_MS + 1, [A, B, C, D], [], 'soak', `4 of 5 devices installed, 0 offline; not waited for: ${E}`],
    [TIMEOUT_MS + 1, [A, B, C], [], 'soak', `3 of 5 devices installed, 0 offline; not waited for: ${D}, ${E}`],
    [TIMEOUT_MS + 1, [A, B, C], [D], 'soak', `3 of 5 devices installed, 1 offline; not waited for: ${E}`],
    [TIMEOUT_MS + 1, [A, B], [], 'wait', '2 of 5 devices installed, 0 offline, 3 needed'],
    // Too few for a whole window are a case for a human.
    [24 * HOUR_MS, [A, B], [], 'wait', '2 of 5 devices installed, 0 offline, 3 needed'],
    [24 * HOUR_MS + 1, [A, B], [], 'halt', '2 of 5 devices installed, 0 offline after a whole window, 3 needed'],
    [24 * HOUR_MS + 1, [A, B, C], [], 'soak', `3 of 5 devices installed, 0 offline; not waited for: ${D}, ${E}`],
  ])('%d ms with %j installed and %j offline: %s, %s', (ms, installed, offline, kind, reason) => {
    expect(after(ms, installed, offline)).toEqual({ kind, reason })
  })

  it('devices have their time from the order on, or from the decision while that is open', () => {
    const ordered = { deploymentId: 'd', jobId: 'j', atMs: START_MS + HOUR_MS }
    const at = (ms: number, deployment: Stage['deployment']): string => {
      const seen = facts({
        nowMs: START_MS + ms,
        evidence: running([A, B, C]),
        readings: members.map((one) => reading(one)),
      })
      return decide(withStage(deploying, { deployment }), seen, under).kind
    }
    expect([at(HOUR_MS + TIMEOUT_MS, ordered), at(HOUR_MS + TIMEOUT_MS + 1, ordered)]).toEqual(['wait', 'soak'])
    expect([at(TIMEOUT_MS, null), at(TIMEOUT_MS + 1, null)]).toEqual(['wait', 'soak'])
  })

  it.each([
    ['canary', 17, 15],
    ['early', 17, 16],
    ['production', 100, 90],
  ] as const)('%s of %d devices needs %d', (stage, devices, quorum) => {
    const things = Array.from({ length: devices }, (_, n) => `${stage}-${n}`)
    const one = withStage(rollout('deploying', STAGES.indexOf(stage)), { members: things })
    const kindOf = (count: number): string =>
      decide(one, facts({ evidence: running(things.slice(0, count)) }), policy).kind
    expect([kindOf(quorum - 1), kindOf(quorum)]).toEqual(['wait', 'soak'])
  })
})

describe('a soak', () => {
  const OVERDUE_MS = START_MS + 48 * HOUR_MS
  const unsure = { verdict: verdict('inconclusive') }
  const short = { evidence: exposed('canary', 21.5), soak: covered('canary', 21.5) }
  const half = policyWith({ quorumShare: 0.5 })
  const WELL = '48.0 h of healthy exposure, 43.2 h needed'

  it.each<[string, Partial<Facts>, Policy, Decision['kind'], string]>([
    [
      'goes on for its window',
      { nowMs: START_MS + 23.9 * HOUR_MS },
      policy,
      'wait',
      '23.9 h of 24.0 h of the window have passed',
    ],
    [
      'goes on to the last of it',
      { nowMs: START_MS + 24 * HOUR_MS - 1 },
      policy,
      'wait',
      '24.0 h of 24.0 h of the window have passed',
    ],
    ['ends with it', {}, policy, 'promote', WELL],
    [
      'does not count a device that came late',
      { evidence: running(['canary-a'], 24) },
      half,
      'promote',
      '24.0 h of healthy exposure, 21.6 h needed; not counted: canary-b',
    ],
    ['lacks exposure', short, policy, 'wait', 'the window is extended: 43.0 h of exposure, 43.2 h needed'],
    ['lacks a judgement', unsure, policy, 'wait', 'the window is extended: 3 > 1'],
    [
      'lacks any',
      { verdict: { kind: 'inconclusive', findings: [] } },
      policy,
      'wait',
      'the window is extended: no data',
    ],
    ['lacks a verdict', { verdict: null }, policy, 'wait', 'the window is extended: no data'],
    ['is extended for a day', { ...unsure, nowMs: OVERDUE_MS }, policy, 'wait', 'the window is extended: 3 > 1'],
    [
      'is a case for a human then',
      { ...unsure, nowMs: OVERDUE_MS + 1 },
      policy,
      'halt',
      'still inconclusive 48.0 h into the window: 3 > 1',
    ],
  ])('%s', (_, over, under, kind, reason) => {
    expect(decide(rollout('soaking', 0), soaked('canary', over), under)).toEqual({ kind, reason })
  })

  it('does not end while nobody knows whether its order was placed, and names that', () => {
    for (const [index, stage] of STAGES.entries()) {
      const open: Rollout = {
        ...rollout('soaking', index),
        pending: [{ kind: 'deploy', stage, clientToken: 't', decidedAtMs: START_MS }],
      }
      const reason = `the window is extended: nobody knows whether the order of ${stage} was placed`
      expect(decide(open, soaked(stage), policy)).toEqual({ kind: 'wait', reason })
      expect(decide(open, soaked(stage, unsure), policy)).toEqual({ kind: 'wait', reason: `${reason}; 3 > 1` })
    }
  })

  const stragglers = ['production-b']
  const STRAGGLING = `${WELL}; stragglers run a window of their own: production-b`

  it.each<[string, Partial<Facts>, Decision['kind'], string]>([
    ['completes', {}, 'complete', WELL],
    ['waits for stragglers', { stragglers }, 'wait', STRAGGLING],
    ['waits for them a whole extension', { stragglers, nowMs: OVERDUE_MS }, 'wait', STRAGGLING],
    ['waits for them no longer', { stragglers, nowMs: OVERDUE_MS + 1 }, 'complete', WELL],
  ])('of the last stage %s', (_, over, kind, reason) => {
    expect(decide(rollout('soaking', 2), soaked('production', over), policy)).toEqual({ kind, reason })
  })

  it('of a stage before it waits for no stragglers', () => {
    expect(decide(rollout('soaking', 1), soaked('early', { stragglers: ['early-b'] }), policy).kind).toBe('promote')
  })
})

describe('a pause', () => {
  const members = ['canary-a', 'canary-b']
  const deploying = rollout('deploying', 0)
  const releaseHoldback: Rollout = {
    ...rollout('waiting', 2),
    holdback: { things: ['production-c'], sinceMs: START_MS, releasedAtMs: null },
  }
  const inGate = START_MS + 36 * HOUR_MS

  it.each<[Decision['kind'], Rollout, Facts]>([
    ['deploy', rollout('waiting', 0), facts({})],
    ['promote', rollout('soaking', 0), soaked('canary')],
    ['release-holdback', releaseHoldback, facts({ nowMs: inGate })],
    ['complete', rollout('soaking', 2), soaked('production')],
    ['halt', deploying, facts({ nowMs: START_MS + 25 * HOUR_MS })],
  ])('holds what would %s, and says what that is', (kind, one, seen) => {
    const free = decide(one, seen, policy)
    expect(free.kind).toBe(kind)
    const reason = `paused by jo: noise (${free.reason})`
    expect(decide({ ...one, pause: PAUSE }, seen, policy)).toEqual({ kind: 'wait', reason })
  })

  it.each<[Decision['kind'], Rollout, Facts]>([
    ['wait', rollout('waiting', 1), facts({})],
    ['soak', deploying, facts({ evidence: running(members) })],
    ['rollback', rollout('soaking', 0), facts({ verdict: verdict('breach') })],
    ['page', deploying, facts({ nowMs: START_MS + HOUR_MS / 2, telemetryDownSinceMs: START_MS })],
  ])('does not hold what would %s', (kind, one, seen) => {
    const free = decide(one, seen, policy)
    expect(free.kind).toBe(kind)
    expect(decide({ ...one, pause: PAUSE }, seen, policy)).toEqual(free)
  })

  it('is the controller’s own when groups change, and not twice', () => {
    const seen = facts({ membershipChanges: ['canary-a is gone', 'canary-b is gone'] })
    const reason = 'the thing groups differ from the plan: canary-a is gone; canary-b is gone'
    expect(decide(deploying, seen, policy)).toEqual({ kind: 'pause', reason })
    expect(decide({ ...deploying, pause: PAUSE }, seen, policy)).toEqual(decide(deploying, facts({}), policy))
  })
})

it.each(FINAL)('a rollout that is %s says no more than that', (state) => {
  expect(decide(rollout(state, 1), facts({}), policy)).toEqual({ kind: 'wait', reason: `the rollout is ${state}` })
})

it.each<[string, Verdict]>([
  ['3 > 1', verdict('breach')],
  ['breach', { kind: 'breach', findings: [] }],
])('a rollback gives the worst finding as its reason: %s', (reason, breach) => {
  expect(decide(rollout('soaking', 0), facts({ verdict: breach }), policy)).toEqual({ kind: 'rollback', reason })
})
