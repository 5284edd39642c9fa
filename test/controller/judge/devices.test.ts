import { describe, expect, it } from 'vitest'
import type { MemberState } from '../../../controller/evidence/evidence.ts'
import { judgeDevices } from '../../../controller/judge/devices.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { deviceList, lineList } from '../../../controller/messages/wording.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { oneCase } from './one-case.ts'

const NOW_MS = START_MS + HOUR_MS
const member = (heardAtMs: number | null, installedAtMs: number | null = START_MS): MemberState => ({
  bootIdBefore: 'old',
  firstSeenSequence: null,
  installedAtMs,
  exposureMs: 0,
  heardAtMs,
  crashes: 0,
  crashCounter: 0,
  hasFallenBack: false,
})

interface Silence {
  readonly size?: number
  /** What the first few devices are; the others have just been heard. */
  readonly odd?: MemberState
  /** Of a line's nineteen peers so many are away. */
  readonly peersAway?: (line: number) => number
  readonly peers?: number
  /** Hours for which 323 peers were watched without one that was away. */
  readonly quietHours?: number
  /** Of the peers, in all and of outages that were long then. */
  readonly awayHours?: number
  readonly longHours?: number
  /** Devices of a line next to each other, instead of one of each. */
  readonly isByLine?: boolean
}

const LINES = 17
/** Long installed, and silent for so many minutes. */
const silentFor = (minutes: number): MemberState => member(NOW_MS - minutes * MINUTE_MS, START_MS - 24 * HOUR_MS)

/** A stage of which the first `count` devices differ: silent for a quarter of an hour unless given. */
function lost(count: number, silence: Silence = {}) {
  const { size = 17, odd = silentFor(15), peers = 19, peersAway = () => 0, quietHours = 24 } = silence
  const { awayHours = 0, longHours = 0 } = silence
  const one = oneCase()
  const lineAt = (i: number): number => 1 + (silence.isByLine ? Math.floor((i * LINES) / size) : i % LINES)
  const things = Array.from({ length: size }, (_, i) => `line-${lineAt(i)}-${i}`)
  const members = Object.fromEntries(things.map((thing, i) => [thing, i < count ? odd : member(NOW_MS)]))
  const lines = Array.from({ length: LINES }, (_, i) => {
    const away = peersAway(i + 1)
    return { line: i + 1, peers: { of: peers, away, down: away } }
  })
  const presence = {
    lines: peers === 0 ? [] : lines,
    stage: [],
    awayMs: awayHours * HOUR_MS,
    longAwayMs: longHours * HOUR_MS,
    observedMs: quietHours * 323 * HOUR_MS,
  }
  const evidence: RuleInput['evidence'] = { ...one.evidence, members, presence }
  const lineOf = Object.fromEntries(things.map((thing, i) => [thing, lineAt(i)]))
  const findings = judgeDevices({ ...one, watch: { ...one.watch, members: things, lineOf }, evidence, nowMs: NOW_MS })
  return findings.find(({ rule }) => rule === 'lost-device')
}

describe('lost devices', () => {
  it('are as few as healthy ones would be, held beyond that, and a breach beyond chance', () => {
    const finding = { rule: 'lost-device', metric: 'silentDevices', limit: 1, n: 17 }
    const data = { heard: 17, allowed: 1, isCommon: false, awayLines: lineList([]) }
    expect(lost(0)).toStrictEqual({
      ...finding,
      outcome: 'healthy',
      observed: 0,
      baseline: expect.closeTo(17 / 8085, 5),
      // e^-15.03 is the chance that none of 17 is.
      interval: { low: 0, high: expect.closeTo(9.985, 2) },
      reason: { code: 'SILENT_DEVICES', data: { ...data, silent: deviceList([]) } },
    })
    expect(lost(1)).toMatchObject({ outcome: 'healthy', observed: 1, things: deviceList(['line-1-0']) })
    expect(lost(2)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient', observed: 2 })
    expect(lost(3)).toStrictEqual({
      ...finding,
      outcome: 'breach',
      observed: 3,
      baseline: expect.closeTo(17 / 8085, 5),
      things: deviceList(['line-1-0', 'line-2-1', 'line-3-2']),
      lines: lineList([1, 2, 3]),
      statistic: { name: 'beta-binomial', value: expect.closeTo(17.43, 1), boundary: expect.closeTo(16.146, 2) },
      interval: { low: expect.closeTo(0.0089, 4), high: expect.closeTo(13.474, 2) },
      reason: {
        code: 'SILENT_DEVICES',
        data: { ...data, silent: deviceList(['line-1-0', 'line-2-1', 'line-3-2']) },
      },
    })
  })

  it('are more until the plant has shown how often devices are away', () => {
    const young = (count: number) => lost(count, { quietHours: 0 })?.outcome
    expect([3, 4, 5, 6].map(young)).toEqual(['inconclusive', 'inconclusive', 'inconclusive', 'breach'])
  })

  it('are a share: what is beyond chance of seventeen is not of 255', () => {
    expect(lost(3, { size: 255 })?.outcome).not.toBe('breach')
    expect(lost(6, { size: 255 })).toMatchObject({ outcome: 'breach' })
    expect(lost(1, { size: 4 })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
  })

  it('have been silent for more than ten minutes', () => {
    expect(lost(3, { odd: silentFor(10) })).toMatchObject({ outcome: 'healthy', observed: 0 })
    expect(lost(3, { odd: silentFor(10 + 1 / 60_000) })).toMatchObject({ outcome: 'breach', observed: 3 })
  })

  it('are a breach from the second on where they are silent since their update', () => {
    const since = (heardMin: number, installedAtMs: number | null) =>
      lost(2, { odd: member(START_MS + heardMin * MINUTE_MS, installedAtMs), quietHours: 1 })?.outcome
    expect(since(0, null)).toBe('breach')
    expect(since(10, null)).toBe('breach')
    expect(since(11, null)).toBe('inconclusive')
    expect(since(15, START_MS + 5 * MINUTE_MS)).toBe('breach')
    expect(since(16, START_MS + 5 * MINUTE_MS)).toBe('inconclusive')
  })

  it('are a breach from the second on where they stay away for long', () => {
    expect(lost(2, { odd: silentFor(240) })?.outcome).toBe('inconclusive')
    expect(lost(2, { odd: silentFor(241) })?.outcome).toBe('breach')
    expect(lost(1, { odd: silentFor(20 * 60) })?.outcome).toBe('healthy')
  })

  it('that stay away for long are no news where the peers stay away as long', () => {
    const long = (count: number, longHours: number) =>
      lost(count, { size: 68, odd: silentFor(241), awayHours: 400, longHours })?.outcome
    expect(long(6, 0)).toBe('breach')
    expect(long(6, 250)).toBe('healthy')
    expect(long(30, 250)).toBe('breach')
  })

  it('are not those that were offline all the time', () => {
    expect(lost(5, { odd: member(null, null) })).toMatchObject({ outcome: 'healthy', observed: 0, n: 12 })
  })

  it('are held where the peers of their lines are away too, and not where those of other lines are', () => {
    const away = lost(3, { peersAway: (line) => (line <= 3 ? 19 : 0) })
    expect(away).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'common-mode',
      reason: { data: { isCommon: true, awayLines: lineList([1, 2, 3]) } },
    })
    expect(lost(3, { peersAway: (line) => (line > 14 ? 19 : 0) })).toMatchObject({ outcome: 'breach' })
    // A plant that comes back: half of the controls have, and half of the stage.
    expect(lost(8, { peersAway: () => 9 })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'common-mode' })
    expect(lost(17, { peersAway: () => 5 })?.outcome).toBe('breach')
  })

  it('are a whole line’s switch where only one line has them, and the release where its peers are up', () => {
    const production = { size: 255, isByLine: true, quietHours: 48 }
    expect(lost(15, { ...production, peers: 0 })).toMatchObject({ outcome: 'inconclusive', lines: lineList([1]) })
    expect(lost(30, { ...production, peers: 0 })).toMatchObject({ outcome: 'inconclusive', lines: lineList([1, 2]) })
    expect(lost(15, { ...production, peers: 5, peersAway: (line) => (line === 1 ? 5 : 0) })?.outcome).toBe(
      'inconclusive',
    )
    expect(lost(15, { ...production, peers: 14 })).toMatchObject({ outcome: 'breach' })
    // As many all over the plant are no switch.
    expect(lost(15, { ...production, isByLine: false, peers: 0 })).toMatchObject({ outcome: 'breach' })
  })

  it('are unknown where nothing at all reports', () => {
    expect(lost(17, { peers: 0 })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'stale' })
    expect(lost(17, { peersAway: () => 19 })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'stale' })
    expect(lost(16, { peers: 0 })?.outcome).toBe('breach')
  })
})

describe('crashes', () => {
  const crashed = (
    counts: readonly number[],
    baselineCrashes: number,
    over: Partial<Policy> = {},
    heardAtMs: number | null = NOW_MS,
  ) => {
    const one = oneCase()
    const members = Object.fromEntries(
      one.watch.members.map((thing, i) => [
        thing,
        { ...member(heardAtMs), crashes: counts[i] ?? 0, exposureMs: 24 * HOUR_MS },
      ]),
    )
    const baseline = { ...one.baseline, crashes: { crashes: baselineCrashes, minutes: 340 * 7 * 1440 } }
    const policy = policyWith(over)
    const findings = judgeDevices({ ...one, baseline, policy, evidence: { ...one.evidence, members }, nowMs: NOW_MS })
    return findings.find(({ rule }) => rule === 'component-crash')
  }

  it('are a breach from the first on where the baseline had none', () => {
    expect(crashed([0, 0, 1], 0)).toStrictEqual({
      rule: 'component-crash',
      metric: 'crashes',
      outcome: 'breach',
      observed: 1,
      baseline: 0,
      limit: 0,
      n: 17,
      things: deviceList(['line-3-0']),
      lines: lineList([3]),
      interval: { low: expect.closeTo(0.00753, 5), high: expect.closeTo(8.534, 3) },
      reason: { code: 'CRASHES', data: { crashes: 1, allowed: 0, expected: 0, devices: deviceList(['line-3-0']) } },
    })
    expect(crashed([], 0)).toStrictEqual({
      rule: 'component-crash',
      metric: 'crashes',
      outcome: 'healthy',
      observed: 0,
      baseline: 0,
      limit: 0,
      n: 17,
      // The chance of none is 0.0075 then.
      interval: { low: 0, high: expect.closeTo(-Math.log(0.0075), 9) },
      reason: { code: 'CRASHES', data: { crashes: 0, allowed: 0, expected: 0, devices: deviceList([]) } },
    })
  })

  it('must be more than usual where devices crash anyway, except to the seed', () => {
    // One in 35 device-days: the canary's 17 let expect half a crash.
    expect(crashed([1, 1], 68)).toMatchObject({
      outcome: 'healthy',
      baseline: expect.closeTo(0.486, 3),
      statistic: { name: 'poisson', value: expect.closeTo(2.42, 2), boundary: expect.closeTo(6.26, 2) },
      reason: {
        code: 'CRASHES',
        data: {
          crashes: 2,
          allowed: 0,
          expected: expect.closeTo(0.486, 3),
          devices: deviceList(['line-1-0', 'line-2-0']),
        },
      },
    })
    expect(crashed([3, 2, 2, 1], 68)).toMatchObject({ outcome: 'breach', lines: lineList([1, 2, 3, 4]) })
    const literal = crashed([1, 1], 68, { profile: 'raw-thresholds' })
    expect(literal).toMatchObject({ outcome: 'breach', baseline: 0 })
    expect(literal).not.toHaveProperty('statistic')
  })

  it('are a breach from the first canary on where the week had one in 340 devices', () => {
    expect(crashed([0, 1], 1)).toMatchObject({
      outcome: 'breach',
      observed: 1,
      baseline: expect.closeTo(0.00714, 5),
      statistic: { name: 'poisson', value: expect.closeTo(4.26, 2), boundary: expect.closeTo(4.2, 2) },
    })
  })

  it('are as many as the policy allows', () => {
    const limits = { ...policyWith().limits, crashes: 2 }
    expect(crashed([1, 1], 0, { limits })).toMatchObject({ outcome: 'healthy', limit: 2 })
    expect(crashed([2, 1], 0, { limits })).toMatchObject({ outcome: 'breach', limit: 2 })
    expect(crashed([20], 68, { limits: { ...limits, crashes: 20 } })?.outcome).toBe('healthy')
  })

  it('are inconclusive while no device reports, unless some were counted', () => {
    expect(crashed([], 0, {}, null)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient', n: 0 })
    expect(crashed([1], 0, {}, null)).toMatchObject({ outcome: 'breach', n: 0 })
    expect(crashed([1], 0, {}, null)).not.toHaveProperty('inconclusive')
    const one = judgeDevices(oneCase()).find(({ rule }) => rule === 'component-crash')
    expect(one).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient', n: 0, baseline: 0 })
  })

  it('are expected by the minute at least, however short a device has run', () => {
    const one = oneCase()
    const baseline = { ...one.baseline, crashes: { crashes: 10, minutes: 1000 } }
    const expectedIn = (exposureMs: number) => {
      const members = { 'line-1-0': { ...member(NOW_MS), exposureMs } }
      return judgeDevices({ ...one, baseline, evidence: { ...one.evidence, members } })[0]?.baseline
    }
    expect(expectedIn(0)).toBeCloseTo(0.01, 9)
    expect(expectedIn(50 * MINUTE_MS)).toBeCloseTo(0.5, 9)
  })
})

describe('a deployment that failed', () => {
  /** So many of a stage. */
  const failed = (count: number, size = 17, stage: 'canary' | 'early' | 'production' = 'canary') => {
    const one = oneCase()
    const members = Array.from({ length: size }, (_, i) => `line-${1 + (i % LINES)}-${i}`)
    const lineOf = Object.fromEntries(members.map((thing, i) => [thing, 1 + (i % LINES)]))
    const failedDevices = members.slice(0, count).map((thing) => ({ thing, status: 'REJECTED' }))
    return judgeDevices({ ...one, watch: { ...one.watch, stage, members, lineOf }, failedDevices })[1]
  }

  it('on one canary is a breach', () => {
    const finding = { rule: 'deployment-failure', metric: 'failedDevices', limit: 0, n: 17 }
    expect(failed(0)).toStrictEqual({
      ...finding,
      outcome: 'healthy',
      observed: 0,
      baseline: expect.closeTo(0.0011, 4),
      // None has installed it, so that all may still fail.
      interval: { low: 0, high: 17 },
      reason: { code: 'FAILED_DEPLOYMENTS', data: { devices: 0, of: 17, allowed: 0, first: null } },
    })
    expect(failed(1)).toStrictEqual({
      ...finding,
      outcome: 'breach',
      observed: 1,
      baseline: expect.closeTo(0.0011, 4),
      things: deviceList(['line-1-0']),
      lines: lineList([1]),
      statistic: { name: 'beta-binomial', value: expect.closeTo(6.83, 2), boundary: expect.closeTo(6.81, 2) },
      interval: { low: expect.closeTo(0.0011, 4), high: 17 },
      reason: {
        code: 'FAILED_DEPLOYMENTS',
        data: { devices: 1, of: 17, allowed: 0, first: { thing: 'line-1-0', status: 'REJECTED' } },
      },
    })
  })

  it('is held where it may be chance of a larger canary', () => {
    expect(failed(1, 40)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
    expect(failed(2, 40)).toMatchObject({ outcome: 'breach' })
  })

  it('is listed up to the share that is allowed, and a breach above it', () => {
    expect(failed(1, 68, 'early')).toMatchObject({ outcome: 'healthy', limit: 1, things: deviceList(['line-1-0']) })
    expect(failed(2, 68, 'early')).toMatchObject({ outcome: 'breach', limit: 1 })
    expect(failed(5, 255, 'production')).toMatchObject({ outcome: 'healthy', limit: 5 })
    expect(failed(6, 255, 'production')).toMatchObject({ outcome: 'breach', limit: 5 })
  })
})

describe('a fallback', () => {
  it('of one device is a breach', () => {
    const fallback = (...things: readonly string[]) => {
      const one = oneCase()
      const members = Object.fromEntries(things.map((thing) => [thing, { ...member(NOW_MS), hasFallenBack: true }]))
      return judgeDevices({ ...one, evidence: { ...one.evidence, members } })[2]
    }
    expect(fallback()).toStrictEqual({
      rule: 'silent-fallback',
      metric: 'fallenBackDevices',
      outcome: 'healthy',
      observed: 0,
      baseline: null,
      limit: 0,
      n: 17,
      reason: { code: 'SILENT_FALLBACKS', data: { devices: deviceList([]), version: '2.3.1' } },
    })
    expect(fallback('line-4-0', 'line-8-0')).toStrictEqual({
      rule: 'silent-fallback',
      metric: 'fallenBackDevices',
      outcome: 'breach',
      observed: 2,
      baseline: null,
      limit: 0,
      n: 17,
      things: deviceList(['line-4-0', 'line-8-0']),
      lines: lineList([4, 8]),
      reason: { code: 'SILENT_FALLBACKS', data: { devices: deviceList(['line-4-0', 'line-8-0']), version: '2.3.1' } },
    })
  })
})
