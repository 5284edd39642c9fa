import { describe, expect, it } from 'vitest'
import { NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import { NO_PRESENCE } from '../../../controller/evidence/presence.ts'
import { judge } from '../../../controller/judge/judge.ts'
import type { Verdict } from '../../../controller/judge/verdict.ts'
import { FINDING_MESSAGES } from '../../../controller/messages/findings.ts'
import type { Policy } from '../../../controller/policy/policy.ts'
import { baselineOf, HOUR_MS, Plant, type PlantOptions, policyWith, START_MS, watchFor, watchOf } from '../fixtures.ts'

const isCanary = (thing: string): boolean => thing.endsWith('-0')

/** The first breach within some hours of watching, with the hour it came in; null when there was none. */
function firstBreach(options: PlantOptions, hours: number, policy: Policy = policyWith()) {
  let found: { hour: number; verdict: Verdict } | null = null
  watchFor(new Plant(START_MS - 8 * 24 * HOUR_MS, options), hours, policy, (evidence, nowMs, baseline, watch) => {
    if (found !== null) return
    const verdict = judge({ evidence, watch, baseline, policy, nowMs, failedDevices: [] })
    if (verdict.kind === 'breach') found = { hour: (nowMs - START_MS) / HOUR_MS, verdict }
  })
  return found as { hour: number; verdict: Verdict } | null
}

describe('a healthy release', () => {
  it.each([1, 2, 3, 4, 5])('is not breached in 24 hours of evaluations (plant %i)', (seed) => {
    expect(firstBreach({ seed }, 24)).toBeNull()
  })

  it('is rolled back by the raw thresholds, which is what the evidence rules are for', () => {
    expect(firstBreach({ seed: 1 }, 24, policyWith({ profile: 'raw-thresholds' }))).not.toBeNull()
  })

  it('is judged healthy, with every rule’s finding in numbers', () => {
    let last: Verdict | null = null
    watchFor(new Plant(START_MS - 8 * 24 * HOUR_MS), 3, policyWith(), (evidence, nowMs, baseline, watch) => {
      last = judge({ evidence, watch, baseline, policy: policyWith(), nowMs, failedDevices: [] })
    })
    const verdict = last as Verdict | null
    expect(verdict?.kind).toBe('healthy')
    expect(verdict?.findings.map(({ rule }) => rule)).toEqual([
      'component-crash',
      'deployment-failure',
      'silent-fallback',
      'lost-device',
      'connection-failure',
      'connection-loss',
      'cycle-time',
      'error-rate',
      'output',
      'memory-leak',
      'spill-over',
    ])
    for (const finding of verdict?.findings ?? []) {
      expect(Object.keys(FINDING_MESSAGES)).toContain(finding.reason.code)
      expect(finding.stratum).toBe('second/weekday')
    }
  })

  it('is not breached by a slowdown of the whole plant, which the controls share', () => {
    expect(firstBreach({ slowdown: (_, atMs) => (atMs > START_MS + HOUR_MS ? 1.3 : 1) }, 4)).toBeNull()
  })

  it('is not breached by a network that fails everywhere', () => {
    expect(firstBreach({ failureShare: (_, atMs) => (atMs > START_MS + HOUR_MS ? 0.1 : 0.005) }, 4)).toBeNull()
  })
})

describe('a bad release', () => {
  const after = (hours: number, value: number) => (thing: string, atMs: number) =>
    isCanary(thing) && atMs > START_MS + hours * HOUR_MS ? value : 1

  it('that is 15 % slower is found within two hours of slowing down', () => {
    const breach = firstBreach({ slowdown: after(12, 1.15) }, 16)
    expect(breach?.verdict.findings[0]).toMatchObject({ rule: 'cycle-time', outcome: 'breach' })
    expect(breach?.hour).toBeGreaterThan(12)
    expect(breach?.hour).toBeLessThan(14)
  })

  it('that errs twice as often is found within a shift', () => {
    const breach = firstBreach({ errorFactor: after(0, 2) }, 8)
    expect(breach?.verdict.findings[0]?.rule).toBe('error-rate')
  })

  it('that loses 6 % of its connections is found within two hours', () => {
    const breach = firstBreach({ failureShare: (thing, atMs) => (after(0, 2)(thing, atMs) === 2 ? 0.06 : 0.005) }, 2)
    expect(breach?.verdict.findings[0]?.rule).toBe('connection-failure')
  })

  it('that grazes the cycle time limit from below is not breached', () => {
    expect(firstBreach({ slowdown: after(0, 1.07) }, 6)).toBeNull()
  })
})

describe('single devices', () => {
  const policy = policyWith()

  it('breach by one crash, also one that a restart has hidden', () => {
    const plant = new Plant(START_MS - 8 * 24 * HOUR_MS)
    let crashedAt = 0
    let kind = ''
    watchFor(plant, 2, policy, (evidence, nowMs, baseline, watch) => {
      const verdict = judge({ evidence, watch, baseline, policy, nowMs, failedDevices: [] })
      if (crashedAt > 0 && kind === '')
        kind = `${verdict.kind} ${verdict.findings[0]?.rule} ${verdict.findings[0]?.things?.first}`
      if (nowMs === START_MS + HOUR_MS) {
        plant.crash('line-4-0')
        crashedAt = nowMs
      }
    })
    expect(kind).toBe('breach component-crash line-4-0')
  })

  it('breach by a failed deployment, and by two that fell silent', () => {
    const plant = new Plant(START_MS - 8 * 24 * HOUR_MS)
    const baseline = baselineOf(plant, policy)
    const watch = watchOf(plant)
    const failed = judge({
      evidence: NO_EVIDENCE,
      watch,
      baseline,
      policy,
      nowMs: START_MS,
      failedDevices: [{ thing: 'line-1-0', status: 'FAILED' }],
    })
    expect(failed.findings[0]).toMatchObject({ rule: 'deployment-failure', outcome: 'breach', lines: { first: [1] } })
    const member = {
      bootIdBefore: 'a',
      firstSeenSequence: 1,
      exposureMs: 0,
      crashes: 0,
      crashCounter: 0,
      hasFallenBack: false,
    }
    const silent = { ...member, installedAtMs: START_MS, heardAtMs: START_MS }
    const nowMs = START_MS + HOUR_MS
    const heard = { ...member, installedAtMs: START_MS, heardAtMs: nowMs }
    const members = Object.fromEntries(watch.members.map((thing, i) => [thing, i < 2 ? silent : heard]))
    const up = watch.members.map((thing) => ({
      line: watch.lineOf[thing] as number,
      peers: { of: 19, away: 0, down: 0 },
    }))
    const presence = { ...NO_PRESENCE, lines: up, observedMs: 323 * HOUR_MS }
    const evidence = { ...NO_EVIDENCE, members, presence }
    const lost = judge({ evidence, watch, baseline, policy, nowMs, failedDevices: [] })
    expect(lost.findings[0]).toMatchObject({ rule: 'lost-device', outcome: 'breach', observed: 2 })
    const away = up.map(({ line }) => ({ line, peers: { of: 19, away: 19, down: 19 } }))
    const common = { ...evidence, presence: { ...presence, lines: away } }
    expect(judge({ evidence: common, watch, baseline, policy, nowMs, failedDevices: [] }).kind).toBe('inconclusive')
  })

  it('no data at all is inconclusive, never healthy', () => {
    const plant = new Plant(START_MS - 8 * 24 * HOUR_MS)
    const one = {
      evidence: NO_EVIDENCE,
      watch: watchOf(plant),
      baseline: baselineOf(plant, policy),
      policy,
      nowMs: START_MS,
    }
    expect(judge({ ...one, failedDevices: [] }).kind).toBe('inconclusive')
  })
})
