import { describe, expect, it } from 'vitest'
import { mostAffected } from '../../../reports/run/most-affected.ts'
import { type DeviceTimeline, foldTimelines } from '../../../reports/run/timeline.ts'
import { renderTimeline, TIMELINE_COLUMNS, timelineRow } from '../../../reports/text/timeline-text.ts'
import type { TraceEvent, TraceRecord } from '../../../sim/kernel/trace-events.ts'
import {
  created,
  evaluated,
  header,
  healthy,
  installed,
  MINUTE_MS,
  REASON,
  received,
  START_MS,
  started,
  trace,
} from '../fixtures.ts'

const fault = (thing: string): TraceEvent => ({ kind: 'fault-started', fault: 0, faultKind: 'crash', thing })
const crashed = (thing: string): TraceEvent => ({ kind: 'firmware-crashed', thing, version: '2.4.0', reason: REASON })
const of = (thing: string, records: readonly TraceRecord[]): DeviceTimeline =>
  foldTimelines(header, records).find((one) => one.thing === thing) as DeviceTimeline
const minute = (atMs: number | null | undefined): number | null =>
  atMs === null || atMs === undefined ? null : (atMs - START_MS) / MINUTE_MS

const whole = trace(
  [-5, started('a1', '2.3.1')],
  [-4, healthy('a1', '2.3.1')],
  [0, created('canary', '2.4.0')],
  [1, received('a1', 'canary-2.4.0')],
  [2, installed('a1')],
  [4, started('a1', '2.4.0')],
  [5, healthy('a1', '2.4.0')],
  [30, crashed('a1')], // a fault that begins with its symptom stands after it in the trace
  [30, fault('a1')],
  [31, started('a1', '2.4.0')],
  [35, created('canary', '2.3.1', 'back')],
  [35, evaluated('rollback', 'rolling-back')],
  [36, received('a1', 'back')],
  [38, started('a1', '2.3.1')],
  [39, healthy('a1', '2.3.1')],
  [50, started('a1', '2.3.1')],
)

describe('the timeline of a device', () => {
  it('goes from the deployment to health, and what came before the release is not in it', () => {
    const { firstSign, ...one } = of('a1', whole)
    const minutes = Object.fromEntries(
      Object.entries(one).flatMap(([key, value]) => (key.endsWith('AtMs') ? [[key, minute(value as number)]] : [])),
    )
    expect(minutes).toEqual({
      receivedAtMs: 1,
      startedAtMs: 4,
      onsetAtMs: 30,
      crashedAtMs: 30,
      rollbackReceivedAtMs: 36,
      revertedAtMs: 38,
      healthyAtMs: 39,
    })
    expect(firstSign).toEqual({ atMs: START_MS + 30 * MINUTE_MS, kind: 'crash', reason: REASON })
    expect(one).toMatchObject({ line: 1, stage: 'canary', faultKind: 'crash' })
  })

  it('takes no sign from before the onset, and one from an evaluation with a finding of its line', () => {
    const records = trace(
      [10, crashed('b1')],
      [20, fault('b1')],
      [20, fault('a1')],
      [25, evaluated('rollback', 'rolling-back')], // its finding is a breach on line 2
    )
    expect(of('b1', records).firstSign).toMatchObject({
      atMs: START_MS + 25 * MINUTE_MS,
      kind: 'finding',
      finding: { rule: 'component-crash', line: 2 },
    })
    expect(renderTimeline(of('b1', records), header.zone)).toContain('component-crash: crashes 1, limit 0, line 2')
    expect(of('a1', records).firstSign).toBeNull()
    expect(of('b2', records).firstSign).toBeNull()
  })

  it('is shown moment by moment, in the zone of the plant', () => {
    expect(renderTimeline(of('a1', whole), header.zone).split('\n')).toEqual([
      'A1: line 1, canary',
      '  time (Europe/Berlin)  moment               detail          after',
      '  2026-03-02 14:01:00   deployment received',
      '  2026-03-02 14:04:00   firmware started                  +3.0 min',
      '  2026-03-02 14:30:00   fault onset          crash       +26.0 min',
      '  2026-03-02 14:30:00   crashed                           +0.0 min',
      '  2026-03-02 14:30:00   first sign           EXAMPLE {}   +0.0 min',
      '  2026-03-02 14:36:00   rollback received                 +6.0 min',
      '  2026-03-02 14:38:00   reverted                          +2.0 min',
      '  2026-03-02 14:39:00   healthy again                     +1.0 min',
    ])
    expect(renderTimeline(of('a3', whole), header.zone)).toContain('neither the release nor a fault reached it')
    expect(timelineRow(of('a1', whole))).toHaveLength(TIMELINE_COLUMNS.length)
    expect(timelineRow(of('a1', whole)).slice(0, 4)).toEqual(['a1', 'crash', '03-02 13:01:00', '03-02 13:04:00'])
  })
})

it('the most affected devices are the lost, the crashed, the faulty, and then the slow', () => {
  const reached = (thing: string, minutes: number): (readonly [number, TraceEvent])[] => [
    [1, received(thing, 'canary-2.4.0')],
    [minutes, started(thing, '2.4.0')],
  ]
  const records = trace(
    [0, created('canary', '2.4.0')],
    ...reached('a1', 3),
    ...reached('b1', 9),
    ...reached('a2', 2),
    ...reached('b2', 2),
    ...reached('a3', 2),
    [20, fault('a2')],
    [21, crashed('b2')],
    [30, created('canary', '2.3.1', 'back')],
    [31, received('a3', 'back')],
  )
  const names = (limit: number): string[] =>
    mostAffected(foldTimelines(header, records), limit).map(({ thing }) => thing)
  expect(names(9)).toEqual(['a3', 'b2', 'a2', 'b1', 'a1'])
  expect(names(2)).toEqual(['a3', 'b2'])
})
