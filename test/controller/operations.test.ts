import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { STAGES } from '../../controller/contract.ts'
import { decide, type Facts, transition } from '../../controller/decide.ts'
import { etaOf } from '../../controller/eta.ts'
import { NO_EVIDENCE } from '../../controller/evidence.ts'
import {
  OPERATIONS,
  type Operation,
  type OperationRequest,
  type Ruling,
  rule,
  type Situation,
} from '../../controller/operations.ts'
import type { LastLook } from '../../controller/records.ts'
import type { Freeze, Rollout, RolloutState } from '../../controller/rollout.ts'
import type { VerdictKind } from '../../controller/verdict.ts'
import { NO_WAY_BACK } from '../../controller/way-back.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from './fixtures.ts'

const policy = policyWith()
const LINE_RUNS: Freeze = { frozen: null, operations: [] }
const STOPPED: Freeze = { frozen: { actor: 'sue', reason: 'audit', atMs: START_MS }, operations: [] }
const ORDER = { kind: 'deploy', stage: 'canary', clientToken: 't', decidedAtMs: START_MS } as const
const PAUSE = { actor: 'jo', reason: 'noise', atMs: START_MS }

function rollout(state: RolloutState, over: Partial<Rollout> = {}): Rollout {
  return {
    id: 'r-2-4-0-1',
    release: {
      version: '2.4.0',
      replaces: '2.3.1',
      data: { writes: 7, reads: [6, 7, 8] },
      shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
    },
    state,
    stageIndex: 0,
    stages: STAGES.map((name, index) => ({
      name,
      members: [`${name}-a`],
      previous: { deploymentName: name, components: {} },
      deployment: index === 0 && state !== 'waiting' ? { deploymentId: 'd', jobId: 'j', atMs: START_MS } : null,
      soakingSinceMs: index === 0 && state !== 'waiting' && state !== 'deploying' ? START_MS : null,
      rollback: null,
    })),
    lineOf: {},
    startedAtMs: START_MS,
    stateSinceMs: START_MS,
    pending: [],
    reason: '',
    ...over,
  }
}

const look = (verdict: VerdictKind, over: Partial<LastLook> = {}): LastLook => ({
  atMs: START_MS + 5 * HOUR_MS,
  verdict,
  findings: [],
  reason: 'the window is extended',
  installed: 1,
  isTelemetryDown: false,
  ...over,
})

const situation = (one: Rollout | null, over: Partial<Situation> = {}): Situation => ({
  rollout: one,
  freeze: LINE_RUNS,
  lastLook: look('healthy'),
  soak: null,
  policy,
  nowMs: START_MS + 5 * HOUR_MS,
  ...over,
})

const request = (operation: Operation, over: Partial<OperationRequest> = {}): OperationRequest => ({
  operation,
  actor: 'jo',
  reason: 'because',
  ...over,
})

/** A soak whose window has passed. */
const LATE = { nowMs: START_MS + 25 * HOUR_MS }
const late = (verdict: VerdictKind): Partial<Situation> => ({
  ...LATE,
  lastLook: look(verdict, { atMs: START_MS + 25 * HOUR_MS }),
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
    ['soaking, inconclusive', situation(rollout('soaking'), { lastLook: look('inconclusive') }), 'ArAr rrA r'],
    ['soaking, breach', situation(rollout('soaking'), { lastLook: look('breach') }), 'ArAr rrA r'],
    ['soaking, not looked at', situation(rollout('soaking'), { lastLook: null }), 'ArAr rrA r'],
    [
      'soaking, looked at an hour ago',
      situation(rollout('soaking'), { lastLook: look('healthy', { atMs: START_MS + 4 * HOUR_MS }) }),
      'ArAr rrA r',
    ],
    [
      'soaking, blind',
      situation(rollout('soaking'), { lastLook: look('healthy', { isTelemetryDown: true }) }),
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

const letterOf = ({ kind }: Ruling): string => (kind === 'accepted' ? 'A' : kind === 'refused' ? 'r' : '=')

describe('every operation in every situation', () => {
  it.each(TABLE)('%s', (_, one, expected) => {
    const found = Object.fromEntries(
      OPERATIONS.map((operation) => [operation, letterOf(rule(request(operation), one))]),
    )
    expect(found).toEqual(expected)
  })

  it('says why it is refused, in more than a word', () => {
    for (const [, one] of TABLE) {
      for (const operation of OPERATIONS) {
        const ruling = rule(request(operation), one)
        expect(ruling.reason.split(' ').length, `${operation}: ${ruling.reason}`).toBeGreaterThan(3)
        expect(ruling.reason).not.toMatch(/undefined|null/)
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
const after = (one: Situation, ruling: Ruling): Situation =>
  ruling.kind === 'accepted'
    ? { ...one, rollout: ruling.rollout ?? one.rollout, freeze: ruling.freeze ?? one.freeze }
    : one

const anyRow = fc.constantFrom(...TABLE)
const anyOperation = fc.constantFrom(...OPERATIONS)

describe('laws', () => {
  it('asked for twice with one id, an operation is done once', () => {
    fc.assert(
      fc.property(anyRow, anyOperation, ([, one], operation) => {
        const asked = request(operation, { id: 'x-1' })
        const first = rule(asked, one)
        const then = after(one, first)
        const second = rule(asked, then)
        if (first.kind === 'accepted') expect(second.kind).toBe('repeated')
        else expect(second).toEqual(first)
        expect(after(then, second)).toEqual(then)
      }),
    )
  })

  it('and without an id never twice in a row', () => {
    fc.assert(
      fc.property(anyRow, anyOperation, ([, one], operation) => {
        const then = after(one, rule(request(operation), one))
        expect(rule(request(operation), then).kind).not.toBe('accepted')
      }),
    )
  })

  it('whatever people do, in whatever order, every accepted operation is remembered with its reason', () => {
    fc.assert(
      fc.property(anyRow, fc.array(anyOperation, { maxLength: 12 }), ([, start], operations) => {
        let one = start
        const done: string[] = []
        for (const [n, operation] of operations.entries()) {
          const ruling = rule(request(operation, { reason: `reason ${n}` }), one)
          if (ruling.kind === 'accepted') done.push(`reason ${n}`)
          one = after(one, ruling)
        }
        const kept = [...(one.rollout?.operations ?? []), ...one.freeze.operations].map(({ reason }) => reason)
        expect(kept.sort()).toEqual(done.sort())
      }),
    )
  })

  const facts = (over: Partial<Facts>): Facts => ({
    nowMs: START_MS + 5 * HOUR_MS,
    verdict: null,
    evidence: NO_EVIDENCE,
    readings: [],
    rollbackExecutions: [],
    wayBack: NO_WAY_BACK,
    ...over,
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
    const seen = facts({ freeze: STOPPED, verdict: { kind: 'breach', findings: [] } })
    expect(decide(rollout('soaking'), seen, policy).kind).toBe('rollback')
    expect(rule(request('abort'), situation(rollout('soaking'), { freeze: STOPPED })).kind).toBe('accepted')
  })
})

describe('what an operation comes to', () => {
  const rolloutAfter = (operation: Operation, one: Situation): Rollout => {
    const ruling = rule(request(operation), one)
    if (ruling.kind !== 'accepted' || ruling.rollout === undefined) throw new Error(`${operation}: ${ruling.reason}`)
    return ruling.rollout
  }

  it('abort orders the way back, also of a stage that was halted with new firmware', () => {
    for (const one of [rollout('soaking'), rollout('halted', { haltedFrom: 'soaking' })]) {
      const next = rolloutAfter('abort', situation(one))
      expect(next).toMatchObject({ state: 'rolling-back', reason: 'aborted by jo: because' })
      expect(next.pending.map(({ kind }) => kind)).toEqual(['roll-back', 'cancel', 'announce'])
    }
  })

  it('skip and promote send the stage on, the last one to its end', () => {
    expect(rolloutAfter('skip', situation(rollout('soaking')))).toMatchObject({ state: 'waiting', stageIndex: 1 })
    const last = situation(rollout('soaking', { stageIndex: 2 }))
    const stages = last.rollout?.stages.map((one) => ({ ...one, soakingSinceMs: START_MS })) ?? []
    expect(rolloutAfter('skip', { ...last, rollout: rollout('soaking', { stageIndex: 2, stages }) }).state).toBe(
      'completed',
    )
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
    const back = { ...ORDER, kind: 'roll-back' } as const
    const goingBack = rollout('halted', { haltedFrom: 'rolling-back', stages, pending: [back] })
    const anew = { kind: 'roll-back', stage: 'canary', clientToken: 'r-2-4-0-1-back-canary-1' }
    expect(rolloutAfter('retry', situation(goingBack)).pending[0]).toMatchObject(anew)
  })

  it('a retried window begins anew, what has been installed stays', () => {
    const one = situation(rollout('halted', { haltedFrom: 'soaking' }), LATE)
    expect(rule(request('retry'), one)).toMatchObject({ restartsSoak: true })
    expect(rolloutAfter('retry', one).stages[0]).toMatchObject({
      soakingSinceMs: LATE.nowMs,
      deployment: { deploymentId: 'd' },
    })
  })
})

describe('the time until it is done', () => {
  it('is work and waiting, and both together lead to its end', () => {
    const eta = etaOf(rollout('waiting'), LINE_RUNS, null, policy, START_MS)
    expect(eta?.workMs).toBe(3 * (24 * HOUR_MS + 15 * MINUTE_MS))
    // [detection E3] a Monday start: 5.51 days to production, and its window
    expect(((eta?.atMs ?? 0) - START_MS) / (24 * HOUR_MS)).toBeCloseTo(6.51, 2)
    expect(START_MS + (eta?.workMs ?? 0) + (eta?.waitingMs ?? 0)).toBe(eta?.atMs)
  })

  it('is nobody’s to tell while somebody holds it', () => {
    expect(etaOf(rollout('soaking', { pause: PAUSE }), LINE_RUNS, null, policy, START_MS)).toBeNull()
    expect(etaOf(rollout('soaking'), STOPPED, null, policy, START_MS)).toBeNull()
    expect(etaOf(rollout('halted'), LINE_RUNS, null, policy, START_MS)).toBeNull()
  })
})
