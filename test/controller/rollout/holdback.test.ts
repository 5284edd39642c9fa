import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StageName } from '../../../controller/contract.ts'
import type { Evidence, MemberState } from '../../../controller/evidence/evidence.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makeOperate } from '../../../controller/lambda/operate.ts'
import { makePromote } from '../../../controller/lambda/promote.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { Policy, WeeklyWindow } from '../../../controller/policy/policy.ts'
import type { DeviceReading, Ports } from '../../../controller/ports/ports.ts'
import { loadActive } from '../../../controller/reconcile/records.ts'
import { type Decision, decide, type Facts } from '../../../controller/rollout/decide.ts'
import {
  chooseHeld,
  followGateAt,
  sinceReleaseMs,
  soakingStage,
  withHeld,
  withHoldbackReleased,
} from '../../../controller/rollout/holdback.ts'
import { heldOf, isFinal, type Rollout } from '../../../controller/rollout/rollout.ts'
import { transition } from '../../../controller/rollout/transition.ts'
import { OPEN_GATES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { startedWorld, type World } from '../world.ts'
import { BECAUSE, FOUND, facts, list, reading, rollout, running, verdict } from './decisions.ts'
import { withStage } from './situations.ts'

const holding = policyWith({
  bakeMs: 30 * MINUTE_MS,
  windowMs: 30 * MINUTE_MS,
  gates: OPEN_GATES,
  holdback: true,
  evidence: { ...policyWith().evidence, connectionMinAttempts: 40 },
})
/** Station 0 of a line is its canary, 1 its early device, 2 to 4 are production. */
const SIZE = { lines: 2, perLine: 5 }
const HELD = ['line-1-4', 'line-2-4']

const rolloutOf = async (world: World): Promise<Rollout> => (await loadActive(world.store))?.value as Rollout

/** Evaluates until it holds or the rollout has ended. */
async function until(
  world: World,
  isThere: (rollout: Rollout) => boolean,
  ports: Ports = world.ports,
): Promise<Rollout> {
  const analyze = makeAnalyze(ports, world.policy, world.clock)
  for (let ticks = 0; ticks < 120; ticks++) {
    const rollout = await rolloutOf(world)
    if (isThere(rollout) || (isFinal(rollout) && rollout.pending.length === 0)) return rollout
    await analyze(world.event()).catch(() => null)
    world.nowMs += world.policy.tickMs
  }
  throw new Error(
    `the rollout never ends: ${JSON.stringify(await world.store.get(`last-evaluation#${(await rolloutOf(world)).id}`))}`,
  )
}

const isSoakingProduction = ({ state, stageIndex }: Rollout): boolean => state === 'soaking' && stageIndex === 2
const groupsOf = (world: World): string[] => HELD.map((thing) => world.groupsOf(thing).join(' and '))

describe('the holdback', () => {
  const lineOf = { a1: 1, a2: 1, a3: 1, b1: 2, b2: 2, c1: 3 }
  const members = Object.keys(lineOf)

  it('is the last by name of every line that can be reached, and none of a line of one', () => {
    expect(
      chooseHeld(
        members,
        lineOf,
        members.map((thing) => reading(thing)),
      ),
    ).toEqual(['a3', 'b2'])
    const partly = [
      reading('a3', false),
      reading('a2'),
      reading('a1'),
      reading('b1'),
      { ...reading('b2'), sample: null },
    ]
    // The only one of line b that could take the release is not held back.
    expect(chooseHeld(members, lineOf, [...partly, reading('c1')])).toEqual(['a2'])
  })

  it('does not depend on the order in which the fleet is read', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (shuffled) => {
        expect(
          chooseHeld(
            shuffled,
            lineOf,
            shuffled.map((thing) => reading(thing)),
          ),
        ).toEqual(['a3', 'b2'])
      }),
    )
  })
})

describe('the members of production', () => {
  const [A, B] = ['production-a', 'production-b']
  const whole = rollout('soaking', 2)
  const held = (): Rollout => withHeld(whole, [B], START_MS)
  const releaseHoldback = (): Rollout => withHoldbackReleased(held(), START_MS + HOUR_MS)

  it('are those that are not held back, and all of them after the release of the holdback', () => {
    const holdback = { things: [B], sinceMs: START_MS, releasedAtMs: null }
    expect(held()).toEqual({ ...withStage(whole, { members: [A] }), holdback })
    expect(releaseHoldback()).toEqual({ ...whole, holdback: { ...holdback, releasedAtMs: START_MS + HOUR_MS } })
  })

  it('stay what they are where no device is held back, or none any more', () => {
    const followed = releaseHoldback()
    expect(withHoldbackReleased(followed, START_MS + 2 * HOUR_MS)).toBe(followed)
    expect(withHoldbackReleased(whole, START_MS)).toBe(whole)
  })

  it('have been released for a time, infinite where none was held back', () => {
    const sinceMs = [whole, held(), releaseHoldback()].map((one) => sinceReleaseMs(one, START_MS + 3 * HOUR_MS))
    expect(sinceMs).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2 * HOUR_MS])
  })

  it.each<[string, () => Rollout, number | null, readonly string[]]>([
    ['all where none was held back', () => whole, START_MS, [A, B]],
    ['all but those that are', held, START_MS, [A]],
    ['all but those released after it had begun', releaseHoldback, START_MS + HOUR_MS - 1, [A]],
    ['all that it began with', releaseHoldback, START_MS + HOUR_MS, [A, B]],
    ['all but those released, as long as it has not begun', releaseHoldback, null, [A]],
  ])('run the window of the soak: %s', (_, one, soakingSinceMs, members) => {
    const seen = withStage(one(), { soakingSinceMs })
    expect(soakingStage(seen)).toEqual({ ...seen.stages[2], members })
  })
})

describe('the gate of production', () => {
  const [A, B] = ['production-a', 'production-b']
  const gate: DecisionReason = { code: 'GATE_OPEN', data: { stage: 'production' } }
  const readings = [reading(A), reading(B)]
  const atGate = (stageIndex: number, lines: readonly [number, number], over: Partial<Rollout> = {}): Rollout => ({
    ...rollout('waiting', stageIndex),
    lineOf: { [A]: lines[0], [B]: lines[1] },
    ...over,
  })
  const held = { things: ['production-c', 'production-d'], sinceMs: START_MS, releasedAtMs: null }

  it.each<[string, Rollout, readonly DeviceReading[], Policy, Decision]>([
    [
      'holds back one of a line',
      atGate(2, [1, 1]),
      readings,
      holding,
      { kind: 'deploy', reason: { code: 'HOLDBACK_CHOSEN', data: { gate, devices: 1 } }, held: [B] },
    ],
    [
      'cannot where every line has one device',
      atGate(2, [1, 2]),
      readings,
      holding,
      { kind: 'deploy', reason: { code: 'HOLDBACK_IMPOSSIBLE', data: { gate } } },
    ],
    [
      'waits until a holdback can be chosen',
      atGate(2, [1, 1]),
      [],
      holding,
      { kind: 'wait', reason: { code: 'HOLDBACK_UNDECIDED', data: { gate } } },
    ],
    [
      'holds none back where the policy does not',
      atGate(2, [1, 1]),
      readings,
      { ...holding, holdback: false },
      { kind: 'deploy', reason: gate },
    ],
    [
      'releases those that have been held back',
      atGate(2, [1, 1], { holdback: held }),
      readings,
      holding,
      { kind: 'release-holdback', reason: { code: 'HOLDBACK_RELEASED', data: { gate, devices: 2 } } },
    ],
    [
      'is the only one to hold devices back',
      atGate(1, [1, 1]),
      [reading('early-a'), reading('early-b')],
      holding,
      { kind: 'deploy', reason: { code: 'GATE_OPEN', data: { stage: 'early' } } },
    ],
  ])('%s', (_, one, seen, under, decision) => {
    expect(decide(one, facts({ readings: seen }), under)).toEqual(decision)
  })
})

describe('the gate of the devices that follow', () => {
  /** A Monday, 14:00 in Berlin. */
  const at = (hours: number): number => START_MS + hours * HOUR_MS
  const reference = policyWith()
  const NOON: WeeklyWindow = { days: [1, 2, 3, 4, 5, 6, 7], from: '06:00', to: '18:00' }

  it.each<[string, Policy, number, StageName, number]>([
    ['is the one that is open: the second shift, as for canaries', reference, 0, 'canary', 0],
    ['is that of early in the third shift, when production has just passed', reference, 12.25, 'early', 12.25],
    ['is that of production where both are open', reference, 36, 'production', 36],
    ['opens with the second shift, after a first one', reference, 17, 'canary', 24],
    ['is never in a deny window of production', policyWith({ deny: { production: [NOON] } }), 0, 'canary', 4],
    [
      'is not closed by a deny window of another stage',
      policyWith({ deny: { canary: [NOON], early: [NOON] } }),
      17,
      'canary',
      24,
    ],
    [
      'is never one that the deny windows of production close for good',
      policyWith({ deny: { production: [{ ...NOON, from: '14:00', to: '22:00' }] } }),
      17,
      'early',
      32,
    ],
  ])('%s', (_, under, hours, stage, opensHours) => {
    expect(followGateAt(under, at(hours), false)).toMatchObject({ stage, opensAtMs: at(opensHours) })
  })
})

describe('devices that were released', () => {
  const C = 'production-c'
  const RELEASED_MS = START_MS + holding.windowMs
  const EXTENSION_MS = holding.windowMs + 24 * HOUR_MS
  const ab = ['production-a', 'production-b']
  const releaseHoldback: Rollout = {
    ...withStage(rollout('soaking', 2), { members: [...ab, C] }),
    holdback: { things: [C], sinceMs: START_MS, releasedAtMs: RELEASED_MS },
  }
  const seen = running(ab, 0.5)
  const withC = (installedAtMs: number | null, exposureMinutes = 0): Evidence => {
    const exposureMs = exposureMinutes * MINUTE_MS
    return {
      ...seen,
      members: { ...seen.members, [C]: { ...running([C]).members[C], installedAtMs, exposureMs } as MemberState },
    }
  }
  const because = (...uncounted: string[]): DecisionReason => ({
    code: 'WINDOW_PASSED',
    data: { exposedMs: HOUR_MS, neededMs: 0.9 * HOUR_MS, uncounted: list(...uncounted) },
  })
  const passed = because()
  const absent = because(C)
  const COMING: DecisionReason = { code: 'HOLDBACK_INSTALLING', data: { passed, devices: list(C) } }
  const AWAY: DecisionReason = { code: 'HOLDBACK_INSTALLING', data: { passed: absent, devices: list(C) } }
  const WATCHED: DecisionReason = {
    code: 'HOLDBACK_WATCHED',
    data: { passed, devices: list(C), forMs: 30 * MINUTE_MS },
  }
  const STRAGGLING: DecisionReason = { code: 'STRAGGLERS_WATCHED', data: { passed, devices: list('production-b') } }
  const NOT_INSTALLED: DecisionReason = {
    code: 'QUORUM_MISSED',
    data: { installed: 0, members: 1, offline: 0, quorum: 1 },
  }
  const unsure = { verdict: verdict('inconclusive') }
  const offline = { readings: [reading(C, false)] }
  const done = { evidence: withC(RELEASED_MS, 25) }
  const late = { stragglers: ['production-b'] }
  const MOMENT = 1 / MINUTE_MS

  it.each<[string, number, Partial<Facts>, Decision['kind'], DecisionReason]>([
    ['are waited for', 5, {}, 'wait', COMING],
    ['are waited for until they are confirmed', 5, { evidence: withC(null) }, 'wait', COMING],
    ['are waited for while they are offline', 30, offline, 'wait', AWAY],
    ['are listed when they were for a whole window', 30 + MOMENT, offline, 'complete', absent],
    ['need an operator when they have not installed by then', 30 + MOMENT, {}, 'halt', NOT_INSTALLED],
    ['are watched once they have installed', 5, { evidence: withC(RELEASED_MS) }, 'wait', WATCHED],
    ['are watched for their share of the time', 25, { evidence: withC(RELEASED_MS, 25 - MOMENT) }, 'wait', WATCHED],
    ['have been when they have run that long', 25, done, 'complete', passed],
    ['are not while they are offline', 25, { evidence: withC(RELEASED_MS), ...offline }, 'complete', passed],
    ['are watched no longer than devices that came late', 25, { ...done, ...late }, 'wait', STRAGGLING],
    ['which are for a whole extension', EXTENSION_MS / MINUTE_MS, { ...done, ...late }, 'wait', STRAGGLING],
    ['and no longer', (EXTENSION_MS + 1) / MINUTE_MS, { ...done, ...late }, 'complete', passed],
    [
      'may be judged as long',
      EXTENSION_MS / MINUTE_MS,
      unsure,
      'wait',
      { code: 'WINDOW_EXTENDED', data: { lacks: [FOUND] } },
    ],
    [
      'need an operator after that',
      (EXTENSION_MS + 1) / MINUTE_MS,
      unsure,
      'halt',
      { code: 'EVIDENCE_OVERDUE', data: { elapsedMs: RELEASED_MS + EXTENSION_MS + 1 - START_MS, lacks: [FOUND] } },
    ],
  ])('%s', (_, minutes, over, kind, reason) => {
    const nowMs = RELEASED_MS + minutes * MINUTE_MS
    const known = { nowMs, verdict: verdict('healthy'), evidence: seen, readings: [reading(C)] }
    expect(decide(releaseHoldback, facts({ ...known, ...over }), holding)).toEqual({ kind, reason })
  })

  it.each([
    ['are all waited for as long as an install may take', 10, ['h0'], 'wait'],
    ['are not all waited for after that', 10 + MOMENT, ['h0'], 'complete'],
    ['are waited for while too few have installed', 10 + MOMENT, ['h0', 'h1'], 'wait'],
  ] as const)('%s', (_, minutes, open, kind) => {
    const things = Array.from({ length: 10 }, (_, i) => `h${i}`)
    const many: Rollout = {
      ...withStage(rollout('soaking', 2), { members: [...ab, ...things] }),
      holdback: { things, sinceMs: START_MS, releasedAtMs: RELEASED_MS },
    }
    const installed = things.filter((thing) => !(open as readonly string[]).includes(thing))
    const evidence = { ...seen, members: { ...seen.members, ...running(installed, 0.5).members } }
    const known = { nowMs: RELEASED_MS + minutes * MINUTE_MS, verdict: verdict('healthy'), evidence }
    expect(decide(many, facts({ ...known, readings: things.map((thing) => reading(thing)) }), holding).kind).toBe(kind)
  })
})

describe('the effects on devices that are held back', () => {
  const [A, B, C] = ['production-a', 'production-b', 'production-c']
  const LATER_MS = START_MS + MINUTE_MS
  const begun = { reason: BECAUSE, stateSinceMs: LATER_MS }
  const waiting = rollout('waiting', 2)
  const held: Rollout = { ...rollout('soaking', 2), holdback: { things: [C], sinceMs: START_MS, releasedAtMs: null } }
  const followed = { things: [C], sinceMs: START_MS, releasedAtMs: LATER_MS }
  const after = (from: Rollout, decision: Omit<Decision, 'reason'>): Rollout =>
    transition(from, { ...decision, reason: BECAUSE }, LATER_MS)

  it('are to take them out before production is deployed', () => {
    const [hold, deploy, ...others] = after(waiting, { kind: 'deploy', held: [B] }).pending
    expect(hold).toEqual({ kind: 'hold-back', things: [B] })
    expect([deploy, others]).toMatchObject([{ kind: 'deploy', stage: 'production' }, []])
    expect(after(waiting, { kind: 'deploy', held: [B] })).toMatchObject({
      holdback: { things: [B], sinceMs: LATER_MS, releasedAtMs: null },
      stages: withStage(waiting, { members: [A] }).stages,
    })
  })

  it('are none when production has passed without them: its gate comes first', () => {
    expect(after(held, { kind: 'promote' })).toEqual({
      ...held,
      ...begun,
      state: 'waiting',
      pending: [
        {
          kind: 'announce',
          detailType: 'Firmware Rollout Stage Passed',
          detail: { rolloutId: 'r-2-4-0-1', passed: 'production', next: 'holdback' },
        },
      ],
    })
  })

  it('are to move them back for the release', () => {
    expect(after({ ...held, state: 'waiting' }, { kind: 'release-holdback' })).toEqual({
      ...withStage(held, { members: [A, B, C] }),
      ...begun,
      holdback: followed,
      pending: [{ kind: 'release-holdback', things: [C], into: 'release' }],
    })
  })

  it('are to move them back once every rollback is requested', () => {
    const back = after(held, { kind: 'rollback' })
    expect(back).toMatchObject({ state: 'rolling-back', holdback: followed })
    expect(back.stages[2]?.members).toEqual([A, B, C])
    expect(back.pending.map(({ kind }) => kind).slice(-3)).toEqual(['cancel', 'release-holdback', 'announce'])
    expect(back.pending.at(-2)).toEqual({ kind: 'release-holdback', things: [C], into: 'rollback' })
  })
})

describe('a good release', () => {
  it('reaches the devices that were held back last, in an open gate, and is monitored on them as well', async () => {
    const world = await startedWorld(holding, SIZE)
    const soaking = await until(world, isSoakingProduction)
    expect([heldOf(soaking), groupsOf(world)]).toEqual([HELD, ['holdback', 'holdback']])
    expect(soaking.stages[2]?.members).toEqual(world.membersOf('production'))
    expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])

    const waiting = await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
    expect(waiting.holdback?.releasedAtMs).toBeNull()
    const releaseHoldback = await until(world, isSoakingProduction)
    expect(groupsOf(world)).toEqual(['production', 'production'])
    expect(HELD.every((thing) => world.updated.has(thing))).toBe(true)

    const completed = await until(world, () => false)
    expect(completed).toMatchObject({ state: 'completed', pending: [] })
    const watchedMs = completed.stateSinceMs - (releaseHoldback.holdback?.releasedAtMs as number)
    expect(watchedMs).toBeGreaterThanOrEqual(holding.deviceExposureShare * holding.windowMs)
    expect(world.announced.filter((one) => one === 'Firmware Rollout Stage Passed').length).toBe(3)
  })

  it('reaches them however long they cannot be moved, and is monitored on them from then on', async () => {
    const world = await startedWorld(holding, SIZE)
    const { deployments } = world.ports
    let isBusy = true
    const ports = {
      ...world.ports,
      deployments: {
        ...deployments,
        move: (thing: string, from: string, to: string) =>
          isBusy && to === 'production' ? Promise.reject(new Error('busy')) : deployments.move(thing, from, to),
      },
    }
    await until(world, ({ holdback }) => holdback?.releasedAtMs != null, ports)
    // Longer than a window and an install together.
    for (const untilMs = world.nowMs + 90 * MINUTE_MS; world.nowMs < untilMs; world.nowMs += world.policy.tickMs) {
      await makeAnalyze(ports, world.policy, world.clock)(world.event()).catch(() => null)
    }
    expect(await rolloutOf(world)).toMatchObject({
      state: 'soaking',
      pending: [{ kind: 'release-holdback', things: HELD }],
    })
    isBusy = false
    const movedAtMs = world.nowMs
    const { state, holdback, stateSinceMs } = await until(world, isFinal, ports)
    expect([state, holdback?.releasedAtMs, HELD.map((thing) => world.groupsOf(thing))]).toEqual([
      'completed',
      movedAtMs,
      [['production'], ['production']],
    ])
    expect(stateSinceMs - movedAtMs).toBeGreaterThanOrEqual(holding.windowMs)
  })

  it('is not given to them while every gate is closed', async () => {
    const once = [{ days: [1], from: '14:00', to: '17:00' }]
    const world = await startedWorld({ ...holding, gates: { canary: once, early: once, production: once } }, SIZE)
    await until(world, isSoakingProduction)
    world.nowMs = Math.max(world.nowMs, START_MS + 179 * MINUTE_MS) // production's window ends after its gate
    await until(world, ({ state, holdback }) => holdback !== undefined && state === 'waiting')
    for (let evaluations = 0; evaluations < 10; evaluations++) {
      await makeAnalyze(world.ports, world.policy, world.clock)(world.event())
      world.nowMs += world.policy.tickMs
    }
    expect(await rolloutOf(world)).toMatchObject({ state: 'waiting', stageIndex: 2 })
    expect(groupsOf(world)).toEqual(['holdback', 'holdback'])
  })

  it('is given to them in the gate of another stage, at once', async () => {
    const gates = { ...OPEN_GATES, production: [{ days: [1], from: '14:00', to: '16:00' }] }
    const world = await startedWorld({ ...holding, gates }, SIZE)
    await until(world, isSoakingProduction)
    world.nowMs = Math.max(world.nowMs, START_MS + 125 * MINUTE_MS) // production's window ends after its gate
    const passedAtMs = (await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2))
      .stateSinceMs
    const { holdback } = await until(world, ({ holdback }) => holdback?.releasedAtMs != null)
    expect(holdback?.releasedAtMs).toBe(passedAtMs + world.policy.tickMs)
  })

  it('waits for an evaluation that chooses, not for an event that reads no fleet', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
    const { decision } = await makePromote(world.ports, world.policy, world.clock)(world.event())
    expect(decision.kind).toBe('wait')
    expect((await rolloutOf(world)).holdback).toBeUndefined()
  })
})

describe('a bad release', () => {
  it('never reaches the devices that were held back, and they are moved back once production’s rollback is requested', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, isSoakingProduction)
    world.plant.crash('line-1-2')
    const ended = await until(world, () => false)
    expect(ended).toMatchObject({ state: 'rolled-back', pending: [] })
    expect(groupsOf(world)).toEqual(['production', 'production'])
    expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])
    expect(ended.stages[2]?.members.length).toBe(6)
  })

  it('does not move them back while an instance that was overtaken may still be holding them back', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ holdback }) => holdback !== undefined)
    world.nowMs -= holding.tickMs - MINUTE_MS // a minute after the evaluation that held them back
    const operate = makeOperate(world.ports, holding, () => world.nowMs)
    await operate({ operation: 'abort', actor: 'jo', reason: 'at once' })
    expect(groupsOf(world)).toEqual(['holdback', 'holdback'])
    world.nowMs += 4 * MINUTE_MS
    await until(world, () => false)
    expect(groupsOf(world)).toEqual(['production', 'production'])
  })

  it('that only they show is rolled back everywhere', async () => {
    const world = await startedWorld(holding, SIZE)
    await until(world, ({ holdback }) => holdback?.releasedAtMs != null)
    await until(world, () => world.updated.has(HELD[0] as string))
    world.plant.crash(HELD[0] as string)
    expect((await until(world, () => false)).state).toBe('rolled-back')
    expect(world.plant.things.filter((thing) => world.plant.versions.get(thing) !== '2.3.1')).toEqual([])
  })

  it('never reaches them, whichever calls fail and whenever it breaches', async () => {
    const fate = fc.record({
      refused: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      breachAfter: fc.integer({ min: 0, max: 9 }),
      pauses: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fate, async ({ refused, breachAfter, pauses }) => {
        const world = await startedWorld(holding, SIZE)
        await until(world, ({ state, stageIndex }) => state === 'waiting' && stageIndex === 2)
        let calls = 0
        const maybe =
          <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
          async (...args: A): Promise<T> => {
            if (refused[calls++]) throw new Error('refused')
            return call(...args)
          }
        const { deployments } = world.ports
        const ports: Ports = {
          ...world.ports,
          deployments: { ...deployments, create: maybe(deployments.create), move: maybe(deployments.move) },
        }
        const analyze = makeAnalyze(ports, holding, world.clock)
        const operate = makeOperate(ports, holding, () => world.nowMs)
        for (let evaluations = 0; evaluations < breachAfter; evaluations++) {
          await analyze(world.event()).catch(() => null)
          if (pauses && evaluations === 1) await operate({ operation: 'pause', actor: 'jo', reason: 'r' })
          if (pauses && evaluations === 3) await operate({ operation: 'resume', actor: 'jo', reason: 'r' })
          world.nowMs += holding.tickMs
        }
        // Production is in its first half hour, if it has been deployed at all: none was released.
        await operate({ operation: 'abort', actor: 'jo', reason: 'enough' })
        const ended = await until(world, () => false, ports)
        expect(HELD.filter((thing) => world.updated.has(thing))).toEqual([])
        // Calls that fail for longer than a rollback may take halt it; what is pending is done all the same.
        expect(['rolled-back', 'halted']).toContain(ended.state)
        expect(ended.pending).toEqual([])
        expect(groupsOf(world)).toEqual(['production', 'production'])
        expect(world.plant.things.filter((thing) => world.plant.versions.get(thing) !== '2.3.1')).toEqual([])
      }),
      { numRuns: 60, seed: 1 },
    )
  })
})

it('an estimate of the end counts the window of the holdback', async () => {
  const world = await startedWorld(holding, SIZE)
  const etaAtMs = async (): Promise<number> => {
    const { status } = await makeOperate(world.ports, holding, () => world.nowMs)({ operation: 'status' })
    return status.rollout?.eta?.atMs as number
  }
  const atStart = await etaAtMs()
  await until(world, isSoakingProduction)
  const inProduction = await etaAtMs()
  await until(world, ({ holdback }) => holdback?.releasedAtMs != null)
  const inTheEnd = await etaAtMs()
  const { stateSinceMs: endedAtMs } = await until(world, () => false)
  // Each step is given a quarter of an hour to install, here it takes less.
  expect(atStart - world.nowMs).toBeLessThan(4 * 15 * MINUTE_MS)
  for (const etaMs of [atStart, inProduction, inTheEnd]) {
    expect(Math.abs(etaMs - endedAtMs)).toBeLessThan(30 * MINUTE_MS)
  }
})

describe('an operator who skips the rest of production’s window', () => {
  it('releases the devices that are held back, and is not answered that it is complete', async () => {
    const long: Policy = { ...holding, windowMs: 240 * MINUTE_MS }
    const world = await startedWorld(long, SIZE)
    await until(world, isSoakingProduction)
    for (let evaluations = 0; evaluations < 30; evaluations++) {
      await makeAnalyze(world.ports, long, world.clock)(world.event())
      world.nowMs += long.tickMs
    }
    const operate = makeOperate(world.ports, long, () => world.nowMs)
    const answer = await operate({ operation: 'skip', actor: 'jo', reason: 'late' })
    expect(answer).toMatchObject({ result: 'accepted', outcome: { state: 'waiting' } })
    expect((await until(world, isSoakingProduction)).holdback?.releasedAtMs).not.toBeNull()
    expect((await until(world, () => false)).state).toBe('completed')
    expect(world.membersOf('holdback')).toEqual([])
  })
})
