import { describe, expect, it } from 'vitest'
import type { HealthSample, Snapshot } from '../../../controller/evidence/snapshot.ts'
import { type Decision, decide, type Facts } from '../../../controller/rollout/decide.ts'
import {
  type DeviceRollback,
  NO_ROLLBACK_PROGRESS,
  observeRollback,
  type RollbackProgress,
} from '../../../controller/rollout/rollback-progress.ts'
import type { Effect, Rollout, Stage } from '../../../controller/rollout/rollout.ts'
import { transition } from '../../../controller/rollout/transition.ts'
import { MINUTE_MS, START_MS, sample } from '../fixtures.ts'
import { BECAUSE, facts, list, reading, rollout, verdict } from './decisions.ts'
import { policy, withStage } from './situations.ts'

const THING = 'canary-a'
const going = rollout('rolling-back', 0)
const REQUESTED = going.stages[0]?.rollback as Stage['rollback']

const bad: Snapshot = { atMs: START_MS, devices: { [THING]: sample({ firmwareVersion: '2.4.0', bootId: 'bad' }) } }
const well = (minute: number, over: Partial<HealthSample> = {}): HealthSample =>
  sample({
    firmwareVersion: '2.3.1',
    bootId: 'back',
    sequence: minute,
    sampledAtMs: START_MS + minute * MINUTE_MS,
    ...over,
  })

/** One evaluation per sample; null where the device reports nothing. */
function isBackAfter(samples: readonly (HealthSample | null)[], rollback = REQUESTED): boolean {
  let seen: RollbackProgress = NO_ROLLBACK_PROGRESS
  samples.forEach((one, index) => {
    const readings = [{ ...reading(THING), sample: one }]
    seen = observeRollback(seen, withStage(going, { rollback }), bad, readings, START_MS + (index + 1) * 5 * MINUTE_MS)
  })
  return seen.devices[THING]?.confirmedAtMs !== null
}

it('takes a device for a new one, whatever its name is', () => {
  const members = ['constructor', '__proto__']
  const readings = members.map((thing) => ({ ...reading(thing), sample: well(5) }))
  const going = withStage(rollout('rolling-back', 0), { rollback: REQUESTED, members })
  const { devices } = observeRollback(NO_ROLLBACK_PROGRESS, going, { ...bad, devices: {} }, readings, START_MS)
  expect(Object.entries(devices).map(([thing, { bootIdBefore }]) => [thing, bootIdBefore])).toEqual(
    members.map((thing) => [thing, null]),
  )
})

it.each<[boolean, string, readonly (HealthSample | null)[]]>([
  [true, 'reported twice that it runs the old version again', [well(5), well(10)]],
  [false, 'reported it once', [well(5)]],
  [false, 'was read twice but reported it once', [well(5), well(5)]],
  [false, 'reports nothing', [null, null]],
  [false, 'reported it before the request', [well(-2), well(-1)]],
  [false, 'has not begun another process', [well(5, { bootId: 'bad' }), well(10, { bootId: 'bad' })]],
  [false, 'does not run', [well(5, { componentState: 'ERRORED' }), well(10, { componentState: 'ERRORED' })]],
  [false, 'crashed in between', [well(5), well(10, { bootId: 'another' })]],
  [
    true,
    'came back to stay after a crash',
    [well(5), well(10, { bootId: 'another' }), well(15, { bootId: 'another' })],
  ],
  [false, 'fell to the bad version again', [well(5), well(10), well(15, { firmwareVersion: '2.4.0', bootId: 'bad2' })]],
  [true, 'never left the old version', [well(5, { bootId: 'old' }), well(10, { bootId: 'old' })]],
])('is %s for a device that %s', (isBack, _, samples) => {
  expect(isBackAfter(samples)).toBe(isBack)
})

it('is nothing that happens before the rollback is requested', () => {
  expect(isBackAfter([well(5), well(10)], null)).toBe(false)
})

describe('the rollback', () => {
  const A = 'canary-a'
  const B = 'canary-b'
  /** Has reported the previous version since that minute, and not confirmed it. */
  const unconfirmed = (sinceMin: number): DeviceRollback => ({
    bootIdBefore: null,
    sinceMs: START_MS + sinceMin * MINUTE_MS,
    firstSeen: null,
    confirmedAtMs: null,
  })
  const back = (...things: string[]): RollbackProgress => ({
    devices: Object.fromEntries(things.map((thing) => [thing, { ...unconfirmed(0), confirmedAtMs: START_MS }])),
  })
  const after = (minutes: number, over: Partial<Facts>, from = going): Decision =>
    decide(from, facts({ nowMs: START_MS + minutes * 60_000, readings: [reading(A), reading(B)], ...over }), policy)
  const failed = [{ thing: B, status: 'FAILED' }]

  it('lets a device that came back late report again, but not for ever', () => {
    const rollbackProgress = { devices: { ...back(A).devices, [B]: unconfirmed(20) } }
    expect(after(20, { rollbackProgress }).kind).toBe('wait')
    expect(after(35, { rollbackProgress }).kind).toBe('wait')
    expect(after(36, { rollbackProgress })).toMatchObject({ kind: 'halt', stuck: [B] })
  })

  it('pages for a device that failed to roll back, once, while the others go on', () => {
    const decision = after(5, { rollbackExecutions: failed })
    expect(decision).toMatchObject({
      kind: 'escalate',
      reason: { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed } },
    })
    const next = transition(going, decision, START_MS + 5 * 60_000)
    expect(next).toMatchObject({ state: 'rolling-back', stateSinceMs: START_MS, stuck: [B] })
    expect(next.pending).toMatchObject([
      { kind: 'announce', detailType: 'Firmware Rollback Stuck', detail: { stuck: [B] } },
      { kind: 'notify', notification: { message: { code: 'ROLLBACK_STUCK', data: { stuck: [B] } } } },
    ])
    expect(after(10, { rollbackExecutions: failed }, next).kind).toBe('wait')
    expect(after(10, { rollbackExecutions: failed, rollbackProgress: back(A) }, next)).toMatchObject({
      kind: 'halt',
      stuck: [B],
    })
  })

  const DEADLINE_MIN = 15
  const PAST_IT = DEADLINE_MIN + 1 / 60_000
  const both = [
    { thing: A, status: 'TIMED_OUT' },
    { thing: B, status: 'FAILED' },
  ]
  const request: Effect = { kind: 'rollback', stage: 'canary', clientToken: 't', decidedAtMs: START_MS }
  const putBack: Effect = { kind: 'release-holdback', things: ['production-c'], into: 'rollback' }
  const tidying: readonly Effect[] = [
    { kind: 'cancel', deploymentId: 'd' },
    { kind: 'announce', detailType: 'x', detail: {} },
  ]
  /** B has just come back, late, and has still to report again. */
  const freshly = { devices: { [B]: unconfirmed(14) } }
  const count = (confirmed: number, offline = 0) => ({ confirmed, members: 2, offline, version: '2.3.1' })
  const waiting = (confirmed: number): Decision => ({
    kind: 'wait',
    reason: { code: 'ROLLING_BACK', data: count(confirmed) },
  })
  const confirmed = (n: number, offline = 0): Decision => ({
    kind: 'confirm',
    reason: { code: 'ROLLED_BACK', data: count(n, offline) },
  })
  /** Nobody who could verify it can be reached. */
  const unverified = (n: number, stuck: readonly string[], kind: Decision['kind'] = 'escalate'): Decision => ({
    kind,
    reason: {
      code: 'ROLLBACK_UNVERIFIED',
      data: { ...count(n, 2 - n), unverified: [{ stage: 'canary', confirmed: n, quorum: 2 }] },
    },
    ...(kind !== 'wait' && { stuck }),
  })
  const overdue = (stuck: readonly string[], open: readonly string[], over: object = {}): Decision => ({
    kind: 'halt',
    reason: {
      code: 'ROLLBACK_OVERDUE',
      data: {
        ...count(0),
        deadlineMs: DEADLINE_MIN * MINUTE_MS,
        open: list(...open),
        isRequestPending: false,
        ...over,
      },
    },
    stuck,
  })

  it.each<[string, number, Partial<Facts>, readonly Effect[], Decision]>([
    ['no device has come back', 5, {}, [], waiting(0)],
    ['one has', 5, { rollbackProgress: back(A) }, [], waiting(1)],
    ['both have', 5, { rollbackProgress: back(A, B) }, [], confirmed(2)],
    [
      'one is back and the other one offline',
      5,
      { rollbackProgress: back(A), readings: [reading(A), reading(B, false)] },
      [],
      unverified(1, [B]),
    ],
    ['both are offline', 5, { readings: [reading(A, false), reading(B, false)] }, [], unverified(0, [A, B])],
    ['both are gone from the fleet index', 5, { readings: [] }, [], unverified(0, [A, B])],
    [
      'a device of another stage is not back',
      5,
      { rollbackProgress: back(A, B), readings: [reading(A), reading(B), reading('early-a')] },
      [],
      confirmed(2),
    ],
    [
      'one still has a deployment to take',
      5,
      { rollbackProgress: back(A, B), rollbackExecutions: [{ thing: B, status: 'IN_PROGRESS' }] },
      [],
      waiting(1),
    ],
    ['only tidying up is left to do', 5, { rollbackProgress: back(A, B) }, tidying, confirmed(2)],
    ['the request is still pending', 5, { rollbackProgress: back(A, B) }, [request], waiting(2)],
    ['devices have still to be moved back', 5, { rollbackProgress: back(A, B) }, [putBack], waiting(2)],
    [
      'the failures are those of the request before',
      5,
      { rollbackProgress: back(A), rollbackExecutions: failed },
      [request],
      waiting(1),
    ],
    [
      'all have failed',
      5,
      { rollbackExecutions: both },
      [],
      { kind: 'halt', reason: { code: 'ROLLBACK_FAILED', data: { ...count(0), failed: both } }, stuck: [A, B] },
    ],
    [
      'the others are back and one has failed',
      5,
      { rollbackProgress: back(A), rollbackExecutions: failed },
      [],
      { kind: 'halt', reason: { code: 'ROLLBACK_FAILED', data: { ...count(1), failed } }, stuck: [B] },
    ],
    ['the deadline is reached', DEADLINE_MIN, {}, [], waiting(0)],
    ['it has passed', PAST_IT, {}, [], overdue([A, B], [A, B])],
    [
      'it has passed for one that failed and one that is open',
      PAST_IT,
      { rollbackExecutions: failed },
      [],
      overdue([B, A], [B, A]),
    ],
    [
      'it has passed for one, and another one has just come back',
      PAST_IT,
      { rollbackProgress: freshly },
      [],
      overdue([A, B], [A, B]),
    ],
    ['it is reached and nothing is requested', DEADLINE_MIN, {}, [request], waiting(0)],
    [
      'it has passed and one has still to be moved back',
      PAST_IT,
      { rollbackProgress: { devices: { ...back(A).devices, ...freshly.devices } } },
      [putBack],
      overdue([B], [B], { confirmed: 1, isRequestPending: true }),
    ],
    [
      'it has passed and nothing is requested, while no device can be reached',
      PAST_IT,
      { readings: [reading(A, false), reading(B, false)] },
      [request],
      overdue([A, B], [], { offline: 2, isRequestPending: true }),
    ],
  ])('when %s', (_, minutes, over, pending, decision) => {
    expect(after(minutes, over, { ...going, pending })).toEqual(decision)
  })

  it.each([
    [10, 9, 'confirm'],
    [10, 8, 'escalate'],
    [17, 15, 'confirm'],
    [17, 14, 'escalate'],
  ])('of %d canaries needs the quorum to be confirmed: with %d it is %s', (devices, backAgain, kind) => {
    const members = Array.from({ length: devices }, (_, n) => `canary-${n}`)
    const known = members.slice(0, backAgain)
    const readings = members.map((thing) => reading(thing, known.includes(thing)))
    expect(after(5, { rollbackProgress: back(...known), readings }, withStage(going, { members })).kind).toBe(kind)
  })

  it('needs it in each stage: many devices of another one are no proof', () => {
    const early = ['early-a', 'early-b']
    const two = rollout('rolling-back', 1)
    const readings = [A, B, ...early].map((thing) => reading(thing, thing !== B && thing !== A))
    const stages = [{ stage: 'canary', confirmed: 0, quorum: 2 }]
    expect(after(5, { rollbackProgress: back(...early), readings }, two)).toMatchObject({
      kind: 'escalate',
      reason: { code: 'ROLLBACK_UNVERIFIED', data: { unverified: stages } },
      stuck: [A, B],
    })
  })

  const DAY_MIN = 24 * 60
  const away = { readings: [reading(A, false), reading(B, false)] }

  it('that nobody can verify stays open, pages once, and needs an operator after a day', () => {
    const decision = after(5, away)
    const next = transition(going, decision, START_MS + 5 * MINUTE_MS)
    expect(next).toMatchObject({ state: 'rolling-back', stateSinceMs: START_MS, stuck: [A, B] })
    expect(next.pending).toMatchObject([{ kind: 'announce' }, { kind: 'notify' }])
    const paged = { ...next, pending: [] }
    expect(after(10, away, paged)).toEqual(unverified(0, [], 'wait'))
    expect(after(DAY_MIN, away, paged)).toEqual(unverified(0, [], 'wait'))
    const unverifiedStages = [{ stage: 'canary', confirmed: 0, quorum: 2 }]
    const data = { ...count(0, 2), unverified: unverifiedStages, elapsedMs: (DAY_MIN + 1) * MINUTE_MS }
    expect(after(DAY_MIN + 1, away, paged)).toEqual({
      kind: 'halt',
      reason: { code: 'VERIFICATION_OVERDUE', data },
      stuck: [A, B],
    })
  })

  it('that nobody could verify is confirmed once the devices have come back, and each gets its time for that', () => {
    const paged = { ...going, stuck: [A, B] }
    const returned = { ...unconfirmed(0), sinceMs: null, awayAtMs: START_MS + 600 * MINUTE_MS }
    const rollbackProgress = { devices: { [A]: returned, [B]: returned } }
    expect(after(605, { rollbackProgress }, paged)).toEqual(waiting(0))
    expect(after(600 + DEADLINE_MIN, { rollbackProgress }, paged)).toEqual(waiting(0))
    expect(after(600 + PAST_IT, { rollbackProgress }, paged)).toMatchObject({ kind: 'halt', stuck: [A, B] })
    expect(after(615, { rollbackProgress: back(A, B) }, paged)).toEqual(confirmed(2))
  })

  it('knows when a device could last not be reached', () => {
    const at = (seen: RollbackProgress, minute: number, connected: boolean): RollbackProgress =>
      observeRollback(seen, going, bad, [reading(THING, connected)], START_MS + minute * MINUTE_MS)
    const gone = at(at(NO_ROLLBACK_PROGRESS, 5, true), 10, false)
    expect(at(NO_ROLLBACK_PROGRESS, 5, true).devices[THING]).not.toHaveProperty('awayAtMs')
    expect(at(gone, 15, true).devices[THING]).toMatchObject({ awayAtMs: START_MS + 10 * MINUTE_MS })
    expect(at(gone, 15, false).devices[THING]).toMatchObject({ awayAtMs: START_MS + 15 * MINUTE_MS })
  })

  it('a retry gives every device another quarter of an hour, also one that has been rolling back for longer', () => {
    const again: Rollout = { ...going, stateSinceMs: START_MS + 60 * MINUTE_MS }
    const rollbackProgress = { devices: { [A]: unconfirmed(0), [B]: unconfirmed(0) } }
    expect(after(60 + DEADLINE_MIN, { rollbackProgress }, again)).toEqual(waiting(0))
    expect(after(60 + PAST_IT, { rollbackProgress }, again)).toMatchObject({ kind: 'halt', stuck: [A, B] })
  })

  it('pages again for another device that failed, and names both', () => {
    const readings = [reading(A), reading(B), reading('canary-c')]
    const paged = { ...withStage(going, { members: [A, B, 'canary-c'] }), stuck: [A] }
    const reason = { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed: both } }
    expect(after(5, { readings, rollbackExecutions: both }, paged)).toEqual({ kind: 'escalate', reason, stuck: [A, B] })
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
    expect(next.pending.flatMap((effect) => (effect.kind === 'rollback' ? [effect.stage] : []))).toEqual(stages)
    expect(next.pending.some(({ kind }) => kind === 'deploy')).toBe(false)
  })

  it('takes every deployed stage back, the newest first, creating before cancelling', () => {
    const next = transition(rollout('soaking', 1), { kind: 'rollback', reason: BECAUSE }, START_MS)
    expect(next.pending.map((effect) => [effect.kind, 'stage' in effect ? effect.stage : ''])).toEqual([
      ['rollback', 'early'],
      ['cancel', ''],
      ['rollback', 'canary'],
      ['cancel', ''],
      ['announce', ''],
    ])
  })
})
