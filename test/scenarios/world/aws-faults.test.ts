import { describe, expect, it } from 'vitest'
import type { Report } from '../../../reports/run/report.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { faultSchema } from '../../../sim/faults/catalogue.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'

const HOUR_MS = 3_600_000

interface Run {
  readonly report: Report
  readonly records: readonly TraceRecord[]
  /** Groups that a deployment was created for, in order. */
  readonly deployed: readonly string[]
  readonly failures: readonly string[]
}

/** The real controller on a small fleet with open gates and a short window. */
async function play(name: string, ...faults: object[]): Promise<Run> {
  const base = findScenario(name)
  const scenario: Scenario = {
    ...base,
    fleet: { lines: 1, devicesPerLine: 20, noise: 'quiet' as const },
    // One canary makes few attempts: for the usual evidence its window would be extended by hours.
    policy: { window: HOUR_MS, gates: 'open', evidence: { connectionMinAttempts: 40 } },
    faults: [...base.faults, ...faults.map((one) => faultSchema.parse(one))],
    expect: {},
  }
  const result = await rehearse(scenario, { seed: 1, level: 'model', untilMs: 48 * HOUR_MS })
  const { records } = result
  return {
    report: conclude(scenario, result),
    records,
    deployed: records.flatMap((record) => (record.kind === 'deployment-created' ? [record.target] : [])),
    failures: [...new Set(records.flatMap((record) => (record.kind === 'handler-failed' ? [record.error] : [])))],
  }
}

const hasActed = ({ records }: Run, kind: string): boolean =>
  records.some((record) => record.kind === 'fault-started' && record.faultKind === kind)

const api = (operation: string) => ({ in: { api: operation } })
const CREATE = api('CreateDeployment')
const TICKS = { in: { detailType: 'Scheduled Event' } }
const ANALYZE = { in: { lambda: 'analyze' } }

/** The error of the function meanwhile; null if the SDK's retries or the controller handled it. */
const FAULTS: readonly (readonly [fault: { kind: string; [key: string]: unknown }, failsWith: string | null])[] = [
  // A bucket of one call, and a start makes two at once: SearchIndex and, for the holdback, DescribeThingGroup. At 1/s it
  // fills within the few seconds in which the SDK and then Lambda try again; with one call in minutes no start succeeds,
  // however often it is tried, as each attempt spends the call on SearchIndex.
  [{ kind: 'api-throttle', in: { service: 'iot' }, rate: '1/s' }, 'ThrottlingException'],
  [{ kind: 'api-throttle', ...CREATE, share: '100 %', for: '40min' }, 'ThrottlingException'],
  [{ kind: 'api-error', in: { service: 'greengrass' }, share: '90 %', from: '11min' }, 'InternalServerException'],
  [{ kind: 'api-error', ...api('PutEvents'), status: 503 }, 'ServiceUnavailable'],
  [{ kind: 'api-error', in: { service: 'dynamodb' }, share: '40 %', for: '4h' }, 'InternalServerError'],
  [{ kind: 'api-conflict', ...CREATE, for: '30min' }, 'ConflictException'],
  // Each of about ten conditional writes of an evaluation may fail: at this share one evaluation in five succeeds.
  [{ kind: 'api-conflict', ...api('PutItem'), share: '15 %' }, 'StaleRollout'],
  [{ kind: 'api-latency', in: { service: 'iot' }, delay: '40s', jitter: '30s' }, null],
  [{ kind: 'api-latency', in: { service: 'dynamodb' }, delay: '10s' }, null],
  [{ kind: 'lost-reply', ...CREATE, for: '1h' }, 'TimeoutError'],
  [{ kind: 'lost-reply', ...CREATE, share: '60 %' }, null],
  [{ kind: 'lost-reply', ...api('PutItem'), share: '30 %' }, 'StaleRollout'],
  [{ kind: 'stale-index', behind: '7min', from: '20min' }, null],
  [{ kind: 'event-lost', ...TICKS, share: '60 %' }, null],
  [{ kind: 'event-lost', in: { detailType: 'Firmware Rollout Stage Passed' } }, null],
  [{ kind: 'event-late', ...TICKS, delay: '4min', jitter: '3min' }, null],
  [{ kind: 'event-duplicated', in: { events: 'all' } }, null],
  [{ kind: 'event-reordered', ...TICKS, within: '8min' }, null],
  ...[5, 8, 9, 10, 11].map(
    (call) => [{ kind: 'lambda-killed', ...ANALYZE, call, share: '60 %' }, 'Runtime.ExitError'] as const,
  ),
  ...[9, 10].map(
    (call) => [{ kind: 'lambda-killed', ...ANALYZE, call, when: 'after', share: '60 %' }, 'Runtime.ExitError'] as const,
  ),
  [{ kind: 'lambda-killed', in: { lambda: 'start' }, call: 12, for: '10500ms', from: '10min' }, 'Runtime.ExitError'],
  [{ kind: 'lambda-timeout', ...ANALYZE, call: 10, share: '60 %' }, 'Sandbox.Timedout'],
  [{ kind: 'late-reports', in: { fleet: 'all' }, delay: '2min', jitter: '2min' }, null],
  [{ kind: 'duplicate-reports', in: { fleet: 'all' }, after: '40s' }, null],
  [{ kind: 'reconnect-storm', in: { fleet: 'all' }, from: '13min', jitter: '1min', every: '20min' }, null],
  [{ kind: 'burst-loss', in: { fleet: 'all' }, share: '5 %', burst: '2min' }, null],
  [{ kind: 'lambda-duplicate', ...ANALYZE }, 'StaleRollout'],
  [{ kind: 'lambda-duplicate', in: { lambda: 'promote' } }, 'StaleRollout'],
  [{ kind: 'lambda-duplicate', in: { lambda: 'start' } }, 'StaleRollout'],
]

describe('a good release is promoted all the same, every stage once', () => {
  it.each(FAULTS)('%j', async (fault, failsWith) => {
    const played = await play('healthy', fault)
    expect(hasActed(played, fault.kind)).toBe(true)
    if (failsWith !== null) expect(played.failures).toContain(failsWith)
    expect(played.report.outcome).toBe('promoted')
    expect(played.deployed).toEqual(['canary', 'early', 'production'])
    expect(played.report.invariants.violated).toEqual([])
  })
})

describe('a bad one is rolled back all the same, once', () => {
  it.each([
    { kind: 'api-throttle', ...CREATE, share: '70 %' },
    { kind: 'api-error', in: { service: 'greengrass' }, share: '50 %' },
    { kind: 'api-conflict', ...api('CancelDeployment') },
    { kind: 'api-error', ...api('CancelDeployment'), for: '1h' },
    { kind: 'lost-reply', ...CREATE, share: '80 %' },
    { kind: 'lost-reply', ...api('PutItem'), share: '30 %' },
    { kind: 'event-lost', ...TICKS, share: '40 %' },
    { kind: 'lambda-killed', ...ANALYZE, call: 9, share: '50 %' },
    { kind: 'lambda-killed', ...ANALYZE, call: 11, when: 'after', share: '50 %' },
    { kind: 'lambda-timeout', ...ANALYZE, call: 10, share: '50 %' },
    { kind: 'lambda-duplicate', ...ANALYZE },
  ])('%j', async (fault) => {
    const played = await play('crash-on-start', fault)
    expect(hasActed(played, fault.kind)).toBe(true)
    expect(played.report.outcome).toBe('rolled-back')
    expect(played.deployed).toEqual(['canary', 'canary'])
    expect(played.report.invariants.violated).toEqual([])
  })
})

it('replies that are lost for hours do not delay the rollout, and no deployment is created twice', async () => {
  const { deployed, report } = await play('healthy', { kind: 'lost-reply', ...CREATE, for: '9h' })
  expect(deployed).toEqual(['canary', 'early', 'production'])
  expect(report.outcome).toBe('promoted')
})
