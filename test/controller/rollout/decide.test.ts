import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StageName } from '../../../controller/contract.ts'
import { type MemberState, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import type { Verdict, VerdictKind } from '../../../controller/judge/verdict.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import { type Decision, decide, type Facts } from '../../../controller/rollout/decide.ts'
import type { Rollout, RolloutState, Stage } from '../../../controller/rollout/rollout.ts'
import { OPEN_GATES, STAGES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import {
  BREACHED,
  covered,
  exposed,
  FOUND,
  facts,
  list,
  NO_DATA,
  reading,
  rollout,
  running,
  soaked,
  verdict,
} from './decisions.ts'
import { FROZEN, hotfix, PAUSE, policy, withStage } from './situations.ts'

const FINAL: readonly RolloutState[] = ['completed', 'rolled-back', 'halted']
const STATES: readonly RolloutState[] = ['waiting', 'deploying', 'soaking', 'rolling-back', ...FINAL]

const anyRollout = fc
  .record({ state: fc.constantFrom(...STATES), stageIndex: fc.integer({ min: 0, max: 2 }) })
  .map(({ state, stageIndex }) => rollout(state, stageIndex))
const anyHours = fc.integer({ min: 0, max: 80 })

describe('invariants', () => {
  it('a breach leads to rollback from every state that is not final and not rolling back', () => {
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
  const changesFrozen = { freeze: FROZEN }
  const open = (stage: StageName): Decision => ({ kind: 'deploy', reason: { code: 'GATE_OPEN', data: { stage } } })
  const closed = (stage: StageName, hours: number, closedBy: object | null = null): Decision => ({
    kind: 'wait',
    reason: { code: 'GATE_CLOSED', data: { stage, opensInMs: hours * HOUR_MS, closedBy: closedBy as null } },
  })
  const inconclusive = (finding: typeof FOUND | typeof NO_DATA): Decision => ({
    kind: 'wait',
    reason: { code: 'INCONCLUSIVE_BEFORE_STAGE', data: { stage: 'early', finding } },
  })
  const YEAR_END = { code: 'FREEZE_CALENDAR', data: { name: 'year-end' } } as const
  const DENIED = { code: 'DENY_WINDOW', data: { from: '13:00', to: '15:00' } } as const
  const BY_SUE = { code: 'OPERATOR_FREEZE', data: { actor: 'sue' } } as const
  it('an operator who promoted without evidence has the next stage deployed, if nothing speaks against it', () => {
    const reason: DecisionReason = {
      code: 'PROMOTED_WITHOUT_EVIDENCE',
      data: { actor: 'jo', operatorReason: 'because', despite: FOUND },
    }
    const promoted = { ...rollout('waiting', 1), reason }
    const seen = facts({ nowMs: START_MS + 9 * HOUR_MS, verdict: verdict('inconclusive') })
    expect(decide(rollout('waiting', 1), seen, policy).reason.code).toBe('INCONCLUSIVE_BEFORE_STAGE')
    expect(decide(promoted, seen, policy).kind).toBe('deploy')
    expect(decide(promoted, { ...seen, verdict: verdict('breach') }, policy).kind).toBe('rollback')
  })

  it('pages once where an open gate has waited for evidence for a day, and never at a closed one', () => {
    const kindAfter = (hours: number, pagedAtMs?: number, of = ungated): string => {
      const waiting = {
        ...rollout('waiting', 1),
        stateSinceMs: START_MS,
        ...(pagedAtMs !== undefined && { pagedAtMs }),
      }
      return decide(waiting, facts({ nowMs: START_MS + hours * HOUR_MS, verdict: verdict('inconclusive') }), of).kind
    }
    expect([kindAfter(23.9), kindAfter(24), kindAfter(25, START_MS + 24 * HOUR_MS)]).toEqual(['wait', 'page', 'wait'])
    expect(kindAfter(24, START_MS - HOUR_MS)).toBe('page')
    expect(kindAfter(24, undefined, policy)).toBe('wait')
  })

  const EARLY_WINDOW = { code: 'DEPLOYMENT_WINDOW', data: { stage: 'early' } } as const

  it.each<[string, number, Partial<Facts>, Policy, Decision]>([
    ['open', 0, {}, policy, open('canary')],
    ['closed', 1, {}, policy, closed('early', 8)],
    ['closed for days', 2, {}, policy, closed('production', 36)],
    ['in a dated freeze', 0, {}, frozen, closed('canary', 24, YEAR_END)],
    ['denied', 0, {}, denied, closed('canary', 1, DENIED)],
    [
      'open in a change freeze',
      0,
      changesFrozen,
      policy,
      { kind: 'wait', reason: { code: 'CHANGES_FROZEN', data: { actor: 'sue', operatorReason: 'audit' } } },
    ],
    ['open after a healthy stage', 1, { verdict: verdict('healthy') }, ungated, open('early')],
    [
      'open after a stage whose health is no longer sure',
      1,
      { verdict: verdict('inconclusive') },
      ungated,
      inconclusive(FOUND),
    ],
    [
      'open after a stage without any data',
      1,
      { verdict: { kind: 'inconclusive', findings: [] } },
      ungated,
      inconclusive(NO_DATA),
    ],
  ])('that is %s', (_, stageIndex, over, under, decision) => {
    expect(decide(rollout('waiting', stageIndex), facts(over), under)).toEqual(decision)
  })

  it.each<[string, number, Partial<Facts>, Policy, readonly object[]]>([
    ['an open gate', 0, {}, policy, []],
    ['a closed window', 1, {}, policy, [EARLY_WINDOW]],
    ['a dated freeze', 0, {}, frozen, [YEAR_END]],
    ['a change freeze', 0, changesFrozen, policy, [BY_SUE]],
    ['a change freeze and a closed window', 1, changesFrozen, policy, [BY_SUE, EARLY_WINDOW]],
    ['a change freeze and a dated freeze', 0, changesFrozen, frozen, [BY_SUE, YEAR_END]],
  ])('a hotfix passes %s and records it', (_, stageIndex, over, under, passed) => {
    const reason = { code: 'HOTFIX', data: { passed, operatorReason: 'CVE' } }
    expect(decide(hotfix('waiting', { stageIndex }), facts(over), under)).toEqual({ kind: 'deploy', reason })
  })

  it('a hotfix waits for a deny window, and for a verdict', () => {
    const one = hotfix('waiting')
    expect(decide(one, facts(changesFrozen), denied)).toEqual(closed('canary', 1, DENIED))
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
  /** Has reported, and is not confirmed yet. */
  const halfway = { [D]: { ...running([D]).members[D], installedAtMs: null } as MemberState }
  const after = (ms: number, installed: readonly string[] | null, offline: readonly string[] = []): Decision => {
    const evidence = installed && { ...NO_EVIDENCE, members: { ...halfway, ...running(installed).members } }
    const readings = [...members.map((thing) => reading(thing, !offline.includes(thing))), reading('early-a')]
    return decide(deploying, facts({ nowMs: START_MS + ms, evidence, readings }), under)
  }

  const installing = (installed: number, offline: number): Decision => ({
    kind: 'wait',
    reason: { code: 'INSTALLING', data: { installed, members: 5, offline, quorum: 3 } },
  })
  const soaking = (installed: number, offline: number, ...late: string[]): Decision => ({
    kind: 'soak',
    reason: { code: 'INSTALLED', data: { installed, members: 5, offline, late: list(...late) } },
  })
  const missed = (installed: number): Decision => ({
    kind: 'halt',
    reason: { code: 'QUORUM_MISSED', data: { installed, members: 5, offline: 0, quorum: 3 } },
  })

  it.each<[number, readonly string[] | null, readonly string[], Decision]>([
    [0, null, [], installing(0, 0)],
    [MINUTE_MS, [A, B, C, D], [], installing(4, 0)],
    [MINUTE_MS, members, [], soaking(5, 0)],
    // A device that is offline is not waited for, as long as enough are not.
    [MINUTE_MS, [A, B, C, D], [E], soaking(4, 1)],
    [MINUTE_MS, [A, B], [C, D, E], installing(2, 3)],
    // One that has installed and gone offline since has installed.
    [MINUTE_MS, members, [A], soaking(5, 1)],
    // Nor longer than it may take to install.
    [TIMEOUT_MS, [A, B, C, D], [], installing(4, 0)],
    [TIMEOUT_MS + 1, [A, B, C, D], [], soaking(4, 0, E)],
    [TIMEOUT_MS + 1, [A, B, C], [], soaking(3, 0, D, E)],
    [TIMEOUT_MS + 1, [A, B, C], [D], soaking(3, 1, E)],
    [TIMEOUT_MS + 1, [A, B], [], installing(2, 0)],
    // Too few for a whole window need an operator.
    [24 * HOUR_MS, [A, B], [], installing(2, 0)],
    [24 * HOUR_MS + 1, [A], [], missed(1)],
    // D was seen once: the next evaluation confirms it, however late it is.
    [24 * HOUR_MS + 1, [A, B], [], installing(2, 0)],
    [48 * HOUR_MS, [A, B], [], installing(2, 0)],
    [48 * HOUR_MS + 1, [A, B], [], missed(2)],
    [24 * HOUR_MS + 1, [A, B, C], [], soaking(3, 0, D, E)],
  ])('%d ms with %j installed and %j offline: %j', (ms, installed, offline, decision) => {
    expect(after(ms, installed, offline)).toEqual(decision)
  })

  it('devices have their time from the deployment on, or from the decision while that is pending', () => {
    const created = { deploymentId: 'd', jobId: 'j', atMs: START_MS + HOUR_MS }
    const at = (ms: number, deployment: Stage['deployment']): string => {
      const seen = facts({
        nowMs: START_MS + ms,
        evidence: running([A, B, C]),
        readings: members.map((one) => reading(one)),
      })
      return decide(withStage(deploying, { deployment }), seen, under).kind
    }
    expect([at(HOUR_MS + TIMEOUT_MS, created), at(HOUR_MS + TIMEOUT_MS + 1, created)]).toEqual(['wait', 'soak'])
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
  const hours = (exposed: number, needed: number) => ({
    exposedMs: exposed * HOUR_MS,
    neededMs: expect.closeTo(needed * HOUR_MS, 3) as number,
  })
  const PASSED: DecisionReason = { code: 'WINDOW_PASSED', data: { ...hours(48, 43.2), uncounted: list() } }
  const running24h = (elapsedMs: number): DecisionReason => ({
    code: 'WINDOW_RUNNING',
    data: { elapsedMs, windowMs: 24 * HOUR_MS },
  })
  const extended = (...lacks: object[]) => ({ code: 'WINDOW_EXTENDED', data: { lacks } }) as DecisionReason

  it.each<[string, Partial<Facts>, Policy, Decision['kind'], DecisionReason]>([
    ['goes on for its window', { nowMs: START_MS + 23.5 * HOUR_MS }, policy, 'wait', running24h(23.5 * HOUR_MS)],
    ['goes on to the last of it', { nowMs: START_MS + 24 * HOUR_MS - 1 }, policy, 'wait', running24h(24 * HOUR_MS - 1)],
    ['ends with it', {}, policy, 'promote', PASSED],
    [
      'does not count a device that came late',
      { evidence: running(['canary-a'], 24) },
      half,
      'promote',
      { code: 'WINDOW_PASSED', data: { ...hours(24, 21.6), uncounted: list('canary-b') } },
    ],
    ['lacks exposure', short, policy, 'wait', extended({ code: 'EXPOSURE_LACKING', data: hours(43, 43.2) })],
    ['lacks a healthy verdict', unsure, policy, 'wait', extended(FOUND)],
    ['lacks any finding', { verdict: { kind: 'inconclusive', findings: [] } }, policy, 'wait', extended(NO_DATA)],
    ['lacks a verdict', { verdict: null }, policy, 'wait', extended(NO_DATA)],
    ['is extended for a day', { ...unsure, nowMs: OVERDUE_MS }, policy, 'wait', extended(FOUND)],
    [
      'needs an operator then',
      { ...unsure, nowMs: OVERDUE_MS + 1 },
      policy,
      'halt',
      { code: 'EVIDENCE_OVERDUE', data: { elapsedMs: 48 * HOUR_MS + 1, lacks: [FOUND] } },
    ],
  ])('%s', (_, over, under, kind, reason) => {
    expect(decide(rollout('soaking', 0), soaked('canary', over), under)).toEqual({ kind, reason })
  })

  it('does not end while it is unknown whether its deployment was created, and names that', () => {
    for (const [index, stage] of STAGES.entries()) {
      const open: Rollout = {
        ...rollout('soaking', index),
        pending: [{ kind: 'deploy', stage, clientToken: 't', decidedAtMs: START_MS }],
      }
      const unknown = { code: 'DEPLOYMENT_UNCONFIRMED', data: { stage } }
      const kind = 'wait'
      expect(decide(open, soaked(stage), policy)).toEqual({ kind, reason: extended(unknown) })
      expect(decide(open, soaked(stage, unsure), policy)).toEqual({ kind, reason: extended(unknown, FOUND) })
    }
  })

  const stragglers = ['production-b']
  const STRAGGLING: DecisionReason = {
    code: 'STRAGGLERS_WATCHED',
    data: { passed: PASSED, devices: list('production-b') },
  }

  it.each<[string, Partial<Facts>, Decision['kind'], DecisionReason]>([
    ['completes', {}, 'complete', PASSED],
    ['waits for stragglers', { stragglers }, 'wait', STRAGGLING],
    ['waits for them a whole extension', { stragglers, nowMs: OVERDUE_MS }, 'wait', STRAGGLING],
    ['waits for them no longer', { stragglers, nowMs: OVERDUE_MS + 1 }, 'complete', PASSED],
  ])('of the last stage %s', (_, over, kind, reason) => {
    expect(decide(rollout('soaking', 2), soaked('production', over), policy)).toEqual({ kind, reason })
  })

  it.each<[string, number, number, Decision['kind']]>([
    ['bakes where nothing was held back', 2, 24, 'wait'],
    ['bakes to the last of it', 2, 27 - 1 / 60, 'wait'],
    ['has baked then', 2, 27, 'complete'],
    ['does not bake before the last stage', 1, 24, 'promote'],
  ])('%s', (_, stageIndex, hours, kind) => {
    const stage = STAGES[stageIndex] as StageName
    const baking = { ...policy, bakeMs: 3 * HOUR_MS }
    const seen = soaked(stage, { nowMs: START_MS + hours * HOUR_MS })
    const decision = decide(rollout('soaking', stageIndex), seen, baking)
    expect(decision.kind).toBe(kind)
    if (kind !== 'wait') return
    const bakedMs = expect.closeTo((hours - 24) * HOUR_MS, 3) as number
    expect(decision.reason).toEqual({ code: 'BAKING', data: { passed: PASSED, bakedMs, bakeMs: 3 * HOUR_MS } })
    expect(decide(rollout('soaking', 2), { ...seen, verdict: verdict('breach') }, baking).kind).toBe('rollback')
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
  ])('holds what would %s, and records what that is', (kind, one, seen) => {
    const free = decide(one, seen, policy)
    expect(free.kind).toBe(kind)
    const { actor, reason } = PAUSE
    expect(decide({ ...one, pause: PAUSE }, seen, policy)).toEqual({
      kind: 'wait',
      reason: { code: 'PAUSED', data: { actor, reason, held: free.reason } },
    })
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

  it.each<[Decision['kind'], string, Rollout]>([
    ['pause', 'a stage that waits', rollout('waiting', 1)],
    ['pause', 'a stage that is deployed', deploying],
    ['pause', 'a stage that soaks', rollout('soaking', 0)],
    ['page', 'a rollout that an operator has paused', { ...deploying, pause: PAUSE }],
    ['page', 'a rollback', rollout('rolling-back', 1)],
  ])('is the controller’s own when somebody else deploys: %s in %s', (kind, _, one) => {
    const deployments = [{ group: 'canary', deploymentId: 'x' }]
    const reason = { code: 'FOREIGN_DEPLOYMENT', data: { deployments } }
    const seen = facts({ foreignDeployments: deployments })
    expect(decide(one, seen, policy)).toEqual({ kind, reason })
    expect(decide(one, { ...seen, telemetryDownSinceMs: seen.nowMs }, policy)).toEqual({ kind, reason })
  })

  it('is not the controller’s own where a breach is rolled back', () => {
    const deployments = [{ group: 'canary', deploymentId: 'x' }]
    const seen = facts({ foreignDeployments: deployments, verdict: verdict('breach') })
    expect(decide(rollout('soaking', 0), seen, policy).kind).toBe('rollback')
  })

  it('is the controller’s own when groups change, and not twice', () => {
    const changes = ['canary-a', 'canary-b'].map((thing) => ({ thing, groups: null, planned: 'canary' }))
    const seen = facts({ membershipChanges: changes })
    const reason = { code: 'MEMBERSHIP_CHANGED', data: { changes } }
    expect(decide(deploying, seen, policy)).toEqual({ kind: 'pause', reason })
    expect(decide({ ...deploying, pause: PAUSE }, seen, policy)).toEqual(decide(deploying, facts({}), policy))
  })
})

it.each(FINAL)('a rollout that is %s only waits', (state) => {
  const reason = { code: 'ROLLOUT_ENDED', data: { state } }
  expect(decide(rollout(state, 1), facts({}), policy)).toEqual({ kind: 'wait', reason })
})

it.each<[DecisionReason, Verdict]>([
  [BREACHED, verdict('breach')],
  [
    { code: 'RULE_BREACHED', data: { rule: null, finding: NO_DATA } },
    { kind: 'breach', findings: [] },
  ],
])('a rollback has the worst finding as its reason: %j', (reason, breach) => {
  expect(decide(rollout('soaking', 0), facts({ verdict: breach }), policy)).toEqual({ kind: 'rollback', reason })
})
