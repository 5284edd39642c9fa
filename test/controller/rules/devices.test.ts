import { describe, expect, it } from 'vitest'
import type { Case } from '../../../controller/case.ts'
import type { MemberState } from '../../../controller/evidence.ts'
import { judgeDevices } from '../../../controller/rules/devices.ts'
import { totalOf } from '../../../controller/sums.ts'
import { HOUR_MS, policyWith, START_MS } from '../fixtures.ts'
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

/** Members of which the first few differ; an hour after the deployment, controls heard unless told otherwise. */
function lost(count: number, odd: MemberState, options: { controlMinutes?: number; hasControls?: boolean } = {}) {
  const one = oneCase({ hasControls: options.hasControls ?? true })
  const members = Object.fromEntries(one.watch.members.map((thing, i) => [thing, i < count ? odd : member(NOW_MS)]))
  const looks = one.evidence.looks.map((look) => {
    const lines = look.lines.map((line) => ({
      ...line,
      controls: { ...line.controls, minutes: options.controlMinutes ?? 95 },
    }))
    return { ...look, atMs: NOW_MS, lines, total: totalOf(lines) }
  })
  const evidence: Case['evidence'] = { ...one.evidence, members, looks, controlsHeardAtMs: NOW_MS }
  return judgeDevices({ ...one, evidence, nowMs: NOW_MS }).find(({ rule }) => rule === 'lost-device')
}

/** Four times the stage, as early is. */
function lostOfMany(count: number) {
  const one = oneCase()
  const things = Array.from({ length: 68 }, (_, i) => `line-${1 + (i % 17)}-${Math.floor(i / 17)}`)
  const members = Object.fromEntries(things.map((thing, i) => [thing, member(i < count ? START_MS : NOW_MS)]))
  const evidence = { ...one.evidence, members, controlsHeardAtMs: NOW_MS }
  const findings = judgeDevices({ ...one, watch: { ...one.watch, members: things }, evidence, nowMs: NOW_MS })
  return findings.find(({ rule }) => rule === 'lost-device')
}

describe('lost devices', () => {
  it('are a breach from the second on in a large stage, too: two is not a share', () => {
    expect(lostOfMany(1)?.outcome).toBe('healthy')
    expect(lostOfMany(2)?.outcome).toBe('breach')
  })

  it('are a breach from the second on', () => {
    expect(lost(1, member(START_MS))).toMatchObject({ outcome: 'healthy', observed: 1 })
    expect(lost(2, member(START_MS))).toMatchObject({ outcome: 'breach', observed: 2, line: 1 })
  })

  it('are also those that fell silent in the middle of their update', () => {
    expect(lost(2, member(START_MS, null))).toMatchObject({ outcome: 'breach', observed: 2 })
  })

  it('are not those that were offline all the time', () => {
    expect(lost(5, member(null, null))).toMatchObject({ outcome: 'healthy', observed: 0, n: 12 })
  })

  it('are inconclusive where a third of the controls is silent too', () => {
    expect(lost(6, member(START_MS), { controlMinutes: 60 })).toMatchObject({ outcome: 'inconclusive', code: 'stale' })
    expect(lost(6, member(START_MS), { controlMinutes: 80 })?.outcome).toBe('breach')
  })

  it('are told from a silent plant by the minutes that have passed, however many looks those were', () => {
    const one = oneCase()
    const members = Object.fromEntries(one.watch.members.map((thing, i) => [thing, member(i < 2 ? START_MS : NOW_MS)]))
    const lateWith = (minutes: number) => {
      // A look every minute, and each device of the controls a sample in most of them.
      const looks = one.evidence.looks.flatMap((look) =>
        Array.from({ length: 30 }, (_, i) => {
          const lines = look.lines.map((line) => ({ ...line, controls: { ...line.controls, minutes } }))
          return { ...look, atMs: NOW_MS - (29 - i) * 60_000, lines, total: totalOf(lines) }
        }),
      )
      const evidence = { ...one.evidence, members, looks, controlsHeardAtMs: NOW_MS }
      return judgeDevices({ ...one, evidence, nowMs: NOW_MS }).find(({ rule }) => rule === 'lost-device')?.outcome
    }
    expect(lateWith(19)).toBe('breach')
    expect(lateWith(14)).toBe('breach')
    expect(lateWith(13)).toBe('inconclusive')
  })

  it('are inconclusive where everybody is silent and there are no controls to ask', () => {
    expect(lost(17, member(START_MS), { hasControls: false })?.outcome).toBe('inconclusive')
    expect(lost(16, member(START_MS), { hasControls: false })?.outcome).toBe('breach')
  })
})

describe('crashes', () => {
  const crashed = (
    counts: readonly number[],
    baselineCrashes: number,
    profile: 'default' | 'seed-literal' = 'default',
  ) => {
    const one = oneCase()
    const members = Object.fromEntries(
      one.watch.members.map((thing, i) => [
        thing,
        { ...member(NOW_MS), crashes: counts[i] ?? 0, exposureMs: 24 * HOUR_MS },
      ]),
    )
    const baseline = { ...one.baseline, crashes: { crashes: baselineCrashes, minutes: 340 * 7 * 1440 } }
    const policy = policyWith({ profile })
    const findings = judgeDevices({ ...one, baseline, policy, evidence: { ...one.evidence, members }, nowMs: NOW_MS })
    return findings.find(({ rule }) => rule === 'component-crash')
  }

  it('are a breach from the first on where the baseline had none', () => {
    expect(crashed([1], 0)).toMatchObject({ outcome: 'breach', observed: 1, baseline: 0 })
  })

  it('must be more than usual where devices crash anyway, except to the seed', () => {
    // One in 35 device-days: the canary's 17 let expect half a crash.
    expect(crashed([1, 1], 68)).toMatchObject({ outcome: 'healthy', statistic: { name: 'maxsprt' } })
    expect(crashed([1, 1], 68)?.baseline).toBeCloseTo(0.486, 2)
    expect(crashed([3, 2, 2, 1], 68)?.outcome).toBe('breach')
    expect(crashed([1, 1], 68, 'seed-literal')?.outcome).toBe('breach')
  })
})
