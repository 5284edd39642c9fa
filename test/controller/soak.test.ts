import { describe, expect, it } from 'vitest'
import { type Decision, decide, type Facts, transition } from '../../controller/decide.ts'
import { type Evidence, type MemberState, NO_EVIDENCE } from '../../controller/evidence.ts'
import type { Rollout, Stage } from '../../controller/rollout.ts'
import { type SoakClock, soakProgress, stragglersOf, tick, watchedMs } from '../../controller/soak.ts'
import type { VerdictKind } from '../../controller/verdict.ts'
import { NO_WAY_BACK } from '../../controller/way-back.ts'
import { facts, rollout, verdict } from './decisions.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from './fixtures.ts'
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

/** Lives through some hours of soak, look by look; `at` says what each device has shown by then. */
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
): readonly string[] => soakProgress(one, evidence, clock, under, nowMs).lacks

describe('a soak', () => {
  it('lacks nothing after 24 h in which everybody was seen', () => {
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
    expect(lacksOf(soak(24, away))).toEqual(['less than 20.0 h on line-3-0'])
  })

  it('asks for nine tenths of the exposure of all, even if each has its 20 hours', () => {
    const short = (_: string, atMs: number): Partial<MemberState> => ({
      heardAtMs: atMs,
      exposureMs: ((atMs - START_MS) * 21) / 24,
    })
    expect(lacksOf(soak(24, short))).toEqual(['357.0 h of exposure, 367.2 h needed'])
  })

  it('asks for six hours of every shift', () => {
    // Everybody works in the first and second shift only half the third: 24 h, 4 of them not seen.
    const blindAtNight = (_: string, atMs: number): Partial<MemberState> => {
      const nightMs = Math.min(Math.max(atMs - START_MS - 8 * HOUR_MS, 0), 2.5 * HOUR_MS)
      return { heardAtMs: atMs, exposureMs: atMs - START_MS - nightMs }
    }
    const lacks = lacksOf(soak(24, blindAtNight))
    expect(lacks).toContain('5.5 h of the third shift, 6.0 h needed')
    expect(lacks.some((lack) => lack.includes('first') || lack.includes('second'))).toBe(false)
  })

  it('asks of a short window only for the shifts it has time of', () => {
    const short = policyWith({ windowMs: 4 * HOUR_MS })
    const seen = soak(4, always, () => false, stage, short)
    expect(Object.keys(seen.clock?.exposureByShiftMs ?? {})).toEqual(['second'])
    expect(lacksOf(seen, stage, short)).toEqual([])
  })

  it('gives what a device brings late to the shifts it ran in', () => {
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

  it('begins anew with another soak of the same stage', () => {
    const first = soak(5, always).clock
    const again = { ...stage, soakingSinceMs: START_MS + 5 * HOUR_MS }
    const look = {
      before: null,
      after: NO_EVIDENCE,
      previousAtMs: START_MS,
      nowMs: START_MS + 5 * HOUR_MS,
      isHeld: false,
    }
    expect(tick(first, again, look, policy)).toMatchObject({ sinceMs: again.soakingSinceMs, exposureByShiftMs: {} })
  })
})

describe('who is counted', () => {
  const without =
    (...absent: string[]) =>
    (thing: string, atMs: number) =>
      absent.includes(thing) ? { installedAtMs: null, heardAtMs: null } : always(thing, atMs)

  it('leaves out who was offline at the install, down to the quorum of 15 of 17', () => {
    expect(lacksOf(soak(24, without('line-1-0', 'line-2-0')))).toEqual([])
    expect(lacksOf(soak(24, without('line-1-0', 'line-2-0', 'line-3-0')))).toEqual([
      '14 devices installed and heard of, 15 needed',
    ])
  })

  it('does not wait for one that was lost, which is the judge’s business', () => {
    const lost = (thing: string, atMs: number): Partial<MemberState> =>
      thing === 'line-1-0' && atMs > START_MS + HOUR_MS
        ? { exposureMs: HOUR_MS, heardAtMs: START_MS + HOUR_MS }
        : always(thing, atMs)
    const seen = soak(24, lost)
    expect(lacksOf(seen)).toEqual([])
  })

  it('lets a straggler run a window of its own', () => {
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

  it('keeps the watch over the last stage until its stragglers have run theirs', () => {
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
      wayBack: NO_WAY_BACK,
      soak: clock,
    }
    expect(decide(one, facts, policy).kind).toBe('complete')
    expect(decide(one, { ...facts, stragglers: ['line-1-0'] }, policy)).toMatchObject({
      kind: 'wait',
      reason: expect.stringContaining('line-1-0'),
    })
  })
})

describe('telemetry that is down', () => {
  const soaking = rollout('soaking', 0)
  const HELD = 'everything is held'
  const blind = (minutes: number, of: VerdictKind | null = 'breach', over: Partial<Rollout> = {}): Decision => {
    const nowMs = START_MS + minutes * MINUTE_MS
    const seen = { nowMs, verdict: of === null ? null : verdict(of), telemetryDownSinceMs: START_MS }
    return decide({ ...soaking, ...over }, facts(seen), policy)
  }

  it.each([
    [5, 'wait'],
    [15, 'page'],
    [55, 'page'],
    [60, 'rollback'],
  ] as const)('holds even a breach back after %d min: %s', (minutes, kind) => {
    expect(blind(minutes).kind).toBe(kind)
  })

  it.each<[number, VerdictKind | null, Decision]>([
    [5, null, { kind: 'wait', reason: `the telemetry is down for 5 min, ${HELD}` }],
    [5, 'healthy', { kind: 'wait', reason: `the telemetry is down for 5 min, ${HELD}` }],
    [20, 'inconclusive', { kind: 'page', reason: `the telemetry is down for 20 min, ${HELD}` }],
    [20, 'breach', { kind: 'page', reason: `the telemetry is down for 20 min, ${HELD}; not acted upon: 3 > 1` }],
    [60, 'breach', { kind: 'rollback', reason: '3 > 1' }],
  ])('says for how long, and what is not acted upon: %d min, %s', (minutes, of, decision) => {
    expect(blind(minutes, of)).toEqual(decision)
  })

  it('calls somebody once an outage, the look that found it included', () => {
    expect(blind(20, 'breach', { pagedAtMs: START_MS + 15 * MINUTE_MS }).kind).toBe('wait')
    expect(blind(20, 'breach', { pagedAtMs: START_MS }).kind).toBe('wait')
    expect(blind(20, 'breach', { pagedAtMs: START_MS - 1 }).kind).toBe('page')
  })

  it('calls once, look by look', () => {
    let one: Rollout = soaking
    const calledAt: number[] = []
    for (let minutes = 0; minutes < 180; minutes += 5) {
      const decision = blind(minutes, 'healthy', one)
      if (decision.kind === 'page') calledAt.push(minutes)
      one = transition(one, decision, START_MS + minutes * MINUTE_MS)
    }
    expect(calledAt).toEqual([15])
  })
})
