import { describe, expect, it } from 'vitest'
import type { MemberState } from '../../../controller/evidence/evidence.ts'
import { totalOf } from '../../../controller/evidence/sums.ts'
import { judgeDevices } from '../../../controller/judge/devices.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { deviceList } from '../../../controller/messages/wording.ts'
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
  /** Evaluations so many minutes ago, and the minutes for which a line's nineteen controls reported in each. */
  readonly evaluations?: readonly (readonly [minutesAgo: number, minutes: number])[]
  readonly hasControls?: boolean
  readonly controlsHeardAtMs?: number | null
}

/** A stage an hour after its deployment of which the first `count` devices differ, silent since then unless given. */
function lost(count: number, silence: Silence = {}) {
  const { size = 17, odd = member(START_MS), evaluations = [[0, 19 * 5]], controlsHeardAtMs = NOW_MS } = silence
  const one = oneCase({ hasControls: silence.hasControls ?? true })
  const things = Array.from({ length: size }, (_, i) => `line-${1 + (i % 17)}-${Math.floor(i / 17)}`)
  const members = Object.fromEntries(things.map((thing, i) => [thing, i < count ? odd : member(NOW_MS)]))
  const seen = evaluations.flatMap(([minutesAgo, minutes]) =>
    one.evidence.evaluations.map((evaluation) => {
      const lines = evaluation.lines.map((line) => ({ ...line, controls: { ...line.controls, minutes } }))
      return { ...evaluation, atMs: NOW_MS - minutesAgo * MINUTE_MS, lines, total: totalOf(lines) }
    }),
  )
  const evidence: RuleInput['evidence'] = { ...one.evidence, members, evaluations: seen, controlsHeardAtMs }
  const findings = judgeDevices({ ...one, watch: { ...one.watch, members: things }, evidence, nowMs: NOW_MS })
  return findings.find(({ rule }) => rule === 'lost-device')
}

describe('lost devices', () => {
  it('are a breach from the second on', () => {
    const finding = { rule: 'lost-device', metric: 'silentDevices', baseline: null, limit: 1, n: 17 }
    expect(lost(0)).toStrictEqual({
      ...finding,
      outcome: 'healthy',
      observed: 0,
      reason: { code: 'SILENT_DEVICES', data: { silent: deviceList([]), heard: 17, allowed: 1, isCommon: false } },
    })
    expect(lost(1)).toMatchObject({ outcome: 'healthy', observed: 1, thing: 'line-1-0', line: 1 })
    expect(lost(2)).toStrictEqual({
      ...finding,
      outcome: 'breach',
      observed: 2,
      thing: 'line-1-0',
      line: 1,
      reason: {
        code: 'SILENT_DEVICES',
        data: { silent: deviceList(['line-1-0', 'line-2-0']), heard: 17, allowed: 1, isCommon: false },
      },
    })
  })

  it('are a breach from the second on in a large stage, too: two is not a share', () => {
    expect(lost(1, { size: 68 })).toMatchObject({ outcome: 'healthy', limit: 1 })
    expect(lost(2, { size: 68 })).toMatchObject({ outcome: 'breach', limit: 1 })
  })

  it('are a breach from the first on where that is more than a tenth', () => {
    expect(lost(1, { size: 10 })).toMatchObject({ outcome: 'healthy', limit: 1 })
    expect(lost(0, { size: 9 })).toMatchObject({ outcome: 'healthy', limit: 0 })
    expect(lost(1, { size: 9 })).toMatchObject({ outcome: 'breach', limit: 0 })
  })

  it('have been silent for more than ten minutes', () => {
    expect(lost(2, { odd: member(NOW_MS - 10 * MINUTE_MS) })).toMatchObject({ outcome: 'healthy', observed: 0 })
    expect(lost(2, { odd: member(NOW_MS - 10 * MINUTE_MS - 1) })).toMatchObject({ outcome: 'breach', observed: 2 })
  })

  it('are also those that went silent in the middle of their update', () => {
    expect(lost(2, { odd: member(START_MS, null) })).toMatchObject({ outcome: 'breach', observed: 2 })
  })

  it('are not those that were offline all the time', () => {
    expect(lost(5, { odd: member(null, null) })).toMatchObject({ outcome: 'healthy', observed: 0, n: 12 })
  })

  it('are inconclusive where a third of the controls is silent too', () => {
    expect(lost(6, { evaluations: [[0, 60]] })).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'stale',
      reason: {
        code: 'SILENT_DEVICES',
        data: {
          silent: deviceList(['line-1-0', 'line-2-0', 'line-3-0', 'line-4-0', 'line-5-0', 'line-6-0']),
          heard: 17,
          allowed: 1,
          isCommon: true,
        },
      },
    })
    expect(lost(6, { evaluations: [[0, 80]] })).toMatchObject({ outcome: 'breach' })
    expect(lost(6, { evaluations: [[0, 80]] })).not.toHaveProperty('inconclusive')
  })

  it('are no reason to doubt the telemetry where they are few', () => {
    const few = lost(1, { evaluations: [[0, 60]] })
    expect(few).toMatchObject({ outcome: 'healthy' })
    expect(few).not.toHaveProperty('inconclusive')
    expect(few?.reason).toEqual({
      code: 'SILENT_DEVICES',
      data: { silent: deviceList(['line-1-0']), heard: 17, allowed: 1, isCommon: true },
    })
    expect(lost(0, { evaluations: [[0, 60]] })?.reason).toEqual({
      code: 'SILENT_DEVICES',
      data: { silent: deviceList([]), heard: 17, allowed: 1, isCommon: true },
    })
  })

  it('are inconclusive where no control was heard for more than ten minutes', () => {
    expect(lost(2, { controlsHeardAtMs: NOW_MS - 10 * MINUTE_MS })?.outcome).toBe('breach')
    expect(lost(2, { controlsHeardAtMs: NOW_MS - 10 * MINUTE_MS - 1 })).toMatchObject({ inconclusive: 'stale' })
    expect(lost(2, { controlsHeardAtMs: null })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'stale' })
  })

  it('are distinguished from a silent plant by the minutes that have passed, however many evaluations those were', () => {
    // An evaluation every minute, and each device of the controls a sample in most of them.
    const everyMinute = (minutes: number) =>
      lost(2, { evaluations: Array.from({ length: 30 }, (_, i) => [29 - i, minutes] as const) })?.outcome
    expect(everyMinute(19)).toBe('breach')
    expect(everyMinute(14)).toBe('breach')
    expect(everyMinute(13)).toBe('inconclusive')
  })

  it('are distinguished from it by the evaluations of the last ten minutes, and the time since the one before them', () => {
    const after = (...evaluations: readonly (readonly [number, number])[]) => lost(2, { evaluations })?.outcome
    expect(after([10, 0], [5, 19 * 5], [0, 19 * 5])).toBe('breach')
    expect(after([10, 0], [0, 19 * 8])).toBe('breach')
    expect(after([10, 19 * 10], [0, 19 * 6])).toBe('inconclusive')
    expect(after([10, 0])).toBe('breach')
    // The first evaluation of all covers one period.
    expect(after([0, 19 * 4])).toBe('breach')
    expect(after([0, 19 * 3])).toBe('inconclusive')
  })

  it('are inconclusive where all are silent and there are no controls', () => {
    expect(lost(17, { hasControls: false })?.outcome).toBe('inconclusive')
    expect(lost(16, { hasControls: false })?.outcome).toBe('breach')
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
      thing: 'line-3-0',
      line: 3,
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
    expect(crashed([3, 2, 2, 1], 68)).toMatchObject({ outcome: 'breach', thing: 'line-1-0', line: 1 })
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
  const failed = (...failedDevices: RuleInput['failedDevices']) => judgeDevices({ ...oneCase(), failedDevices })[1]

  it('on one device is a breach', () => {
    expect(failed()).toStrictEqual({
      rule: 'deployment-failure',
      metric: 'failedDevices',
      outcome: 'healthy',
      observed: 0,
      baseline: null,
      limit: 0,
      n: 17,
      reason: { code: 'FAILED_DEPLOYMENTS', data: { devices: 0, first: null } },
    })
    expect(failed({ thing: 'line-5-0', status: 'REJECTED' }, { thing: 'line-6-0', status: 'FAILED' })).toStrictEqual({
      rule: 'deployment-failure',
      metric: 'failedDevices',
      outcome: 'breach',
      observed: 2,
      baseline: null,
      limit: 0,
      n: 17,
      thing: 'line-5-0',
      line: 5,
      reason: { code: 'FAILED_DEPLOYMENTS', data: { devices: 2, first: { thing: 'line-5-0', status: 'REJECTED' } } },
    })
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
      thing: 'line-4-0',
      line: 4,
      reason: { code: 'SILENT_FALLBACKS', data: { devices: deviceList(['line-4-0', 'line-8-0']), version: '2.3.1' } },
    })
  })
})
