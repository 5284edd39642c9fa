import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding, VerdictKind } from '../../../controller/judge/verdict.ts'
import { decide, transition } from '../../../controller/rollout/decide.ts'
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
import { HOUR_MS, MINUTE_MS, START_MS } from '../fixtures.ts'
import { facts } from './decisions.ts'
import {
  evaluation,
  heldBack,
  heldFor,
  hotfix,
  ORDER,
  PAUSE,
  policy,
  rollout,
  STOPPED,
  situation,
} from './situations.ts'

const request = (operation: Operation, over: Partial<OperationRequest> = {}): OperationRequest => ({
  operation,
  actor: 'jo',
  reason: 'because',
  ...over,
})

/** A soak whose window has passed. */
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
    ['soaking, not looked at', situation(rollout('soaking'), { lastEvaluation: null }), 'ArAr rrA r'],
    [
      'soaking, looked at an hour ago',
      situation(rollout('soaking'), { lastEvaluation: evaluation('healthy', { atMs: START_MS + 4 * HOUR_MS }) }),
      'ArAr rrA r',
    ],
    [
      'soaking, blind',
      situation(rollout('soaking'), { lastEvaluation: evaluation('healthy', { isTelemetryDown: true }) }),
      'ArAr rrA r',
    ],
    ['soaking, its order unknown', situation(rollout('soaking', { pending: [ORDER] })), 'ArAr rrA r'],
    ['soaking, paused', situation(rollout('soaking', { pause: PAUSE })), 'rAAr rrA r'],
    ['extended, healthy', situation(rollout('soaking'), late('healthy')), 'ArAr rAA r'],
    ['extended, inconclusive', situation(rollout('soaking'), late('inconclusive')), 'ArAr rAA r'],
    ['extended, breach', situation(rollout('soaking'), late('breach')), 'ArAr rrA r'],
    ['rolling back', situation(rollout('rolling-back')), 'rrrr rrA r'],
    ['completed', situation(rollout('completed')), 'rrrr rrA r'],
    ['rolled back', situation(rollout('rolled-back')), 'rrrr rrA r'],
    ['halted while deploying', situation(rollout('halted', { haltedFrom: 'deploying' })), 'rrAr ArA r'],
    ['halted while soaking', situation(rollout('halted', { haltedFrom: 'soaking' })), 'rrAr ArA r'],
    ['halted on its way back', situation(rollout('halted', { haltedFrom: 'rolling-back' })), 'rrrr ArA r'],
    ['the line stopped', situation(rollout('waiting'), { freeze: STOPPED }), 'ArAr rrr A'],
    [
      'halted while deploying, the line stopped',
      situation(rollout('halted', { haltedFrom: 'deploying' }), { freeze: STOPPED }),
      'rrAr rrr A',
    ],
    [
      'halted while deploying, the gate shut',
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

  it('says why it is refused, in more than a word', () => {
    for (const [, one] of TABLE) {
      for (const operation of OPERATIONS) {
        const admission = admit(request(operation), one)
        expect(admission.reason.split(' ').length, `${operation}: ${admission.reason}`).toBeGreaterThan(3)
        expect(admission.reason).not.toMatch(/undefined|null/)
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

/** The situation after a ruling. */
const after = (one: Situation, admission: Admission): Situation =>
  admission.kind === 'accepted'
    ? { ...one, rollout: admission.rollout ?? one.rollout, freeze: admission.freeze ?? one.freeze }
    : one

const anyRow = fc.constantFrom(...TABLE)
const anyOperation = fc.constantFrom(...OPERATIONS)

describe('laws', () => {
  it('asked for twice with one id, an operation is done once', () => {
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

  it('and without an id never twice in a row', () => {
    fc.assert(
      fc.property(anyRow, anyOperation, ([, one], operation) => {
        const then = after(one, admit(request(operation), one))
        expect(admit(request(operation), then).kind).not.toBe('accepted')
      }),
    )
  })

  it('whatever people do, in whatever order, every accepted operation is remembered with its reason', () => {
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

  it('a rollout that is paused still goes back on a breach, and does nothing else that a person would have to undo', () => {
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

  it('a line that is stopped deploys nothing, whatever the hour; a hotfix passes and says what it passed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * 24 * 4 }), (quarters) => {
        const seen = facts({ nowMs: START_MS + quarters * 15 * MINUTE_MS, freeze: STOPPED })
        expect(decide(rollout('waiting'), seen, policy).kind).toBe('wait')
        const release = { ...rollout('waiting').release, hotfix: { reason: 'CVE' } }
        const hotfix = decide(rollout('waiting', { release }), seen, policy)
        expect(hotfix.kind).toBe('deploy')
        expect(hotfix.reason).toContain('the stop by sue')
      }),
    )
  })

  it('a line that is stopped still lets a rollout go back', () => {
    const seen = facts({ nowMs: START_MS + 5 * HOUR_MS, freeze: STOPPED, verdict: { kind: 'breach', findings: [] } })
    expect(decide(rollout('soaking'), seen, policy).kind).toBe('rollback')
    expect(admit(request('abort'), situation(rollout('soaking'), { freeze: STOPPED })).kind).toBe('accepted')
  })
})

describe('what an operation comes to', () => {
  const rolloutAfter = (operation: Operation, one: Situation): Rollout => {
    const admission = admit(request(operation), one)
    if (admission.kind !== 'accepted' || admission.rollout === undefined)
      throw new Error(`${operation}: ${admission.reason}`)
    return admission.rollout
  }

  it('abort orders the way back, also of a stage that was halted with new firmware', () => {
    for (const one of [rollout('soaking'), rollout('halted', { haltedFrom: 'soaking' })]) {
      const next = rolloutAfter('abort', situation(one))
      expect(next).toMatchObject({ state: 'rolling-back', reason: 'aborted by jo: because' })
      expect(next.pending.map(({ kind }) => kind)).toEqual(['rollback', 'cancel', 'announce'])
    }
  })

  it('skip and promote send the stage on, the last one to its end', () => {
    expect(rolloutAfter('skip', situation(rollout('soaking')))).toMatchObject({ state: 'waiting', stageIndex: 1 })
    expect(rolloutAfter('skip', situation(rollout('soaking', { stageIndex: 2 }))).state).toBe('completed')
    expect(rolloutAfter('promote', situation(rollout('soaking', { stageIndex: 2 }), late('healthy')))).toMatchObject({
      state: 'completed',
      reason: 'promoted by jo: because (the window is extended)',
    })
  })

  it.each([
    ['are still held back follow in their own time', heldBack(), { state: 'waiting', stageIndex: 2 }],
    ['were let go end with it', heldBack(START_MS), { state: 'completed', stageIndex: 2 }],
  ])('of the last stage, devices that %s', (_, holdback, expected) => {
    const last = rollout('soaking', { stageIndex: 2, holdback })
    expect(rolloutAfter('skip', situation(last))).toMatchObject(expected)
    expect(rolloutAfter('promote', situation(last, late('inconclusive')))).toMatchObject(expected)
  })

  it('a retry has tokens of its own, so that it is a new order', () => {
    const halted = rollout('halted', { haltedFrom: 'rolling-back' })
    const first = rolloutAfter('retry', situation(halted))
    const again = transition(first, { kind: 'halt', reason: 'x' }, START_MS)
    const second = rolloutAfter('retry', situation({ ...again, pending: [] }))
    const tokens = [halted, first, second].map(({ pending }) => pending.flatMap((e) => ('clientToken' in e ? e : [])))
    expect(tokens.map(([effect]) => effect?.clientToken)).toEqual([
      undefined,
      'r-2-4-0-1-back-canary-1',
      'r-2-4-0-1-back-canary-2',
    ])
  })

  it('a retry forgets nobody whose order is not known to have been placed', () => {
    const [canary, ...later] = rollout('halted').stages
    const stages = [{ ...(canary as Rollout['stages'][0]), deployment: null }, ...later]
    const soaking = rollout('halted', { haltedFrom: 'soaking', stages, pending: [ORDER] })
    expect(rolloutAfter('retry', situation(soaking)).pending).toEqual([ORDER])
    const back = { ...ORDER, kind: 'rollback' } as const
    const goingBack = rollout('halted', { haltedFrom: 'rolling-back', stages, pending: [back] })
    const anew = { kind: 'rollback', stage: 'canary', clientToken: 'r-2-4-0-1-back-canary-1' }
    expect(rolloutAfter('retry', situation(goingBack)).pending[0]).toMatchObject(anew)
  })

  it('a retried window begins anew, what has been installed stays', () => {
    const one = situation(rollout('halted', { haltedFrom: 'soaking' }), LATE)
    expect(admit(request('retry'), one)).toMatchObject({ restartsSoak: true })
    expect(rolloutAfter('retry', one).stages[0]).toMatchObject({
      soakingSinceMs: LATE.nowMs,
      deployment: { deploymentId: 'd' },
    })
  })
})

const finding = (reason: string): Finding => ({
  rule: 'r',
  metric: 'm',
  outcome: 'breach',
  observed: 3,
  baseline: 0,
  limit: 1,
  n: 9,
  reason,
})

describe('why it is refused', () => {
  const completed = situation(rollout('completed'))
  const halted = (haltedFrom?: RolloutState, over: Partial<Rollout> = {}): Rollout =>
    rollout('halted', { ...(haltedFrom !== undefined && { haltedFrom }), ...over })

  it.each<[Operation, string, Situation]>([
    ['pause', 'there is no rollout', situation(null)],
    ['pause', 'the rollout is completed; start another one', completed],
    ['pause', 'the rollout is halted; retry or abort it', situation(halted('soaking'))],
    ['pause', 'a way back cannot be paused', situation(rollout('rolling-back'))],
    ['pause', 'paused already by jo: noise', situation(rollout('waiting', { pause: PAUSE }))],
    ['resume', 'the rollout is completed; start another one', completed],
    ['resume', 'the rollout is not paused', situation(rollout('waiting', { pause: null }))],
    ['abort', 'the rollout is completed; start another one', completed],
    ['abort', 'it is on its way back already', situation(rollout('rolling-back'))],
    ['abort', 'it was halted on its way back; retry orders the way back anew', situation(halted('rolling-back'))],
    [
      'abort',
      'the rollout is rolled-back; start another one',
      situation(rollout('rolled-back', { haltedFrom: 'rolling-back' })),
    ],
    ['retry', 'the rollout is completed; start another one', completed],
    ['retry', 'it was not halted; what failed is tried again at every look', situation(rollout('soaking'))],
    // It was halted once and goes on since: nothing of that is left to retry.
    [
      'retry',
      'it was not halted; what failed is tried again at every look',
      situation(rollout('soaking', { haltedFrom: 'soaking' })),
    ],
    ['retry', 'nobody knows what it was halted from', situation(halted())],
    ['retry', 'the line was stopped by sue', situation(halted('deploying'), { freeze: STOPPED })],
    ['freeze', 'stopped already by sue: audit', situation(null, { freeze: STOPPED })],
    ['unfreeze', 'the line is not stopped', situation(null)],
  ])('%s: %s', (operation, reason, one) => {
    expect(admit(request(operation), one)).toEqual({ kind: 'refused', reason })
  })

  /** What must not be, whether the rest of the window is skipped or has passed. */
  const OBSTACLES: readonly (readonly [string, Partial<Rollout>, Partial<LastEvaluation> | null, string])[] = [
    ['it has ended', { state: 'rolled-back' }, {}, 'the rollout is rolled-back; start another one'],
    ['it was halted', { state: 'halted' }, {}, 'the rollout is halted; retry or abort it'],
    ['it waits', { state: 'waiting' }, {}, 'canary is waiting, not soaking'],
    ['it is paused', { pause: PAUSE }, {}, 'paused by jo; resume it first'],
    [
      'its order is open',
      { pending: [ORDER] },
      {},
      'nobody knows whether its order was placed; it is asked at every look',
    ],
    [
      'some that were let go cannot be moved',
      { pending: [{ kind: 'release-holdback', things: ['held-a'], into: 'release' }] },
      {},
      'not all that were let go are in canary yet',
    ],
    ['it was not looked at', {}, null, 'no look of late; nothing is known of the stage'],
    ['nothing can be seen', {}, { isTelemetryDown: true }, 'the telemetry is down; nothing is known of the stage'],
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

  const bad = [finding('3 crashes'), finding('slower')]
  it.each<[Operation, string, Partial<Situation>]>([
    ['skip', 'the stage is not healthy: 3 crashes', { lastEvaluation: evaluation('inconclusive', { findings: bad }) }],
    ['skip', 'the stage is not healthy: 3 crashes', { lastEvaluation: evaluation('breach', { findings: bad }) }],
    ['skip', 'the stage is not healthy: no data', { lastEvaluation: evaluation(null) }],
    ['skip', 'the window has passed; promote does without the evidence that is missing', late('healthy')],
    ['promote', 'the stage breaches: 3 crashes', late('breach', { findings: bad })],
    ['promote', '19.0 h of the window are left; skip does without them', { lastEvaluation: evaluation('healthy') }],
  ])('%s of a stage that is watched: %s', (operation, reason, over) => {
    expect(admit(request(operation), situation(rollout('soaking'), over))).toEqual({ kind: 'refused', reason })
  })
})

it('the window of devices that were let go is skipped or runs to its end', () => {
  const releaseHoldback = rollout('soaking', { stageIndex: 2, holdback: heldBack(START_MS + 30 * HOUR_MS) })
  const at = (hours: number): Situation =>
    situation(releaseHoldback, {
      nowMs: START_MS + hours * HOUR_MS,
      lastEvaluation: evaluation('healthy', { atMs: START_MS + hours * HOUR_MS }),
    })
  expect(admit(request('skip'), at(31))).toMatchObject({
    kind: 'accepted',
    decision: { kind: 'complete', reason: '23.0 h of the window skipped by jo: because' },
  })
  expect(admit(request('promote'), at(31))).toEqual({
    kind: 'refused',
    reason: '23.0 h of the window are left; skip does without them',
  })
  expect(admit(request('promote'), at(54)).kind).toBe('accepted')
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
    ['two ticks old is of late', { lookMs: -2 * policy.tickMs }, 'A'],
    ['older than two ticks is not', { lookMs: -2 * policy.tickMs - 1 }, 'r'],
    ['of the moment in which the soak began is one of it', { lookMs: -MINUTE_MS, sinceMs: -MINUTE_MS }, 'A'],
    ['from before the soak is none', { lookMs: -MINUTE_MS, sinceMs: -MINUTE_MS + 1 }, 'r'],
  ])('a look %s', (_, { lookMs, sinceMs = -5 * HOUR_MS }: { lookMs: number; sinceMs?: number }, expected) => {
    const nowMs = START_MS + 5 * HOUR_MS
    const stages = soaking.stages.map((stage) => ({ ...stage, soakingSinceMs: nowMs + sinceMs }))
    const lastEvaluation = evaluation('healthy', { atMs: nowMs + lookMs })
    expect(letterOf(admit(request('skip'), situation({ ...soaking, stages }, { nowMs, lastEvaluation })))).toBe(
      expected,
    )
  })

  it.each([
    ['while the gate is open', rollout, START_MS, null],
    ['in its last moment', rollout, START_MS + 8 * HOUR_MS - 1, null],
    ['when it has shut', rollout, START_MS + 8 * HOUR_MS, '16.0 h'],
    ['an hour after that', rollout, START_MS + 9 * HOUR_MS, '15.0 h'],
    ['a quarter before it opens', rollout, START_MS + 23.75 * HOUR_MS, '0.3 h'],
    ['when it opens', rollout, START_MS + 24 * HOUR_MS, null],
    ['of a hotfix, when it has shut', hotfix, START_MS + 9 * HOUR_MS, null],
  ])('retry of what was halted while deploying, %s', (_, build, nowMs, opensIn) => {
    const admission = admit(request('retry'), situation(build('halted', { haltedFrom: 'deploying' }), { nowMs }))
    if (opensIn === null) expect(admission).toMatchObject({ kind: 'accepted', reason: 'canary is deployed anew' })
    else expect(admission).toEqual({ kind: 'refused', reason: `the gate of canary opens in ${opensIn}` })
  })

  it('of a hotfix, retry passes a line that is stopped', () => {
    const one = situation(hotfix('halted', { haltedFrom: 'deploying' }), { freeze: STOPPED })
    expect(admit(request('retry'), one)).toMatchObject({ kind: 'accepted', rollout: { state: 'deploying' } })
  })
})

describe('what is told of what was done', () => {
  const haltedFrom = (state: RolloutState): Situation => situation(rollout('halted', { haltedFrom: state }))

  it.each<[Operation, string, Situation, string | undefined]>([
    ['pause', 'nothing is deployed or promoted until it is resumed', situation(rollout('soaking')), undefined],
    ['resume', 'goes on after the pause by jo', situation(rollout('soaking', { pause: PAUSE })), undefined],
    ['abort', 'every stage that was deployed goes back', situation(rollout('soaking')), 'aborted by jo: because'],
    [
      'skip',
      '20.0 h of the window skipped by jo: because',
      situation(rollout('soaking'), { soak: heldFor(HOUR_MS) }),
      '20.0 h of the window skipped by jo: because',
    ],
    [
      'promote',
      'promoted by jo: because (the window is extended)',
      situation(rollout('soaking'), late('inconclusive')),
      'promoted by jo: because (the window is extended)',
    ],
    ['retry', 'the way back is ordered anew', haltedFrom('rolling-back'), 'retried by jo: because'],
    ['retry', 'canary is deployed anew', haltedFrom('deploying'), 'retried by jo: because'],
    ['retry', 'the window of canary begins anew', haltedFrom('soaking'), 'retried by jo: because'],
    ['freeze', 'nothing is deployed until unfreeze, except ways back and hotfixes', situation(null), undefined],
    ['unfreeze', 'the stop by sue is over', situation(null, { freeze: STOPPED }), undefined],
  ])('%s: %s', (operation, reason, one, decided) => {
    const admission = admit(request(operation), one)
    expect(admission).toMatchObject({ kind: 'accepted', reason })
    if (admission.kind !== 'accepted') return
    expect(admission.decision?.reason).toBe(decided)
    if (decided !== undefined) expect(admission.rollout?.reason).toBe(decided)
  })
})

describe('asking again', () => {
  const done = (operation: string, id?: string): Operated => ({
    operation,
    id,
    actor: 'x',
    reason: 'y',
    atMs: START_MS,
  })

  it.each<[string, Situation, string | undefined, string | null]>([
    [
      'done to the rollout',
      situation(rollout('soaking', { operations: [done('skip', 'a'), done('pause', 'b')] })),
      'b',
      'pause b',
    ],
    [
      'done to the line',
      situation(null, { freeze: { frozen: null, operations: [done('freeze', 'b')] } }),
      'b',
      'freeze b',
    ],
    ['of another operation', situation(rollout('soaking', { operations: [done('skip', 'a')] })), 'b', null],
    ['of none', situation(rollout('soaking', { operations: [done('skip')] })), undefined, null],
  ])('with an id %s', (_, one, id, before) => {
    const admission = admit(request(one.rollout === null ? 'freeze' : 'pause', { id }), one)
    if (before === null) expect(admission.kind).toBe('accepted')
    else expect(admission).toEqual({ kind: 'repeated', reason: `${before} was done before` })
  })

  it.each([
    ['the same words of the same person', 'jo', 'noise', 'repeated'],
    ['other words of the same person', 'jo', 'smoke', 'refused'],
    ['the same words of another person', 'sue', 'noise', 'refused'],
  ])('without an id, %s', (_, actor, reason, kind) => {
    const paused = situation(rollout('soaking', { pause: PAUSE }))
    expect(admit(request('pause', { actor, reason }), paused)).toEqual({ kind, reason: 'paused already by jo: noise' })
    const stopped = situation(null, { freeze: { frozen: PAUSE, operations: [] } })
    expect(admit(request('freeze', { actor, reason }), stopped)).toEqual({
      kind,
      reason: 'stopped already by jo: noise',
    })
  })

  it('the last fifty operations are remembered, the newest last', () => {
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

  it('an operation is remembered with who, why and when, and changes only its own document', () => {
    const own = { operation: 'pause', actor: 'jo', reason: 'because', atMs: START_MS + 5 * HOUR_MS, id: 'a' }
    const paused = admit(request('pause', { id: 'a' }), situation(rollout('soaking')))
    expect(paused).toMatchObject({
      rollout: { operations: [own], pause: { actor: 'jo', reason: 'because', atMs: own.atMs } },
    })
    expect(paused).not.toHaveProperty('freeze')
    const stopped = admit(request('freeze', { id: 'a' }), situation(rollout('soaking')))
    expect(stopped).toMatchObject({
      freeze: {
        operations: [{ ...own, operation: 'freeze' }],
        frozen: { actor: 'jo', reason: 'because', atMs: own.atMs },
      },
    })
    expect(stopped).not.toHaveProperty('rollout')
  })
})
