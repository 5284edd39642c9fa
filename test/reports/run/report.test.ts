import { describe, expect, it } from 'vitest'
import { renderRunPage } from '../../../reports/html/run-page.ts'
import { textOf } from '../../../reports/messages/registry.ts'
import { foldReport, type Report } from '../../../reports/run/report.ts'
import { reportSchema } from '../../../reports/run/report-schema.ts'
import { renderJunit } from '../../../reports/text/junit.ts'
import { renderMarkdown } from '../../../reports/text/markdown.ts'
import { markdownText } from '../../../reports/text/markdown-text.ts'
import { renderSummary } from '../../../reports/text/summary.ts'
import type { TraceEvent, TraceRecord } from '../../../sim/kernel/trace-events.ts'
import {
  created,
  evaluated,
  header,
  healthy,
  installed,
  MINUTE_MS,
  notified,
  published,
  received,
  rolledBack,
  rolloutStarted,
  run,
  START_MS,
  started,
  trace,
} from '../fixtures.ts'

describe('a rollback', () => {
  const report = foldReport(header, rolledBack, run)

  it('is reported leg by leg, from the first onset to the last healthy device', () => {
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
      firstBadEvaluationAt: '2026-03-02T13:35:00.000Z',
      legsMinutes: { onsetToFirstBadEvaluation: 5, firstBadEvaluationToDecision: 0 },
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

  it('is judged by the faults of the release alone, whatever else befell a device before', () => {
    const foreign = (over: object) =>
      trace([2, { kind: 'fault-started', fault: 7, faultKind: 'offline', thing: 'a1', ...over } as TraceEvent])
    for (const other of [{}, { firmware: '2.3.1' }]) {
      const with_ = foldReport(header, [...foreign(other), ...rolledBack], run)
      expect(with_.rollback).toEqual(report.rollback)
      expect(with_.detection).toEqual(report.detection)
      expect(with_.faults.map(({ kind, ofRelease }) => [kind, ofRelease])).toEqual([
        ['offline', false],
        ['crash', true],
      ])
      const alone = rolledBack.filter(({ kind }) => kind !== 'fault-started')
      const without = foldReport(header, [...foreign(other), ...alone], run)
      expect(without).toMatchObject({ falseAlarm: true, detection: { latencyMinutes: null } })
      expect(without.rollback?.legsMinutes).toMatchObject({ onsetToDetected: null, onsetToAllHealthy: null })
    }
    const deployment = foldReport(header, [...foreign({ ofDeployment: true }), ...rolledBack], run)
    expect(deployment.rollback?.legsMinutes.onsetToDetected).toBe(33)
  })

  it('where a client from outside may be the cause is no false alarm, and not none: it is undecided', () => {
    const client = { by: 'access-key', id: 'AKIDEXAMPLE' } as const
    const withoutFault = rolledBack.filter(({ kind }) => kind !== 'fault-started')
    const falseAlarmWith = (code: string, minute: number) => {
      const [deed] = trace([minute, { kind: 'intervention', code, data: { client } }]) as [TraceRecord]
      const records = [...withoutFault, deed].sort((a, b) => a.atMs - b.atMs)
      return foldReport(header, records, run).falseAlarm
    }
    expect(falseAlarmWith('AWS_OPERATION_CALLED', 1)).toBeNull()
    expect(falseAlarmWith('MESSAGE_TAKEN', 1)).toBeNull()
    expect(falseAlarmWith('CONNECTION_TAKEN_OVER', 1)).toBeNull()
    expect(falseAlarmWith('FUNCTION_INVOKED', 1)).toBeNull()
    expect(falseAlarmWith('OPERATION_INVOKED', 1)).toBe(true)
    expect(falseAlarmWith('AWS_OPERATION_CALLED', 110)).toBe(true)
    const [deed] = trace([1, { kind: 'intervention', code: 'AWS_OPERATION_CALLED', data: { client } }]) as [TraceRecord]
    expect(foldReport(header, [deed, ...rolledBack], run).falseAlarm).toBe(false)
  })

  it('is no rollback when a client from outside deployed the old version', () => {
    const client = { by: 'access-key', id: 'AKIDEXAMPLE' } as const
    const foreign = rolledBack.map((record) =>
      record.kind === 'deployment-created' && Object.values(record.components).includes('2.3.1')
        ? { ...record, client }
        : record,
    )
    const folded = foldReport(header, foreign, run)
    expect([folded.rollback, folded.falseAlarm, folded.stages[0]?.rolledBackAt]).toEqual([null, false, null])
  })

  it('that a core did by itself counts as reverted when the rollback reached it', () => {
    const itself = trace(
      [0, created('canary', '2.4.0')],
      [1, installed('a1')],
      [3, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'a1', firmware: '2.4.0' }],
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
      ...(header.stages[stage] ?? []).map((thing) => [index * 30 + 3, started(thing, '2.4.0')] as const),
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
  const report = {
    ...foldReport(header, records, run),
    expectation,
    invariants: { checked: ['X'], violated: [], undecided: [] },
  }
  expect(reportSchema.parse(report)).toEqual(report)
  const lines = renderSummary(report, header.story).split('\n')
  expect(lines.length).toBeLessThan(30)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
})

describe('a run in which on-call was notified', () => {
  const closed = (records: ReturnType<typeof trace>): Report => ({
    ...foldReport(header, records, run),
    expectation: { met: true, failures: [], checked: [] },
    invariants: { checked: [], violated: [], undecided: [] },
  })
  const all = (records: ReturnType<typeof trace>): readonly string[] => {
    const report = closed(records)
    return [
      renderSummary(report, header.story),
      renderMarkdown(report, [], header.story, 'c'),
      renderRunPage(report, header, records),
    ]
  }

  it('has the time and the reason in every report', () => {
    const records = trace(
      [7, notified({ stage: '<canary>' })],
      [8, published('of another service')],
      [9, published('a subject', 'OWN_CODE')],
      [10, published(null, 'BARE_CODE')],
    )
    expect(reportSchema.parse(closed(records)).notifications).toEqual([
      {
        at: '2026-03-02T13:07:00.000Z',
        code: 'EXAMPLE',
        data: { stage: '<canary>' },
        text: 'EXAMPLE {"stage":"<canary>"}',
      },
      { at: '2026-03-02T13:09:00.000Z', code: 'OWN_CODE', data: null, text: 'a subject' },
      { at: '2026-03-02T13:10:00.000Z', code: 'BARE_CODE', data: null, text: 'BARE_CODE' },
    ])
    const [summary, markdown, page] = all(records)
    const rows = ['03-02 13:07 UTC, EXAMPLE', '03-02 13:09 UTC, OWN_CODE', '03-02 13:10 UTC, BARE_CODE']
    expect(summary).toContain(rows.map((row) => `  notified      ${row}\n`).join(''))
    expect(markdown).toContain(
      '- notified: 03-02 13:07, EXAMPLE: EXAMPLE {"stage":"&lt;canary&gt;"}\n- notified: 03-02 13:09, OWN_CODE: a subject\n',
    )
    expect(page).toContain(
      '<li>2026-03-02T13:07:00.000Z EXAMPLE: EXAMPLE {&quot;stage&quot;:&quot;&lt;canary&gt;&quot;}</li>',
    )
    expect(page?.match(/class="mark on-call"/g)).toHaveLength(1)
  })

  it('does not mention it otherwise', () => {
    expect(closed(trace())).not.toHaveProperty('notifications')
    for (const text of all(trace())) expect(text).not.toMatch(/notified|class="mark on-call"/)
  })
})

describe('a run with interventions', () => {
  const COMMAND = 'rehearse run tiny --seed 7'
  const closed = (records: ReturnType<typeof trace>): Report => ({
    ...foldReport(header, records, run),
    expectation: { met: true, failures: [], checked: [] },
    invariants: { checked: ['X'], violated: [{ code: 'X', data: {}, text: 'is violated' }], undecided: [] },
  })
  const data = { spec: { kind: 'crash', in: { line: 7 } } }
  const request = { operation: 'abort', actor: '<jo>' }
  const fault = textOf({ code: 'FAULT_INJECTED', data })
  const call = textOf({ code: 'EXAMPLE', data: request })
  const changed = trace(
    [7, { kind: 'intervention', code: 'FAULT_INJECTED', data }],
    [9, { kind: 'intervention', code: 'EXAMPLE', data: request }],
  )
  const all = (records: typeof changed): readonly string[] => {
    const report = closed(records)
    return [
      renderSummary(report, header.story),
      renderMarkdown(report, [], header.story, COMMAND),
      renderJunit(report, COMMAND),
      renderRunPage(report, header, records),
    ]
  }

  it('names them in every report, since its command does not reproduce it', () => {
    const report = closed(changed)
    expect(reportSchema.parse(report).interventions).toEqual([
      { at: '2026-03-02T13:07:00.000Z', code: 'FAULT_INJECTED', data, text: fault },
      { at: '2026-03-02T13:09:00.000Z', code: 'EXAMPLE', data: request, text: call },
    ])
    const [summary, markdown, junit, page] = all(changed)
    const text = '2; this run cannot be reproduced from its seed alone'
    expect(summary).toContain(`  interventions ${text}\n    03-02 13:07 ${fault}\n    03-02 13:09 ${call}\n`)
    expect(markdown).toContain(
      `### Interventions\n\n${text}:\n\n- 03-02 13:07 ${fault}\n- 03-02 13:09 ${markdownText(call)}\n`,
    )
    expect(markdown).toContain(`### Reproduce, without interventions\n\n\`\`\`sh\n${COMMAND}\n`)
    expect(junit?.match(/rehearse run tiny --seed 7 # without the interventions/g)).toHaveLength(3)
    expect(page).toContain(`interventions: ${text}`)
    expect(page).toContain('&lt;jo&gt;')
  })

  it('does not mention it otherwise', () => {
    expect(closed(trace())).not.toHaveProperty('interventions')
    for (const text of all(trace())) expect(text).not.toMatch(/ntervention|without|reproduced/)
  })
})

it('has the smallest effects that the windows can detect, as the controller computed them at the start', () => {
  const { smallestEffects } = foldReport(header, trace([0, rolloutStarted('migration')], [1, rolloutStarted()]), run)
  expect(smallestEffects).toHaveLength(3)
  expect(smallestEffects[1]).toEqual({
    metric: 'cycleTimeIncreasePct',
    observed: 27,
    reason: { code: 'EXAMPLE', data: { stage: 'early' }, text: 'EXAMPLE {"stage":"early"}' },
  })
  expect(foldReport(header, [], run).smallestEffects).toEqual([])
})
