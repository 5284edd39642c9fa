import { describe, expect, it } from 'vitest'
import { foldReport, type RunSummary } from '../../reports/report.ts'
import { reportSchema } from '../../reports/report-schema.ts'
import { renderSummary } from '../../reports/summary.ts'
import type { TraceEvent, TraceHeader, TraceRecord } from '../../sim/trace-events.ts'

const START_MS = Date.parse('2026-03-02T13:00:00Z')
const MINUTE_MS = 60_000

const header: TraceHeader = {
  schemaVersion: 1,
  scenario: 'tiny',
  story: 'Two lines of three devices.',
  seed: 7,
  level: 'wire',
  connections: 'per-device',
  profile: 'default',
  windowHours: 24,
  startedAtMs: START_MS,
  zone: 'Europe/Berlin',
  release: { version: '2.4.0', replaces: '2.3.1' },
  stages: { canary: ['a1', 'b1'], early: ['a2', 'b2'], production: ['a3', 'b3'] },
  lines: { a1: 1, a2: 1, a3: 1, b1: 2, b2: 2, b3: 2 },
}
const run: RunSummary = {
  endedAtMs: START_MS + 120 * MINUTE_MS,
  wallSeconds: 2,
  evaluations: 2,
  evaluationMs: 60,
  awsCalls: { SearchIndex: 4 },
  messages: { published: 10, delivered: 5 },
  digest: 'a'.repeat(64),
  digestsByHour: ['b'.repeat(64)],
}

/** A trace out of `[minute, event]`. */
const trace = (...events: readonly (readonly [number, TraceEvent])[]): TraceRecord[] =>
  events.map(([minute, event], sequence) => ({ sequence, atMs: START_MS + minute * MINUTE_MS, source: 's', ...event }))

const created = (target: string, version: string, deploymentId = `${target}-${version}`): TraceEvent => ({
  kind: 'deployment-created',
  deploymentId,
  target,
  revisionId: '2',
  jobId: 'j',
  components: { firmware: version },
})
const touched = (thing: string): TraceEvent => ({
  kind: 'component-state',
  thing,
  component: 'firmware',
  version: '2.4.0',
  state: 'NEW',
})
const started = (thing: string, version: string): TraceEvent => ({
  kind: 'firmware-started',
  thing,
  version,
  bootId: 'x',
})
const healthy = (thing: string, version: string): TraceEvent => ({
  kind: 'device-healthy',
  thing,
  version,
  bootId: 'x',
})
const received = (thing: string, deploymentId: string): TraceEvent => ({
  kind: 'deployment-received',
  thing,
  deploymentId,
})
const evaluated = (
  decision: string,
  state: string,
  stage: 'canary' | 'early' | 'production' = 'canary',
): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage,
  state,
  verdict: decision === 'rollback' ? 'breach' : 'healthy',
  decision,
  reason: '',
  findings: [
    {
      rule: 'component-crash',
      metric: 'crashes',
      outcome: 'breach',
      observed: 1,
      baseline: 0,
      limit: 0,
      n: 2,
      line: 2,
    },
  ],
})

const rolledBack = trace(
  [0, created('canary', '2.4.0')],
  [1, touched('a1')],
  [2, touched('b1')],
  [4, started('a1', '2.4.0')],
  [6, started('b1', '2.4.0')],
  [30, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'b1' }],
  [35, created('canary', '2.3.1', 'back')],
  [35, evaluated('rollback', 'rolling-back')],
  [35.5, received('a1', 'back')],
  [36, received('b1', 'back')],
  [38, started('a1', '2.3.1')],
  [38.5, healthy('a1', '2.3.1')],
  [39, started('b1', '2.3.1')],
  [39.5, healthy('b1', '2.3.1')],
  [40, evaluated('confirm', 'rolled-back')],
)

describe('a rollback', () => {
  const report = foldReport(header, rolledBack, run)

  it('is told leg by leg, from the first onset to the last healthy device', () => {
    expect(report.rollback).toEqual({
      legsMinutes: {
        onsetToDetected: 5,
        detectedToReceived: { p50: 0.5, p90: 1, max: 1 },
        receivedToReverted: { p50: 2.5, p90: 3, max: 3 },
        onsetToAllHealthy: 9.5,
      },
      devices: 2,
      failed: 0,
    })
  })

  it('is caught in the highest stage that was deployed, by the rule that decided', () => {
    expect(report).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', falseAlarm: false })
    expect(report.detection).toEqual({
      detected: true,
      at: '2026-03-02T13:35:00.000Z',
      latencyMinutes: 5,
      firstBadLookAt: '2026-03-02T13:35:00.000Z',
      legsMinutes: { onsetToFirstBadLook: 5, firstBadLookToDecision: 0 },
      by: 'component-crash',
      finding: { metric: 'crashes', observed: 1, baseline: 0, limit: 0, line: 2 },
    })
  })

  it('counts exposure per device, from the start of the new firmware to that of the old', () => {
    expect(report.exposure).toEqual({ devices: 2, deviceHours: 1.12, lines: 2 })
    expect(report.stages[0]).toMatchObject({
      updated: 2,
      installedAt: '2026-03-02T13:06:00.000Z',
      rolledBackAt: '2026-03-02T13:35:00.000Z',
      promotedAt: null,
    })
  })

  it('before any fault is a false alarm', () => {
    const early = rolledBack.map((record) =>
      record.kind === 'fault-started' ? { ...record, atMs: START_MS + 50 * MINUTE_MS } : record,
    )
    early.sort((a, b) => a.atMs - b.atMs)
    expect(foldReport(header, early, run).falseAlarm).toBe(true)
    expect(
      foldReport(
        header,
        rolledBack.filter(({ kind }) => kind !== 'fault-started'),
        run,
      ).falseAlarm,
    ).toBe(true)
  })

  it('that a core did by itself counts as reverted when the rollback reached it', () => {
    const itself = trace(
      [0, created('canary', '2.4.0')],
      [1, touched('a1')],
      [3, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'a1' }],
      [4, started('a1', '2.3.1')],
      [5, created('canary', '2.3.1', 'back')],
      [6, received('a1', 'back')],
      [7, healthy('a1', '2.3.1')],
    )
    expect(foldReport(header, itself, run).rollback?.legsMinutes).toMatchObject({
      receivedToReverted: { max: 0 },
      onsetToAllHealthy: 4,
    })
    expect(foldReport(header, itself, run).exposure.devices).toBe(0)
  })

  it('with a device that never came back has no end', () => {
    const lost = rolledBack.filter((record) => !(record.kind === 'device-healthy' && record.thing === 'b1'))
    expect(foldReport(header, lost, run).rollback).toMatchObject({
      failed: 1,
      legsMinutes: { onsetToAllHealthy: null },
    })
  })
})

describe('a promotion', () => {
  it('has a lead time from the canary’s deployment to the last device', () => {
    const events = (['canary', 'early', 'production'] as const).flatMap((stage, index) => [
      [index * 30, created(stage, '2.4.0')] as const,
      ...header.stages[stage].map((thing) => [index * 30 + 3, started(thing, '2.4.0')] as const),
      [
        index * 30 + 25,
        evaluated(index < 2 ? 'promote' : 'complete', index < 2 ? 'waiting' : 'completed', stage),
      ] as const,
    ])
    const report = foldReport(header, trace(...events), run)
    expect(report).toMatchObject({ outcome: 'promoted', caughtIn: null, leadTimeHours: 1.05, rollback: null })
    expect(report.stages.map(({ updated, promotedAt }) => [updated, promotedAt !== null])).toEqual([
      [2, true],
      [2, true],
      [2, true],
    ])
  })
})

describe('an empty trace', () => {
  it('is inconclusive, and everything that did not happen is null', () => {
    expect(foldReport(header, [], run)).toMatchObject({
      outcome: 'inconclusive',
      leadTimeHours: null,
      detection: { detected: false, at: null },
      rollback: null,
      exposure: { devices: 0 },
    })
  })
})

it.each([
  ['a rollback', rolledBack],
  ['nothing', []],
])('the report of %s is as its schema says, and can be read', (_, records) => {
  const expectation = { met: true, failures: [], checked: [] }
  const report = { ...foldReport(header, records, run), expectation, invariants: { checked: ['x'], violated: [] } }
  expect(reportSchema.parse(report)).toEqual(report)
  const lines = renderSummary(report, header.story).split('\n')
  expect(lines.length).toBeLessThan(30)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
})
