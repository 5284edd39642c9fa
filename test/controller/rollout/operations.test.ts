import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding, VerdictKind } from '../../../controller/judge/verdict.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { OperationReason } from '../../../controller/messages/operations.ts'
import { CONTROLLER_MESSAGES } from '../../../controller/messages/registry.ts'
import { decide } from '../../../controller/rollout/decide.ts'
import type { LastEvaluation } from '../../../controller/rollout/last-evaluation.ts'
import {
  type Admission,
  admit,
  OPERATIONS,
  type Operation,
  type OperationRequest,
  type Situation,
} from '../../../controller/rollout/operations.ts'
import type { Operated, Rollout, RolloutState } from '../../../controller/rollout/rollout.ts'
import { transition } from '../../../controller/rollout/transition.ts'
import { HOUR_MS, MINUTE_MS, START_MS } from '../fixtures.ts'
import { BECAUSE, facts, list, NO_DATA } from './decisions.ts'
import {
  EXTENDED,
  evaluation,
  FROZEN,
  heldBack,
  heldFor,
  hotfix,
  PAUSE,
  policy,
  REQUEST,
  rollout,
  situation,
} from './situations.ts'

/** An operator and their reason, as decisions carry them. */
const BY_JO = { actor: 'jo', operatorReason: 'because' }
const PROMOTED: DecisionReason = { code: 'PROMOTED_WITHOUT_EVIDENCE', data: { ...BY_JO, despite: EXTENDED } }
const DEPLOYED_AGAIN: OperationReason = { code: 'DEPLOYMENT_RETRIED', data: { stage: 'canary' } }
const PAUSED_BY_JO: OperationReason = { code: 'ALREADY_PAUSED', data: { actor: 'jo', reason: PAUSE.reason } }

const request = (operation: Operation, over: Partial<OperationRequest> = {}): OperationRequest => ({
  operation,
  actor: 'jo',
  reason: 'because',
  ...over,
})

/** A soak whose window has elapsed. */
const LATE = { nowMs: START_MS + 25 * HOUR_MS }
const late = (verdict: VerdictKind, over: Partial<LastEvaluation> = {}): Partial<Situation> => ({
  ...LATE,
  lastEvaluation: evaluation(verdict, { atMs: START_MS + 25 * HOUR_MS, ...over }),
})

/** Each situation a rollout can be in, and what each operation comes to: A accepted, r refused. */
const TABLE: readonly (readonly [string, Situation, Readonly<Record<Operation, 'A' | 'r'>>])[] = (
  [
    ['no rollout', situation(null), 'rrrr rrA r'],
    ['waiting', situation(rollout('waiting')), 'ArAr rrA r'],
    ['waiting, paused', situation(rollout('waiting', { pause: PAUSE })), 'rAAr rrA r'],
    ['deploying', situation(rollout('deploying')), 'ArAr rrA r'],
    ['deploying, paused', situation(rollout('deploying', { pause: PAUSE })), 'rAAr rrA r'],
    ['soaking, healthy', situation(rollout('soaking')), 'ArAA rrA r'],
    [
      'soaking, inconclusive',
      situation(rollout('soaking'), { lastEvaluation: evaluation('inconclusive') }),
      'ArAr rrA r',
    ],
    ['soaking, breach', situation(rollout('soaking'), { lastEvaluation: evaluation('breach') }), 'ArAr rrA r'],
    ['soaking, not evaluated', situation(rollout('soaking'), { lastEvaluation: null }), 'ArAr rrA r'],
    [
      'soaking, evaluated an hour ago',
      situation(rollout('soaking'), { lastEvaluation: evaluation('healthy', { atMs: START_MS + 4 * HOUR_MS }) }),
      'ArAr rrA r',
    ],
    [
      'soaking, telemetry down',
      situation(rollout('soaking'), { lastEvaluation: evaluation('healthy', { isTelemetryDown: true }) }),
      'ArAr rrA r',
    ],
    ['soaking, its deployment unconfirmed', situation(rollout('soaking', { pending: [REQUEST] })), 'ArAr rrA r'],
    ['soaking, paused', situation(rollout('soaking', { pause: PAUSE })), 'rAAr rrA r'],
    ['extended, healthy', situation(rollout('soaking'), late('healthy')), 'ArAr rAA r'],
    ['extended, inconclusive', situation(rollout('soaking'), late('inconclusive')), 'ArAr rAA r'],
    ['extended, breach', situation(rollout('soaking'), late('breach')), 'ArAr rrA r'],
    ['rolling back', situation(rollout('rolling-back')), 'rrrr rrA r'],
    ['completed', situation(rollout('completed')), 'rrrr rrA r'],
    ['rolled back', situation(rollout('rolled-back')), 'rrrr rrA r'],
    ['halted while deploying', situation(rollout('halted', { haltedFrom: 'deploying' })), 'rrAr ArA r'],
    ['halted while soaking', situation(rollout('halted', { haltedFrom: 'soaking' })), 'rrAr ArA r'],
    ['halted in its rollback', situation(rollout('halted', { haltedFrom: 'rolling-back' })), 'rrrr ArA r'],
    ['changes frozen', situation(rollout('waiting'), { freeze: FROZEN }), 'ArAr rrr A'],
    [
      'halted while deploying, changes frozen',
      situation(rollout('halted', { haltedFrom: 'deploying' }), { freeze: FROZEN }),
      'rrAr rrr A',
    ],
    [
      'halted while deploying, the gate closed',
      situation(rollout('halted', { haltedFrom: 'deploying' }), { nowMs: START_MS + 9 * HOUR_MS }),
      'rrAr rrA r',
    ],
  ] as const
).map(([name, one, results]) => {
  const letters = results.replaceAll(' ', '').split('') as ('A' | 'r')[]
  return [name, one, Object.fromEntries(OPERATIONS.map((op, i) => [op, letters[i]])) as Record<Operation, 'A' | 'r'>]
})

const letterOf = ({ kind }: Admission): string => (kind === 'accepted' ? 'A' : kind === 'refused' ? 'r' : '=')

describe('every operation in every situation', () => {
  it.each(TABLE)('%s', (_, one, expected) => {
    const found = Object.fromEntries(
      OPERATIONS.map((operation) => [operation, letterOf(admit(request(operation), one))]),
    )
    expect(found).toEqual(expected)
  })

  it('is answered with a code of the registry and plain data', () => {
    for (const [, one] of TABLE) {
      for (const operation of OPERATIONS) {
        const { reason } = admit(request(operation), one)
        expect(Object.keys(CONTROLLER_MESSAGES)).toContain(reason.code)
        expect(JSON.parse(JSON.stringify(reason))).toStrictEqual(reason)
      }
    }
  })

  it('covers every state of a rollout', () => {
    const states = new Set(TABLE.map(([, { rollout: one }]) => one?.state))
    for (const state of ['waiting', 'deploying', 'soaking', 'rolling-back', 'completed', 'rolled-back', 'halted']) {
      expect(states).toContain(state)
    }
  })
})

/** The situation after an admission. */
const after = (one: Situation, admission: Admission): Situation =>
  admission.kind === 'accepted'
    ? { ...one, rollout: admission.rollout ?? one.rollout, freeze: admission.freeze ?? one.freeze }
    : one

const anyRow = fc.constantFrom(...TABLE)
const anyOperation = fc.constantFrom(...OPERATIONS)

describe('invariants', () => {
  it('requested twice with one id, an operation is done once', () => {
    fc.assert(
      fc.property(anyRow, anyOperation, ([, one], operation) => {
        const asked = request(operation, { id: 'x-1' })
        const first = admit(asked, one)
        const then = after(one, first)
        const second = admit(asked, then)
        if (first.kind === 'accepted') expect(second.kind).toBe('repeated')
        else expect(second).toEqual(first)
        expect(after(then, second)).toEqual(then)
      }),
    )
  })

  it('one id is one request: another operation, actor or reason under it is refused, and changes nothing', () => {
    const anyChange = fc.oneof(
      fc.constant({ actor: 'sue' }),
      fc.constant({ reason: 'another' }),
      fc.record({ operation: anyOperation }),
    )
    fc.assert(
      fc.property(anyRow, anyOperation, anyChange, ([, one], operation, change) => {
        const asked = request(operation, { id: 'x-1' })
        const first = admit(asked, one)
        fc.pre(first.kind === 'accepted')
        const other = { ...asked, ...change }
        fc.pre(other.operation !== operation || other.actor !== asked.actor || other.reason !== asked.reason)
        const data = { id: 'x-1', operation, ...BY_JO }
        const reason = { code: 'IDEMPOTENT_PARAMETER_MISMATCH', data }
        expect(admit(other, after(one, first))).toEqual({ kind: 'refused', reason })
      }),
    )
  })

  it('and without an id never twice in a row', () => {
    fc.assert(
      fc.property(anyRow, anyOperation, ([, one], operation) => {
        const then = after(one, admit(request(operation), one))
        expect(admit(request(operation), then).kind).not.toBe('accepted')
      }),
    )
  })

  it('whatever is requested, in whatever order, every accepted operation is kept with its reason', () => {
    fc.assert(
      fc.property(anyRow, fc.array(anyOperation, { maxLength: 12 }), ([, start], operations) => {
        let one = start
        const done: string[] = []
        for (const [n, operation] of operations.entries()) {
          const admission = admit(request(operation, { reason: `reason ${n}` }), one)
          if (admission.kind === 'accepted') done.push(`reason ${n}`)
          one = after(one, admission)
        }
        const kept = [...(one.rollout?.operations ?? []), ...one.freeze.operations].map(({ reason }) => reason)
        expect(kept.sort()).toEqual(done.sort())
      }),
    )
  })

  it('a paused rollout is still rolled back on a breach, and does nothing else that an operator would have to undo', () => {
    const paused = fc.constantFrom<RolloutState>('waiting', 'deploying', 'soaking')
    const anyFacts = fc.record({
      hours: fc.integer({ min: 0, max: 80 }),
      kind: fc.constantFrom<VerdictKind | null>('healthy', 'inconclusive', 'breach', null),
    })
    fc.assert(
      fc.property(paused, anyFacts, (state, { hours, kind }) => {
        const verdict = kind === null ? null : { kind, findings: [] }
        const seen = facts({ nowMs: START_MS + hours * HOUR_MS, verdict })
        const decision = decide(rollout(state, { pause: PAUSE }), seen, policy)
        if (kind === 'breach') expect(decision.kind).toBe('rollback')
        else expect(['wait', 'soak']).toContain(decision.kind)
      }),
    )
  })

  it('a change freeze deploys nothing, whatever the hour; a hotfix passes and records what it passed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * 24 * 4 }), (quarters) => {
        const seen = facts({ nowMs: START_MS + quarters * 15 * MINUTE_MS, freeze: FROZEN })
        expect(decide(rollout('waiting'), seen, policy).kind).toBe('wait')
        const release = { ...rollout('waiting').release, hotfix: { reason: 'CVE' } }
        const hotfix = decide(rollout('waiting', { release }), seen, policy)
        expect(hotfix.kind).toBe('deploy')
        const passed = expect.arrayContaining([{ code: 'OPERATOR_FREEZE', data: { actor: 'sue' } }])
        expect(hotfix.reason).toMatchObject({ code: 'HOTFIX', data: { passed } })
      }),
    )
  })

  it('a change freeze does not hold a rollback', () => {
    const seen = facts({ nowMs: START_MS + 5 * HOUR_MS, freeze: FROZEN, verdict: { kind: 'breach', findings: [] } })
    expect(decide(rollout('soaking'), seen, policy).kind).toBe('rollback')
    expect(admit(request('abort'), situation(rollout('soaking'), { freeze: FROZEN })).kind).toBe('accepted')
  })
})

describe('what an operation comes to', () => {
  const rolloutAfter = (operation: Operation, one: Situation): Rollout => {
    const admission = admit(request(operation), one)
    if (admission.kind !== 'accepted' || admission.rollout === undefined)
      throw new Error(`${operation}: ${admission.reason.code}`)
    return admission.rollout
  }

  it('abort requests the rollback, also of a stage that was halted with new firmware', () => {
    for (const one of [rollout('soaking'), rollout('halted', { haltedFrom: 'soaking' })]) {
      const next = rolloutAfter('abort', situation(one))
      expect(next).toMatchObject({ state: 'rolling-back', reason: { code: 'ABORTED', data: BY_JO } })
      expect(next.pending.map(({ kind }) => kind)).toEqual(['rollback', 'cancel', 'announce'])
    }
  })

  it('skip and promote promote the stage, the last one to completion', () => {
    expect(rolloutAfter('skip', situation(rollout('soaking')))).toMatchObject({ state: 'waiting', stageIndex: 1 })
    expect(rolloutAfter('skip', situation(rollout('soaking', { stageIndex: 2 }))).state).toBe('completed')
    expect(rolloutAfter('promote', situation(rollout('soaking', { stageIndex: 2 }), late('healthy')))).toMatchObject({
      state: 'completed',
      reason: PROMOTED,
    })
  })

  it.each([
    ['are still held back follow in their own time', heldBack(), { state: 'waiting', stageIndex: 2 }],
    ['were released end with it', heldBack(START_MS), { state: 'completed', stageIndex: 2 }],
  ])('of the last stage, devices that %s', (_, holdback, expected) => {
    const last = rollout('soaking', { stageIndex: 2, holdback })
    expect(rolloutAfter('skip', situation(last))).toMatchObject(expected)
    expect(rolloutAfter('promote', situation(last, late('inconclusive')))).toMatchObject(expected)
  })

  it('a retry has tokens of its own, so that it is a new request', () => {
    const halted = rollout('halted', { haltedFrom: 'rolling-back' })
    const first = rolloutAfter('retry', situation(halted))
    const again = transition(first, { kind: 'halt', reason: BECAUSE }, START_MS)
    const second = rolloutAfter('retry', situation({ ...again, pending: [] }))
    const tokens = [halted, first, second].map(({ pending }) => pending.flatMap((e) => ('clientToken' in e ? e : [])))
    expect(tokens.map(([effect]) => effect?.clientToken)).toEqual([
      undefined,
      'r-2-4-0-1-back-canary-1',
      'r-2-4-0-1-back-canary-2',
    ])
  })

  it('a retry drops no device whose deployment is not known to have been created', () => {
    const [canary, ...later] = rollout('halted').stages
    const stages = [{ ...(canary as Rollout['stages'][0]), deployment: null }, ...later]
    const soaking = rollout('halted', { haltedFrom: 'soaking', stages, pending: [REQUEST] })
    expect(rolloutAfter('retry', situation(soaking)).pending).toEqual([REQUEST])
    const back = { ...REQUEST, kind: 'rollback' } as const
    const rollingBack = rollout('halted', { haltedFrom: 'rolling-back', stages, pending: [back] })
    const anew = { kind: 'rollback', stage: 'canary', clientToken: 'r-2-4-0-1-back-canary-1' }
    expect(rolloutAfter('retry', situation(rollingBack)).pending[0]).toMatchObject(anew)
  })

  it('a retried window starts again, what has been installed stays', () => {
    const one = situation(rollout('halted', { haltedFrom: 'soaking' }), LATE)
    expect(admit(request('retry'), one)).toMatchObject({ restartsSoak: true })
    expect(rolloutAfter('retry', one).stages[0]).toMatchObject({
      soakingSinceMs: LATE.nowMs,
      deployment: { deploymentId: 'd' },
    })
  })
})

const finding = (crashes: number): Finding => ({
  rule: 'r',
  metric: 'm',
  outcome: 'breach',
  observed: 3,
  baseline: 0,
  limit: 1,
  n: 9,
  reason: { code: 'CRASHES', data: { crashes, allowed: 0, expected: 0, devices: list() } },
})

describe('the reason of a refusal', () => {
  const completed = situation(rollout('completed'))
  const halted = (haltedFrom?: RolloutState, over: Partial<Rollout> = {}): Rollout =>
    rollout('halted', { ...(haltedFrom !== undefined && { haltedFrom }), ...over })

  const over = (state: RolloutState): OperationReason => ({ code: 'ROLLOUT_OVER', data: { state } })
  const ofSue = { actor: 'sue', operatorReason: 'audit' }

  it.each<[Operation, OperationReason, Situation]>([
    ['pause', { code: 'ROLLOUT_MISSING', data: {} }, situation(null)],
    ['pause', over('completed'), completed],
    ['pause', over('halted'), situation(halted('soaking'))],
    ['pause', { code: 'ROLLBACK_NOT_PAUSABLE', data: {} }, situation(rollout('rolling-back'))],
    ['pause', PAUSED_BY_JO, situation(rollout('waiting', { pause: PAUSE }))],
    ['resume', over('completed'), completed],
    ['resume', { code: 'NOT_PAUSED', data: {} }, situation(rollout('waiting', { pause: null }))],
    ['abort', over('completed'), completed],
    ['abort', { code: 'ROLLBACK_RUNNING', data: {} }, situation(rollout('rolling-back'))],
    ['abort', { code: 'HALTED_IN_ROLLBACK', data: {} }, situation(halted('rolling-back'))],
    ['abort', over('rolled-back'), situation(rollout('rolled-back', { haltedFrom: 'rolling-back' }))],
    ['retry', over('completed'), completed],
    ['retry', { code: 'NOT_HALTED', data: {} }, situation(rollout('soaking'))],
    // It was halted once and goes on since: nothing of that is left to retry.
    ['retry', { code: 'NOT_HALTED', data: {} }, situation(rollout('soaking', { haltedFrom: 'soaking' }))],
    ['retry', { code: 'HALT_ORIGIN_UNKNOWN', data: {} }, situation(halted())],
    ['retry', { code: 'CHANGES_FROZEN', data: ofSue }, situation(halted('deploying'), { freeze: FROZEN })],
    ['freeze', { code: 'ALREADY_FROZEN', data: ofSue }, situation(null, { freeze: FROZEN })],
    ['unfreeze', { code: 'NOT_FROZEN', data: {} }, situation(null)],
  ])('%s: %j', (operation, reason, one) => {
    expect(admit(request(operation), one)).toEqual({ kind: 'refused', reason })
  })

  /** What must not be, whether the rest of the window is skipped or has elapsed. */
  const OBSTACLES: readonly (readonly [string, Partial<Rollout>, Partial<LastEvaluation> | null, OperationReason])[] = [
    ['it has ended', { state: 'rolled-back' }, {}, over('rolled-back')],
    ['it was halted', { state: 'halted' }, {}, over('halted')],
    ['it waits', { state: 'waiting' }, {}, { code: 'NOT_SOAKING', data: { stage: 'canary', state: 'waiting' } }],
    ['it is paused', { pause: PAUSE }, {}, { code: 'PAUSED_BY', data: { actor: 'jo' } }],
    [
      'its deployment is unconfirmed',
      { pending: [REQUEST] },
      {},
      { code: 'DEPLOYMENT_UNCONFIRMED', data: { stage: 'canary' } },
    ],
    [
      'some released devices cannot be moved',
      { pending: [{ kind: 'release-holdback', things: ['held-a'], into: 'release' }] },
      {},
      { code: 'HOLDBACK_RELEASE_UNFINISHED', data: { stage: 'canary' } },
    ],
    ['it was not evaluated', {}, null, { code: 'NO_RECENT_EVALUATION', data: {} }],
    ['telemetry is down', {}, { isTelemetryDown: true }, { code: 'HEALTH_UNKNOWN', data: {} }],
  ]

  it.each(OBSTACLES)('skip and promote of a stage, because %s', (_, over, seen, reason) => {
    for (const [operation, hours] of [
      ['skip', 5],
      ['promote', 25],
    ] as const) {
      const nowMs = START_MS + hours * HOUR_MS
      const lastEvaluation = seen === null ? null : evaluation('healthy', { atMs: nowMs, ...seen })
      const one = situation(rollout('soaking', over), { nowMs, lastEvaluation })
      expect(admit(request(operation), one)).toEqual({ kind: 'refused', reason })
    }
  })

  const bad = [finding(3), finding(1)]
  const worst = finding(3).reason
  it.each<[Operation, OperationReason, Partial<Situation>]>([
    [
      'skip',
      { code: 'STAGE_NOT_HEALTHY', data: { finding: worst } },
      { lastEvaluation: evaluation('inconclusive', { findings: bad }) },
    ],
    [
      'skip',
      { code: 'STAGE_NOT_HEALTHY', data: { finding: worst } },
      { lastEvaluation: evaluation('breach', { findings: bad }) },
    ],
    ['skip', { code: 'STAGE_NOT_HEALTHY', data: { finding: NO_DATA } }, { lastEvaluation: evaluation(null) }],
    ['skip', { code: 'WINDOW_ELAPSED', data: {} }, late('healthy')],
    ['promote', { code: 'STAGE_BREACHES', data: { finding: worst } }, late('breach', { findings: bad })],
    [
      'promote',
      { code: 'WINDOW_NOT_ELAPSED', data: { remainingMs: 19 * HOUR_MS } },
      { lastEvaluation: evaluation('healthy') },
    ],
  ])('%s of a stage that is monitored: %j', (operation, reason, seen) => {
    expect(admit(request(operation), situation(rollout('soaking'), seen))).toEqual({ kind: 'refused', reason })
  })
})

it('the watch of released devices is skipped or runs to its end', () => {
  const released = rollout('soaking', { stageIndex: 2, holdback: heldBack(START_MS + 30 * HOUR_MS) })
  const at = (hours: number): Situation =>
    situation(released, {
      policy: { ...policy, bakeMs: HOUR_MS },
      nowMs: START_MS + hours * HOUR_MS,
      lastEvaluation: evaluation('healthy', { atMs: START_MS + hours * HOUR_MS }),
    })
  expect(admit(request('skip'), at(30.25))).toMatchObject({
    kind: 'accepted',
    decision: { kind: 'complete', reason: { code: 'WINDOW_SKIPPED', data: { ...BY_JO, remainingMs: 0.75 * HOUR_MS } } },
  })
  expect(admit(request('promote'), at(30.25))).toEqual({
    kind: 'refused',
    reason: { code: 'WINDOW_NOT_ELAPSED', data: { remainingMs: 0.75 * HOUR_MS } },
  })
  expect(admit(request('promote'), at(31)).kind).toBe('accepted')
})

describe('the last moment', () => {
  const soaking = rollout('soaking')
  const seenAt = (nowMs: number, over: Partial<Situation> = {}): Situation =>
    situation(soaking, { nowMs, lastEvaluation: evaluation('healthy', { atMs: nowMs }), ...over })
  const windowMs = START_MS + policy.windowMs

  it.each([
    ['a moment before the window is over', seenAt(windowMs - 1), 'A', 'r'],
    ['when it is exactly over', seenAt(windowMs), 'r', 'A'],
    ['when it would be over if its clock had not been held', seenAt(windowMs, { soak: heldFor(1) }), 'A', 'r'],
    ['when it is over with what was held', seenAt(windowMs + HOUR_MS, { soak: heldFor(HOUR_MS) }), 'r', 'A'],
  ])('%s, either skip or promote is what is meant', (_, one, skip, promote) => {
    expect([letterOf(admit(request('skip'), one)), letterOf(admit(request('promote'), one))]).toEqual([skip, promote])
  })

  it.each([
    ['two ticks old is recent', { evaluatedMs: -2 * policy.tickMs }, 'A'],
    ['older than two ticks is not', { evaluatedMs: -2 * policy.tickMs - 1 }, 'r'],
    ['of the moment in which the soak began is one of it', { evaluatedMs: -MINUTE_MS, sinceMs: -MINUTE_MS }, 'A'],
    ['from before the soak is none', { evaluatedMs: -MINUTE_MS, sinceMs: -MINUTE_MS + 1 }, 'r'],
  ])(
    'an evaluation %s',
    (_, { evaluatedMs, sinceMs = -5 * HOUR_MS }: { evaluatedMs: number; sinceMs?: number }, expected) => {
      const nowMs = START_MS + 5 * HOUR_MS
      const stages = soaking.stages.map((stage) => ({ ...stage, soakingSinceMs: nowMs + sinceMs }))
      const lastEvaluation = evaluation('healthy', { atMs: nowMs + evaluatedMs })
      expect(letterOf(admit(request('skip'), situation({ ...soaking, stages }, { nowMs, lastEvaluation })))).toBe(
        expected,
      )
    },
  )

  it.each([
    ['while the gate is open', rollout, START_MS, null],
    ['in its last moment', rollout, START_MS + 8 * HOUR_MS - 1, null],
    ['when it has closed', rollout, START_MS + 8 * HOUR_MS, 16],
    ['an hour after that', rollout, START_MS + 9 * HOUR_MS, 15],
    ['a quarter before it opens', rollout, START_MS + 23.75 * HOUR_MS, 0.25],
    ['when it opens', rollout, START_MS + 24 * HOUR_MS, null],
    ['of a hotfix, when it has closed', hotfix, START_MS + 9 * HOUR_MS, null],
  ])('retry of what was halted while deploying, %s', (_, build, nowMs, opensInHours) => {
    const admission = admit(request('retry'), situation(build('halted', { haltedFrom: 'deploying' }), { nowMs }))
    if (opensInHours === null) expect(admission).toMatchObject({ kind: 'accepted', reason: DEPLOYED_AGAIN })
    else {
      const data = { stage: 'canary', opensInMs: opensInHours * HOUR_MS, closedBy: null }
      expect(admission).toEqual({ kind: 'refused', reason: { code: 'GATE_CLOSED', data } })
    }
  })

  it('of a hotfix, retry passes a change freeze', () => {
    const one = situation(hotfix('halted', { haltedFrom: 'deploying' }), { freeze: FROZEN })
    expect(admit(request('retry'), one)).toMatchObject({ kind: 'accepted', rollout: { state: 'deploying' } })
  })
})

describe('the answer to what was done', () => {
  const haltedFrom = (state: RolloutState): Situation => situation(rollout('halted', { haltedFrom: state }))

  const SKIPPED: DecisionReason = { code: 'WINDOW_SKIPPED', data: { ...BY_JO, remainingMs: 20 * HOUR_MS } }
  const RETRIED: DecisionReason = { code: 'RETRIED', data: BY_JO }

  it.each<[Operation, OperationReason, Situation, DecisionReason | undefined]>([
    ['pause', { code: 'ROLLOUT_PAUSED', data: {} }, situation(rollout('soaking')), undefined],
    [
      'resume',
      { code: 'ROLLOUT_RESUMED', data: { pausedBy: 'jo' } },
      situation(rollout('soaking', { pause: PAUSE })),
      undefined,
    ],
    [
      'abort',
      { code: 'ROLLBACK_REQUESTED', data: {} },
      situation(rollout('soaking')),
      { code: 'ABORTED', data: BY_JO },
    ],
    ['skip', SKIPPED, situation(rollout('soaking'), { soak: heldFor(HOUR_MS) }), SKIPPED],
    ['promote', PROMOTED, situation(rollout('soaking'), late('inconclusive')), PROMOTED],
    ['retry', { code: 'ROLLBACK_RETRIED', data: {} }, haltedFrom('rolling-back'), RETRIED],
    ['retry', DEPLOYED_AGAIN, haltedFrom('deploying'), RETRIED],
    ['retry', { code: 'WINDOW_RESTARTED', data: { stage: 'canary' } }, haltedFrom('soaking'), RETRIED],
    ['freeze', { code: 'FREEZE_SET', data: {} }, situation(null), undefined],
    ['unfreeze', { code: 'FREEZE_LIFTED', data: { frozenBy: 'sue' } }, situation(null, { freeze: FROZEN }), undefined],
  ])('%s: %j', (operation, reason, one, decided) => {
    const admission = admit(request(operation), one)
    expect(admission).toMatchObject({ kind: 'accepted', reason })
    if (admission.kind !== 'accepted') return
    expect(admission.decision?.reason).toEqual(decided)
    if (decided !== undefined) expect(admission.rollout?.reason).toEqual(decided)
  })
})

it('the bake time is skipped like a window, and promoted past when it has elapsed', () => {
  const baking = { ...policy, bakeMs: 3 * HOUR_MS }
  const last = rollout('soaking', { stageIndex: 2 })
  const at = (hours: number): Situation => {
    const nowMs = START_MS + hours * HOUR_MS
    return situation(last, { policy: baking, nowMs, lastEvaluation: evaluation('healthy', { atMs: nowMs }) })
  }
  expect(admit(request('skip'), at(25))).toMatchObject({ kind: 'accepted', decision: { kind: 'complete' } })
  expect(admit(request('promote'), at(25)).reason).toEqual({
    code: 'WINDOW_NOT_ELAPSED',
    data: { remainingMs: 2 * HOUR_MS },
  })
  expect(admit(request('skip'), at(27)).reason.code).toBe('WINDOW_ELAPSED')
})

describe('a repeated request', () => {
  const done = (operation: string, id?: string): Operated => ({
    operation,
    id,
    actor: 'jo',
    reason: 'because',
    atMs: START_MS,
  })

  it.each<[string, Situation, string | undefined, string | null]>([
    [
      'done to the rollout',
      situation(rollout('soaking', { operations: [done('skip', 'a'), done('pause', 'b')] })),
      'b',
      'pause',
    ],
    [
      'done to all changes',
      situation(null, { freeze: { frozen: null, operations: [done('freeze', 'b')] } }),
      'b',
      'freeze',
    ],
    ['of another operation', situation(rollout('soaking', { operations: [done('skip', 'a')] })), 'b', null],
    ['of none', situation(rollout('soaking', { operations: [done('skip')] })), undefined, null],
  ])('with an id %s', (_, one, id, before) => {
    const admission = admit(request(one.rollout === null ? 'freeze' : 'pause', { id }), one)
    if (before === null) expect(admission.kind).toBe('accepted')
    else
      expect(admission).toEqual({ kind: 'repeated', reason: { code: 'DONE_BEFORE', data: { operation: before, id } } })
  })

  it.each([
    ['the same reason of the same operator', 'jo', 'noise', 'repeated'],
    ['another reason of the same operator', 'jo', 'smoke', 'refused'],
    ['the same reason of another operator', 'sue', 'noise', 'refused'],
  ])('without an id, %s', (_, actor, reason, kind) => {
    const paused = situation(rollout('soaking', { pause: PAUSE }))
    expect(admit(request('pause', { actor, reason }), paused)).toEqual({ kind, reason: PAUSED_BY_JO })
    const byJo = { actor: 'jo', reason: 'noise', atMs: START_MS }
    const frozen = situation(null, { freeze: { frozen: byJo, operations: [] } })
    expect(admit(request('freeze', { actor, reason }), frozen)).toEqual({
      kind,
      reason: { code: 'ALREADY_FROZEN', data: { actor: 'jo', operatorReason: 'noise' } },
    })
  })

  it('the last fifty operations are kept, the newest last', () => {
    const many = Array.from({ length: 50 }, (_, n) => done('pause', `op-${n}`))
    const ids = [...many.slice(1).map(({ id }) => id), 'new']
    const one = situation(rollout('soaking', { operations: many }))
    const admission = admit(request('pause', { id: 'new' }), one)
    expect(admission).toMatchObject({ rollout: { operations: ids.map((id) => ({ id })) } })
    const line = admit(
      request('freeze', { id: 'new' }),
      situation(null, { freeze: { frozen: null, operations: many } }),
    )
    expect(line).toMatchObject({ freeze: { operations: ids.map((id) => ({ id })) } })
  })

  it('an operation is kept with its actor, reason and time, and changes only its own document', () => {
    const own = { operation: 'pause', actor: 'jo', reason: 'because', atMs: START_MS + 5 * HOUR_MS, id: 'a' }
    const paused = admit(request('pause', { id: 'a' }), situation(rollout('soaking')))
    expect(paused).toMatchObject({
      rollout: { operations: [own], pause: { actor: 'jo', reason: BECAUSE, atMs: own.atMs } },
    })
    expect(paused).not.toHaveProperty('freeze')
    const frozen = admit(request('freeze', { id: 'a' }), situation(rollout('soaking')))
    expect(frozen).toMatchObject({
      freeze: {
        operations: [{ ...own, operation: 'freeze' }],
        frozen: { actor: 'jo', reason: 'because', atMs: own.atMs },
      },
    })
    expect(frozen).not.toHaveProperty('rollout')
  })
})
