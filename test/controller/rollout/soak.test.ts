import { describe, expect, it } from 'vitest'
import { type Evidence, type MemberState, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import type { VerdictKind } from '../../../controller/judge/verdict.ts'
import type { DecisionReason, Lack } from '../../../controller/messages/decisions.ts'
import type { FindingReason } from '../../../controller/messages/findings.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import { type Decision, decide, type Facts } from '../../../controller/rollout/decide.ts'
import { NO_ROLLBACK_PROGRESS } from '../../../controller/rollout/rollback-progress.ts'
import type { Rollout, Stage } from '../../../controller/rollout/rollout.ts'
import {
  type SoakClock,
  soakProgress,
  stragglersOf,
  tick,
  watchedMs,
  withoutExposure,
} from '../../../controller/rollout/soak.ts'
import { transition } from '../../../controller/rollout/transition.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { BREACHED, FOUND, facts, list, rollout, verdict } from './decisions.ts'
import { policy } from './situations.ts'

const things = Array.from({ length: 17 }, (_, i) => `line-${i + 1}-0`)
const stage: Stage = {
  name: 'canary',
  members: things,
  previous: { deploymentName: 'canary', components: {} },
  deployment: { deploymentId: 'd', jobId: 'j', atMs: START_MS },
  soakingSinceMs: START_MS,
  rollback: null,
}

const member = (over: Partial<MemberState> = {}): MemberState => ({
  bootIdBefore: 'x',
  firstSeenSequence: 1,
  installedAtMs: START_MS,
  exposureMs: 0,
  heardAtMs: START_MS,
  crashes: 0,
  crashCounter: 0,
  hasFallenBack: false,
  ...over,
})

/** Some hours of soak, evaluation by evaluation; `at` is what each device has shown by then. */
function soak(
  hours: number,
  at: (thing: string, atMs: number) => Partial<MemberState>,
  isHeld: (atMs: number) => boolean = () => false,
  one: Stage = stage,
  under = policy,
): { evidence: Evidence; clock: SoakClock | null; nowMs: number } {
  const evidenceAt = (atMs: number): Evidence => ({
    ...NO_EVIDENCE,
    members: Object.fromEntries(things.map((thing) => [thing, member(at(thing, atMs))])),
  })
  let [clock, before, previousAtMs]: [SoakClock | null, Evidence, number] = [null, evidenceAt(START_MS), START_MS]
  let nowMs = START_MS
  while (nowMs < START_MS + hours * HOUR_MS) {
    nowMs += under.tickMs
    const after = evidenceAt(nowMs)
    clock = tick(clock, one, { before, after, previousAtMs, nowMs, isHeld: isHeld(nowMs) }, under)
    before = after
    previousAtMs = nowMs
  }
  return { evidence: before, clock, nowMs }
}

const always = (_: string, atMs: number): Partial<MemberState> => ({ exposureMs: atMs - START_MS, heardAtMs: atMs })

const lacksOf = (
  { evidence, clock, nowMs }: ReturnType<typeof soak>,
  one: Stage = stage,
  under = policy,
): readonly Lack[] => soakProgress(one, evidence, clock, under, nowMs).lacks

const about = (value: number): number => expect.closeTo(value, 3) as number
const shortOn = (thing: string): Lack => ({
  code: 'DEVICE_EXPOSURE_LACKING',
  data: { devices: list(thing), neededMs: 20 * HOUR_MS },
})
const shift = (name: string, exposedHours: number, neededHours: number): Lack => ({
  code: 'SHIFT_EXPOSURE_LACKING',
  data: { shift: name, exposedMs: about(exposedHours * HOUR_MS), neededMs: about(neededHours * HOUR_MS) },
})
const missing = (present: number): Lack => ({ code: 'DEVICES_LACKING', data: { present, quorum: 15 } })

describe('a soak', () => {
  it('lacks nothing after 24 h in which every device reported', () => {
    const seen = soak(24, always)
    expect(lacksOf(seen)).toEqual([])
    expect(seen.clock?.exposureByShiftMs).toEqual({
      first: 17 * 8 * HOUR_MS,
      second: 17 * 8 * HOUR_MS,
      third: 17 * 8 * HOUR_MS,
    })
  })

  it('names the device that ran for less than 20 of 24 hours', () => {
    const away = (thing: string, atMs: number): Partial<MemberState> => ({
      heardAtMs: atMs,
      exposureMs: thing === 'line-3-0' ? Math.min(atMs - START_MS, 19.9 * HOUR_MS) : atMs - START_MS,
    })
    expect(lacksOf(soak(24, away))).toEqual([shortOn('line-3-0')])
  })

  it('needs nine tenths of the exposure of all, even if each has its 20 hours', () => {
    const short = (_: string, atMs: number): Partial<MemberState> => ({
      heardAtMs: atMs,
      exposureMs: ((atMs - START_MS) * 21) / 24,
    })
    expect(lacksOf(soak(24, short))).toEqual([
      { code: 'EXPOSURE_LACKING', data: { exposedMs: 357 * HOUR_MS, neededMs: about(367.2 * HOUR_MS) } },
    ])
  })

  it('needs six hours of every shift', () => {
    // All devices report in the first and second shift, and only a part of the third.
    const silentAtNight = (_: string, atMs: number): Partial<MemberState> => {
      const nightMs = Math.min(Math.max(atMs - START_MS - 8 * HOUR_MS, 0), 2.5 * HOUR_MS)
      return { heardAtMs: atMs, exposureMs: atMs - START_MS - nightMs }
    }
    const lacks = lacksOf(soak(24, silentAtNight))
    expect(lacks).toContainEqual(shift('third', 5.5, 6))
    expect(lacks.filter(({ code }) => code === 'SHIFT_EXPOSURE_LACKING')).toHaveLength(1)
  })

  it('needs of a short window only the shifts that it covers', () => {
    const short = policyWith({ windowMs: 4 * HOUR_MS })
    const seen = soak(4, always, () => false, stage, short)
    expect(Object.keys(seen.clock?.exposureByShiftMs ?? {})).toEqual(['second'])
    expect(lacksOf(seen, stage, short)).toEqual([])
  })

  it('adds what a device reports late to the shifts it ran in', () => {
    const late = (_: string, atMs: number): Partial<MemberState> => ({
      heardAtMs: atMs,
      exposureMs: atMs < START_MS + 10 * HOUR_MS ? 0 : atMs - START_MS,
    })
    expect(soak(10, late).clock?.exposureByShiftMs).toEqual({ second: 17 * 8 * HOUR_MS, third: 17 * 2 * HOUR_MS })
  })

  it('stands still while it is held', () => {
    const held = soak(24, always, (atMs) => atMs > START_MS + 6 * HOUR_MS && atMs <= START_MS + 9 * HOUR_MS)
    expect(held.clock?.heldMs).toBe(3 * HOUR_MS)
    expect(watchedMs(stage, held.clock, held.nowMs)).toBe(21 * HOUR_MS)
  })
})

const evidenceOf = (members: Readonly<Record<string, Partial<MemberState>>>): Evidence => ({
  ...NO_EVIDENCE,
  members: Object.fromEntries(Object.entries(members).map(([thing, over]) => [thing, member(over)])),
})

describe('the clock of a soak', () => {
  const [A, B] = ['line-1-0', 'line-2-0']
  const nowMs = START_MS + 2 * HOUR_MS
  const ran = (hours: number, ofB = hours): Evidence =>
    evidenceOf({ [A]: { exposureMs: hours * HOUR_MS }, [B]: { exposureMs: ofB * HOUR_MS } })
  const evaluation: Parameters<typeof tick>[2] = {
    before: ran(0.5),
    after: ran(2),
    previousAtMs: START_MS + HOUR_MS,
    nowMs,
    isHeld: false,
  }
  const clock: SoakClock = {
    stage: 'canary',
    sinceMs: START_MS,
    heldMs: HOUR_MS,
    exposureByShiftMs: { second: 7 * HOUR_MS },
  }

  /** What differs from a first evaluation, in which both ran for an hour and a half. */
  it.each<[string, SoakClock | null, Partial<typeof evaluation>, Partial<SoakClock>]>([
    ['begins with the first evaluation', null, {}, {}],
    ['starts again with the next stage', { ...clock, stage: 'early' }, {}, {}],
    ['starts again with another soak', { ...clock, sinceMs: START_MS - 1 }, {}, {}],
    [
      'goes on by what its devices ran since the evaluation before',
      clock,
      {},
      { heldMs: HOUR_MS, exposureByShiftMs: { second: 10 * HOUR_MS } },
    ],
    ['counts each device by itself', null, { after: ran(1, 2) }, { exposureByShiftMs: { second: 2 * HOUR_MS } }],
    ['counts nothing where no device ran', null, { after: ran(0.5) }, { exposureByShiftMs: {} }],
    [
      'has no more than has passed, whatever was run before it began',
      null,
      { before: null, after: ran(9) },
      { exposureByShiftMs: { second: 4 * HOUR_MS } },
    ],
    [
      'stands still since the evaluation before',
      clock,
      { isHeld: true },
      { heldMs: 2 * HOUR_MS, exposureByShiftMs: { second: 10 * HOUR_MS } },
    ],
    [
      'stands still no longer than it has been running',
      null,
      { isHeld: true, previousAtMs: START_MS - HOUR_MS },
      { heldMs: 2 * HOUR_MS },
    ],
    ['does not stand still before the first evaluation', null, { isHeld: true, previousAtMs: null }, {}],
  ])('%s', (_, before, over, after) => {
    const first: SoakClock = {
      stage: 'canary',
      sinceMs: START_MS,
      heldMs: 0,
      exposureByShiftMs: { second: 3 * HOUR_MS },
    }
    expect(tick(before, stage, { ...evaluation, ...over }, policy)).toEqual({ ...first, ...after })
  })

  it('is none before the soak', () => {
    const deploying = { ...stage, soakingSinceMs: null }
    expect(tick(clock, deploying, evaluation, policy)).toBeNull()
    expect(watchedMs(deploying, null, nowMs)).toBe(0)
    expect(watchedMs(stage, null, nowMs)).toBe(2 * HOUR_MS)
  })

  it('starts again without the exposure of devices, not without what they did', () => {
    const evidence = evidenceOf({ [A]: { exposureMs: HOUR_MS, crashes: 1 }, [B]: {} })
    expect(withoutExposure(evidence)).toEqual(evidenceOf({ [A]: { exposureMs: 0, crashes: 1 }, [B]: {} }))
  })
})

describe('a window of 24 h', () => {
  const nowMs = START_MS + 24 * HOUR_MS
  const ended = (over: Partial<MemberState>) => ({ heardAtMs: nowMs, exposureMs: 24 * HOUR_MS, ...over })
  const coveredBy = (hours: number, ofLast = hours): SoakClock => ({
    stage: 'canary',
    sinceMs: START_MS,
    heldMs: 0,
    exposureByShiftMs: { second: 17 * hours * HOUR_MS, third: 17 * hours * HOUR_MS, first: 17 * ofLast * HOUR_MS },
  })
  /** What devices have shown, the first one something else. */
  interface Shown {
    readonly one?: Partial<MemberState>
    readonly others?: Partial<MemberState>
    readonly clock?: SoakClock
    readonly under?: Policy
  }
  const progress = ({ one = {}, others = {}, clock = coveredBy(8), under = policy }: Shown) =>
    soakProgress(
      stage,
      evidenceOf(Object.fromEntries(things.map((thing, i) => [thing, ended(i === 0 ? one : others)]))),
      clock,
      under,
      nowMs,
    )
  const half = { exposureMs: 12 * HOUR_MS }

  it.each<[string, Shown, readonly Lack[]]>([
    ['20 h on a device', { one: { exposureMs: 20 * HOUR_MS } }, []],
    ['less than 20 h on a device', { one: { exposureMs: 20 * HOUR_MS - 1 } }, [shortOn('line-1-0')]],
    [
      'a device that is silent for ten minutes',
      { one: { exposureMs: 0, heardAtMs: nowMs - 600_000 } },
      [shortOn('line-1-0')],
    ],
    ['one that is silent for longer and lost', { one: { exposureMs: 0, heardAtMs: nowMs - 600_001 } }, []],
    ['one that never reported', { one: { exposureMs: 0, heardAtMs: null } }, []],
    ['six hours of every shift', { clock: coveredBy(6) }, []],
    ['less of one', { clock: coveredBy(6, 5.9) }, [shift('first', 5.9, 6)]],
    [
      'half the exposure where half is needed',
      { one: half, others: half, under: policyWith({ exposureShare: 0.5, deviceExposureShare: 0 }) },
      [],
    ],
  ])('with %s lacks what it names', (_, shown, lacks) => {
    expect(progress(shown).lacks).toEqual(lacks)
  })

  it('leaves lost devices out of what is needed, and those that installed too late', () => {
    const share = 0.9 * 16 * 24 * HOUR_MS
    expect(progress({ one: { heardAtMs: null } })).toMatchObject({
      neededMs: share,
      exposedMs: share / 0.9,
      uncounted: [],
    })
    expect(progress({ one: { installedAtMs: START_MS + 1 } })).toMatchObject({
      neededMs: share,
      uncounted: ['line-1-0'],
    })
  })

  it('lacks everything without evidence', () => {
    expect(soakProgress(stage, null, null, policy, nowMs)).toEqual({
      lacks: [missing(0), shift('first', 0, 6), shift('third', 0, 6), shift('second', 0, 6)],
      exposedMs: 0,
      neededMs: 0,
      uncounted: things,
    })
  })

  it.each([
    [9, [shift('third', 0.74, 0.75)]],
    [8.9, []],
  ])('needs a shift that the window has an hour of: %d h', (hours, lacks) => {
    const clock = { ...coveredBy(8), exposureByShiftMs: { second: 17 * 8 * HOUR_MS, third: 17 * 0.74 * HOUR_MS } }
    expect(progress({ clock, under: policyWith({ windowMs: hours * HOUR_MS }) }).lacks).toEqual(lacks)
  })
})

it.each<[string, Partial<MemberState>, boolean]>([
  ['came after the soak had begun', { installedAtMs: START_MS + 1 }, true],
  ['was there when it began', { installedAtMs: START_MS }, false],
  ['has not come', { installedAtMs: null }, false],
  ['has run nearly 20 h', { installedAtMs: START_MS + 1, exposureMs: 20 * HOUR_MS - 1 }, true],
  ['has run 20 h', { installedAtMs: START_MS + 1, exposureMs: 20 * HOUR_MS }, false],
])('a device is a straggler or not: it %s', (_, over, isStraggler) => {
  const evidence = evidenceOf({ 'line-1-0': over })
  expect(stragglersOf(stage, evidence, policy)).toEqual(isStraggler ? ['line-1-0'] : [])
  expect(stragglersOf({ ...stage, soakingSinceMs: null }, evidence, policy)).toEqual([])
})

describe('the counted devices', () => {
  const without =
    (...absent: string[]) =>
    (thing: string, atMs: number) =>
      absent.includes(thing) ? { installedAtMs: null, heardAtMs: null } : always(thing, atMs)

  it('leave out those offline at the install, down to the quorum of 15 of 17', () => {
    expect(lacksOf(soak(24, without('line-1-0', 'line-2-0')))).toEqual([])
    expect(lacksOf(soak(24, without('line-1-0', 'line-2-0', 'line-3-0')))).toEqual([missing(14)])
  })

  it('do not include a lost one, which the judge handles', () => {
    const lost = (thing: string, atMs: number): Partial<MemberState> =>
      thing === 'line-1-0' && atMs > START_MS + HOUR_MS
        ? { exposureMs: HOUR_MS, heardAtMs: START_MS + HOUR_MS }
        : always(thing, atMs)
    const seen = soak(24, lost)
    expect(lacksOf(seen)).toEqual([])
  })

  it('do not include a straggler, which runs a window of its own', () => {
    const backAtMs = START_MS + 4 * HOUR_MS
    const late = (thing: string, atMs: number): Partial<MemberState> =>
      thing !== 'line-1-0'
        ? always(thing, atMs)
        : atMs < backAtMs
          ? { installedAtMs: null, heardAtMs: null }
          : { installedAtMs: backAtMs, exposureMs: atMs - backAtMs, heardAtMs: atMs }
    const at24 = soak(24, late)
    expect(soakProgress(stage, at24.evidence, at24.clock, policy, at24.nowMs)).toMatchObject({
      lacks: [],
      uncounted: ['line-1-0'],
      neededMs: 0.9 * 16 * 24 * HOUR_MS,
    })
    expect(stragglersOf(stage, soak(23.9, late).evidence, policy)).toEqual(['line-1-0'])
    expect(stragglersOf(stage, at24.evidence, policy)).toEqual([])
  })

  it('keep the last stage monitored until its stragglers have run theirs', () => {
    const production = { ...stage, name: 'production' as const }
    const one = {
      state: 'soaking',
      stageIndex: 2,
      stages: [stage, stage, production],
      pending: [],
    } as unknown as Rollout
    const { evidence, clock, nowMs } = soak(24, always, () => false, production)
    const facts: Facts = {
      nowMs,
      verdict: { kind: 'healthy', findings: [] },
      evidence,
      readings: [],
      rollbackExecutions: [],
      rollbackProgress: NO_ROLLBACK_PROGRESS,
      soak: clock,
    }
    expect(decide(one, facts, policy).kind).toBe('complete')
    expect(decide(one, { ...facts, stragglers: ['line-1-0'] }, policy)).toMatchObject({
      kind: 'wait',
      reason: { code: 'STRAGGLERS_WATCHED', data: { devices: list('line-1-0') } },
    })
  })
})

describe('telemetry that is down', () => {
  const soaking = rollout('soaking', 0)
  const down = (minutes: number, ignoredBreach: FindingReason | null = null): DecisionReason => ({
    code: 'TELEMETRY_DOWN',
    data: { downMs: minutes * MINUTE_MS, ignoredBreach },
  })
  const after = (minutes: number, of: VerdictKind | null = 'breach', over: Partial<Rollout> = {}): Decision => {
    const nowMs = START_MS + minutes * MINUTE_MS
    const seen = { nowMs, verdict: of === null ? null : verdict(of), telemetryDownSinceMs: START_MS }
    return decide({ ...soaking, ...over }, facts(seen), policy)
  }

  it.each([
    [5, 'wait'],
    [15, 'page'],
    [55, 'page'],
    [60, 'rollback'],
  ] as const)('holds back even a breach after %d min: %s', (minutes, kind) => {
    expect(after(minutes).kind).toBe(kind)
  })

  it.each<[number, VerdictKind | null, Decision]>([
    [5, null, { kind: 'wait', reason: down(5) }],
    [5, 'healthy', { kind: 'wait', reason: down(5) }],
    [20, 'inconclusive', { kind: 'page', reason: down(20) }],
    [20, 'breach', { kind: 'page', reason: down(20, FOUND) }],
    [60, 'breach', { kind: 'rollback', reason: BREACHED }],
  ])('records for how long, and what is not acted upon: %d min, %s', (minutes, of, decision) => {
    expect(after(minutes, of)).toEqual(decision)
  })

  it('pages on-call once per outage, the evaluation that found it included', () => {
    expect(after(20, 'breach', { pagedAtMs: START_MS + 15 * MINUTE_MS }).kind).toBe('wait')
    expect(after(20, 'breach', { pagedAtMs: START_MS }).kind).toBe('wait')
    expect(after(20, 'breach', { pagedAtMs: START_MS - 1 }).kind).toBe('page')
  })

  it('pages once, evaluation by evaluation', () => {
    let one: Rollout = soaking
    const pagedAt: number[] = []
    for (let minutes = 0; minutes < 180; minutes += 5) {
      const decision = after(minutes, 'healthy', one)
      if (decision.kind === 'page') pagedAt.push(minutes)
      one = transition(one, decision, START_MS + minutes * MINUTE_MS)
    }
    expect(pagedAt).toEqual([15])
  })
})
