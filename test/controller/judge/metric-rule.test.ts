import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../controller/judge/judge.ts'
import type { Finding } from '../../../controller/judge/verdict.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { HOUR_MS, MINUTE_MS, Plant, type PlantOptions, START_MS, watchFor } from '../fixtures.ts'

/** The last finding of a rule after so many hours, and after how many minutes it was first a breach. */
interface Seen {
  readonly last: Finding | undefined
  readonly breachMinutes: number | null
  readonly outcomes: ReadonlySet<string>
}

const RULES = {
  torque: { test: 'mean', metric: 'torqueNm', limit: '5 %' },
  jitter: { test: 'spread', metric: 'torqueNm', limit: '50 %' },
  spatter: { test: 'count', metric: 'spatter', limit: '20 %' },
} as const

function watched(rule: string, options: PlantOptions, hours = 3, settings: object = {}): Seen {
  const own = Object.fromEntries(Object.entries(RULES).filter(([name]) => name === rule))
  const policy = parsePolicy({ rules: { ...own, [rule]: { ...own[rule], ...settings } } })
  const plant = new Plant(START_MS - policy.baselineMs, { perLine: 3, ...options })
  let last: Finding | undefined
  let breachMinutes: number | null = null
  const outcomes = new Set<string>()
  watchFor(plant, hours, policy, (evidence, nowMs, baseline, watch) => {
    const { findings } = judge({ evidence, watch, baseline, policy, nowMs, failedDevices: [] })
    last = findings.find((finding) => finding.rule === rule)
    if (last !== undefined) outcomes.add(`${last.outcome} ${last.inconclusive ?? ''}`.trim())
    if (last?.outcome === 'breach') breachMinutes ??= (nowMs - START_MS) / MINUTE_MS
  })
  return { last, breachMinutes, outcomes }
}

/** From the update on, on the canaries. */
const onCanaries =
  <Value>(before: Value, after: Value) =>
  (thing: string, atMs: number): Value =>
    thing.endsWith('-0') && atMs > START_MS ? after : before
/** From the update on, on every device of the plant. */
const onAll =
  <Value>(before: Value, after: Value) =>
  (_: string, atMs: number): Value =>
    atMs > START_MS ? after : before

describe('a share', () => {
  it('is healthy where as many fail as ever', () => {
    const { last, breachMinutes } = watched('quality', { passShare: () => 0.99 })
    expect(last).toMatchObject({ metric: 'qualityPassesSharePoints', outcome: 'healthy', limit: 1 })
    expect(breachMinutes).toBeNull()
  })

  it('is a breach where far more fail, of the stage and of one line', () => {
    expect(watched('quality', { passShare: onCanaries(0.99, 0.9) }).last?.outcome).toBe('breach')
    const passShare = (thing: string, atMs: number) => (thing === 'line-3-0' && atMs > START_MS ? 0.84 : 0.99)
    expect(watched('quality', { passShare, perLine: 6 }).last).toMatchObject({ outcome: 'breach', line: 3 })
  })

  it('is common mode where the controls fail as often', () => {
    const { outcomes } = watched('quality', { passShare: onAll(0.99, 0.9) })
    expect(outcomes).toContain('inconclusive common-mode')
    expect(outcomes).not.toContain('breach')
  })

  it('is held no more an hour after the controls have failed as often, and as long as its own is worse', () => {
    const badUntil = (hours: number) => (_: string, atMs: number) =>
      atMs > START_MS && atMs <= START_MS + hours * HOUR_MS ? 0.8 : 0.99
    const seen = watched('quality', { passShare: badUntil(2) }, 4)
    expect(seen.outcomes).toContain('inconclusive common-mode')
    expect(seen.last?.outcome).toBe('healthy')
    const worse = (thing: string, atMs: number) => badUntil(2)(thing, atMs) - onCanaries(0, 0.09)(thing, atMs)
    expect(watched('quality', { passShare: worse }, 4).last?.outcome).toBe('breach')
  })

  it.each([1, 2])('is healthy where stations have bad days of their own, now and before (plant %i)', (seed) => {
    const bad = (thing: string, atMs: number): boolean =>
      seedrandom.alea(`${seed}/${thing}/${Math.floor((atMs - 1) / (24 * HOUR_MS))}`)() < 0.15
    const passShare = (thing: string, atMs: number): number => (bad(thing, atMs) ? 0.9 : 0.99)
    expect(watched('quality', { seed, passShare }, 10).outcomes).not.toContain('breach')
  })

  it('says nothing of a plant that makes no checks', () => {
    expect(watched('quality', {}).last).toBeUndefined()
  })

  it('is not rolled back for a rise that is no more than the limit', () => {
    const outcomes = [1, 2, 3, 4].map((seed) => watched('quality', { seed, passShare: onCanaries(0.99, 0.982) }, 6))
    expect(outcomes.filter(({ breachMinutes }) => breachMinutes !== null)).toHaveLength(0)
  })
})

describe('a mean', () => {
  const torque = (nm: number) => onCanaries([42, 1] as const, [nm, 1] as const)

  it('is healthy where it stays, and a breach where it rises or falls', () => {
    expect(watched('torque', { torque: torque(42) }).outcomes).not.toContain('breach')
    expect(watched('torque', { torque: torque(46) }).last).toMatchObject({
      outcome: 'breach',
      metric: 'torqueNmChangePct',
    })
    expect(watched('torque', { torque: torque(38) }).last).toMatchObject({ outcome: 'breach' })
  })

  it('looks in one direction only where the rule says so', () => {
    const { outcomes } = watched('torque', { torque: torque(38) }, 3, { direction: 'increase' })
    expect([...outcomes]).toEqual(['inconclusive insufficient', 'healthy'])
  })

  it('may have its limit in the unit of the metric', () => {
    expect(watched('torque', { torque: torque(43) }, 3, { limit: 2 }).outcomes).not.toContain('breach')
    expect(watched('torque', { torque: torque(46) }, 3, { limit: 2 }).last).toMatchObject({
      outcome: 'breach',
      metric: 'torqueNmChange',
      observed: expect.closeTo(4, 0),
    })
  })

  it('only holds, or only reports, where the rule says so', () => {
    const held = watched('torque', { torque: torque(46) }, 3, { criticality: 'holds' })
    expect(held.last).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate' })
    expect(watched('torque', { torque: torque(46) }, 3, { criticality: 'dry-run' }).last).toMatchObject({
      isDryRun: true,
    })
  })

  it('does not count what comes before the warm-up is over', () => {
    const warm = (thing: string, atMs: number) =>
      [thing.endsWith('-0') && atMs > START_MS && atMs <= START_MS + 25 * MINUTE_MS ? 60 : 42, 1] as const
    expect(watched('torque', { torque: warm }, 2).outcomes).not.toContain('breach')
    expect(watched('torque', { torque: warm }, 2, { warmUp: '0min' }).outcomes).toContain('breach')
  })
})

describe('a spread', () => {
  it('is found around a mean that stays', () => {
    const jitter = onCanaries([42, 1] as const, [42, 2] as const)
    expect(watched('jitter', { torque: jitter }).last).toMatchObject({
      outcome: 'breach',
      metric: 'torqueNmSpreadChangePct',
    })
    expect(watched('torque', { torque: jitter }).outcomes).not.toContain('breach')
  })

  it('is none where only the mean has changed', () => {
    expect(watched('jitter', { torque: onCanaries([42, 1] as const, [60, 1] as const) }).outcomes).not.toContain(
      'breach',
    )
  })
})

describe('a count', () => {
  it('is a breach where there are far more events than before, unless the controls have as many', () => {
    expect(watched('spatter', { spatter: () => 1 }).outcomes).not.toContain('breach')
    expect(watched('spatter', { spatter: onCanaries(1, 2) }).last).toMatchObject({
      outcome: 'breach',
      metric: 'spatterRatePct',
    })
    expect(watched('spatter', { spatter: onAll(1, 2) }).outcomes).not.toContain('breach')
  })

  it('may look for fewer', () => {
    const settings = { direction: 'decrease' }
    expect(watched('spatter', { spatter: onCanaries(1, 0.3) }, 3, settings).last).toMatchObject({ outcome: 'breach' })
    expect(watched('spatter', { spatter: onCanaries(1, 2) }, 3, settings).outcomes).not.toContain('breach')
  })
})

describe('a trend', () => {
  const rule = { test: 'trend', metric: 'torqueNm', limit: '0.2/h' }
  const rising = (perHour: number, of: (thing: string) => boolean) => (thing: string, atMs: number) =>
    [42 + (of(thing) ? (perHour * Math.max(atMs - START_MS, 0)) / HOUR_MS : 0), 1] as const
  const isCanary = (thing: string): boolean => thing.endsWith('-0')

  it('is found where it is steeper than the limit, up or down as the rule says', () => {
    expect(watched('drift', { torque: rising(0.6, isCanary) }, 6, rule).last).toMatchObject({
      outcome: 'breach',
      metric: 'torqueNmPerHour',
      observed: expect.closeTo(0.6, 1),
    })
    expect(watched('drift', { torque: rising(-0.6, isCanary) }, 6, rule).outcomes).not.toContain('breach')
    const either = { ...rule, direction: 'either' }
    expect(watched('drift', { torque: rising(-0.6, isCanary) }, 6, either).last).toMatchObject({ outcome: 'breach' })
  })

  it('is none where the controls rise as well, and none within the limit', () => {
    expect(watched('drift', { torque: rising(0.6, () => true) }, 6, rule).outcomes).not.toContain('breach')
    expect(watched('drift', { torque: rising(0.1, isCanary) }, 6, rule).outcomes).not.toContain('breach')
  })

  it('of one device has its name', () => {
    const one = (thing: string): boolean => thing === 'line-3-0'
    expect(watched('drift', { torque: rising(2, one) }, 12, rule).last).toMatchObject({ thing: 'line-3-0', line: 3 })
  })
})

describe('data that are missing', () => {
  const gone = onCanaries([42, 1] as const, null)

  it('are a breach where the controls still report them, within the hour', () => {
    const { last, breachMinutes } = watched('torque', { torque: gone })
    expect(last).toMatchObject({ outcome: 'breach', metric: 'linesWithoutData', reason: { code: 'METRIC_MISSING' } })
    expect(breachMinutes).toBeLessThanOrEqual(60)
  })

  it('are stale before that, and common mode where nobody reports', () => {
    const late = (thing: string, atMs: number) =>
      thing.endsWith('-0') && atMs > START_MS + HOUR_MS ? null : ([42, 1] as const)
    const { outcomes, breachMinutes } = watched('torque', { torque: late }, 3)
    expect(outcomes).toContain('healthy')
    expect(breachMinutes).toBeGreaterThan(60)
    expect(watched('torque', { torque: onAll([42, 1] as const, null) }).last).toMatchObject({
      inconclusive: 'common-mode',
    })
  })

  it('hold, or mean nothing, where the rule says so', () => {
    expect(watched('torque', { torque: gone }, 3, { missing: 'holds' }).last).toMatchObject({ outcome: 'inconclusive' })
    const ignored = watched('torque', { torque: gone }, 3, { missing: 'ignored' })
    expect(ignored.last).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
  })
})
