import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { faultSchema } from '../../sim/faults/catalogue.ts'
import { expectSame } from '../scenarios/world/both-levels.ts'

const HOUR_MS = 3_600_000

/** Every fault of the network, of AWS and of Lambda, a few at a time; those of devices are in equivalence.test.ts. */
const TOGETHER: Readonly<Record<string, readonly object[]>> = {
  'throttles, lost replies and dying functions': [
    { kind: 'api-throttle', in: { api: 'SearchIndex' }, share: '50 %' },
    { kind: 'lost-reply', in: { api: 'CreateDeployment' }, for: '30min' },
    { kind: 'lambda-killed', in: { lambda: 'analyze' }, call: 8, when: 'after', share: '30 %' },
    { kind: 'event-duplicated', in: { events: 'all' }, share: '30 %' },
  ],
  'errors, latency, a stale index and invocations at once': [
    { kind: 'api-error', in: { service: 'dynamodb' }, status: 503, share: '20 %', from: '11min' },
    { kind: 'api-error', in: { api: 'CreateDeployment' }, for: '20min' },
    { kind: 'api-latency', in: { service: 'iot' }, delay: '20s', jitter: '20s' },
    { kind: 'api-conflict', in: { api: 'PutItem' }, share: '20 %', from: '11min' },
    { kind: 'stale-index', behind: '7min', from: '20min' },
    { kind: 'lambda-duplicate', in: { lambda: 'analyze' }, share: '40 %' },
    { kind: 'lambda-timeout', in: { lambda: 'analyze' }, call: 6, share: '10 %' },
    { kind: 'event-late', in: { events: 'all' }, delay: '2min', jitter: '2min', share: '50 %' },
  ],
  'somebody is called, while notifications are throttled and their replies lost': [
    { kind: 'wrong-group', device: 'line-01-03', group: 'canary', move: true, at: '40min', for: '20min' },
    { kind: 'api-throttle', in: { service: 'sns' }, share: '100 %', for: '1h' },
    { kind: 'lost-reply', in: { api: 'Publish' }, from: '1h', for: '30min' },
  ],
  'burst loss, late and duplicated reports, a storm and a partition': [
    { kind: 'burst-loss', in: { line: 1 }, share: '20 %', burst: '4min', for: '2h' },
    { kind: 'late-reports', in: { fleet: 'all' }, delay: '2min', jitter: '2min', from: '30min', for: '1h' },
    { kind: 'duplicate-reports', in: { fleet: 'all' }, after: '20s', share: '50 %' },
    { kind: 'reconnect-storm', in: { fleet: 'all' }, from: '13min', jitter: '20s', every: '45min' },
    { kind: 'offline', in: { line: 1 }, from: '58min', for: '10min' },
    { kind: 'event-reordered', in: { detailType: 'Scheduled Event' }, within: '6min' },
    { kind: 'event-lost', in: { detailType: 'Scheduled Event' }, share: '20 %' },
  ],
}

describe('wire and model decide the same under faults of the network, of AWS and of Lambda', () => {
  it.each(Object.keys(TOGETHER))('%s', async (name) => {
    const base = findScenario('healthy')
    const faults = (TOGETHER[name] ?? []).map((fault) => faultSchema.parse(fault))
    const fleet = { lines: 1, devicesPerLine: 10, noise: 'quiet' as const }
    const scenario: Scenario = { ...base, fleet, policy: { window: HOUR_MS, gates: 'open' }, faults, expect: {} }
    const report = await expectSame(scenario, { untilMs: 4 * HOUR_MS })
    expect(new Set(report.faults.map(({ kind }) => kind))).toEqual(new Set(faults.map(({ kind }) => kind)))
  })
})
