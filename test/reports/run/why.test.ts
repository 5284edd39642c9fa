import { describe, expect, it } from 'vitest'
import { evaluationsRange, foldWhy } from '../../../reports/run/why.ts'
import { renderWhy } from '../../../reports/text/why-text.ts'
import type { TraceEvent, TraceFinding } from '../../../sim/kernel/trace-events.ts'
import {
  header,
  MINUTE_MS,
  notified,
  published,
  REASON,
  rolloutStarted,
  START_MS,
  started,
  trace,
} from '../fixtures.ts'

const finding = (rule: string, outcome: string, observed: number | null, over: Partial<TraceFinding> = {}) => ({
  rule,
  metric: `${rule}Pct`,
  outcome,
  observed,
  baseline: 0.5,
  limit: 2,
  n: 100,
  reason: { code: 'EXAMPLE', data: { rule, observed } },
  ...over,
})
const evaluation = (over: Partial<Extract<TraceEvent, { kind: 'evaluated' }>>): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage: 'canary',
  state: 'soaking',
  verdict: 'healthy',
  decision: 'wait',
  reason: REASON,
  findings: [finding('error-rate', 'healthy', 1)],
  ...over,
})

const records = trace(
  [0, rolloutStarted('migration')],
  [0, rolloutStarted()],
  [0, evaluation({ handler: 'schedule', state: 'waiting', verdict: 'none', findings: [] })],
  [0, evaluation({ state: 'deploying', verdict: 'none', decision: 'deploy', findings: [] })],
  [4, started('a1', '2.4.0')],
  [5, started('b1', '2.4.0')],
  [10, evaluation({ decision: 'soak' })],
  [12, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'b1' }],
  [
    70,
    evaluation({
      findings: [
        finding('error-rate', 'healthy', 1),
        finding('cycle-time', 'healthy', 0.5, { line: 1 }),
        finding('cycle-time', 'inconclusive', 2.5, { line: 2, interval: { low: 1.234, high: null } }),
        finding('cycle-time', 'healthy', 1.5),
      ],
    }),
  ],
  [75, evaluation({})],
  [80, { kind: 'firmware-crashed', thing: 'b1', version: '2.4.0', reason: REASON }],
  [82, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'a1' }],
  [85, evaluation({ state: 'rolling-back', verdict: 'breach', decision: 'rollback' })],
  [85, evaluation({ handler: 'promote', verdict: 'none', findings: [] })],
  [88, started('a1', '2.3.1')],
  [90, evaluation({ state: 'rolled-back', verdict: 'none', decision: 'confirm', findings: [] })],
)
const why = (minute: number) => foldWhy(header, records, START_MS + minute * MINUTE_MS)

describe('the evaluation before an instant', () => {
  it('has its place in the rollout', () => {
    expect(why(73)).toMatchObject({
      evaluation: { atMs: START_MS + 70 * MINUTE_MS },
      soakedMs: 60 * MINUTE_MS,
      sinceDecisionMs: 60 * MINUTE_MS,
    })
    expect(why(3)).toMatchObject({ evaluation: { decision: 'deploy' }, soakedMs: null, sinceDecisionMs: null })
  })

  it('has its findings by rule, the worst first', () => {
    expect(
      why(70)?.rules.map(({ rule, findings }) => [rule, ...findings.map(({ outcome, line }) => `${outcome} ${line}`)]),
    ).toEqual([
      ['cycle-time', 'inconclusive 2', 'healthy 1', 'healthy undefined'],
      ['error-rate', 'healthy undefined'],
    ])
  })

  it('has the ground truth of its time, without what came later', () => {
    expect(why(75)?.truth).toEqual({
      faults: [{ kind: 'crash', onsetAtMs: START_MS + 12 * MINUTE_MS, devices: 1, ofDevices: 2 }],
      devicesOnRelease: 2,
      crashes: 0,
    })
    expect(why(90)?.truth).toMatchObject({ faults: [{ devices: 2 }], devicesOnRelease: 1, crashes: 1 })
    expect(why(10)?.truth.faults).toMatchObject([{ devices: 0, ofDevices: 2 }])
  })

  it('is followed by the next that concluded otherwise, and the first breach', () => {
    expect(why(70)).toMatchObject({ nextChange: { decision: 'rollback' }, firstBreach: { decision: 'rollback' } })
    expect(why(3)).toMatchObject({ nextChange: { decision: 'soak' }, firstBreach: { decision: 'rollback' } })
    expect(why(90)).toMatchObject({ nextChange: null, firstBreach: { decision: 'rollback' } })
  })

  it('is the one with a decision, when there were several at one instant', () => {
    expect(why(85)).toMatchObject({ evaluation: { decision: 'rollback' }, simultaneous: [{ handler: 'promote' }] })
    expect(why(0)).toMatchObject({ evaluation: { decision: 'deploy' }, simultaneous: [{ handler: 'schedule' }] })
  })

  it('has the notifications since the evaluation before, and none of later', () => {
    const paused = trace(
      [70, evaluation({})],
      [70, notified({ n: 1 })],
      [74.9, notified({ n: 2 })],
      [75, evaluation({ decision: 'pause' })],
      [75, notified({ n: 3 })],
      [75, published('of another service')],
      [76, notified({ n: 4 })],
      [80, evaluation({})],
    )
    const found = foldWhy(header, paused, START_MS + 75 * MINUTE_MS)
    expect(found?.notifications.map(({ data }) => data)).toEqual([{ n: 2 }, { n: 3 }])
    expect(renderWhy(found as NonNullable<typeof found>, header)).toContain(
      '\n  notified  EXAMPLE: EXAMPLE {"n":2}\n  notified  EXAMPLE: EXAMPLE {"n":3}\n',
    )
    expect(why(75)?.notifications).toEqual([])
  })

  it('has the smallest effects that the window of its stage can detect, from the start of the firmware', () => {
    const effects = (one: ReturnType<typeof why>) => one?.smallestEffects.map(({ reason }) => reason?.data)
    expect(effects(why(70))).toEqual([{ stage: 'canary' }])
    const early = trace([0, rolloutStarted()], [1, evaluation({ stage: 'early' })])
    expect(effects(foldWhy(header, early, START_MS + MINUTE_MS))).toEqual([{ stage: 'early' }])
    const migration = trace([0, rolloutStarted('migration')], [1, evaluation({})])
    expect(effects(foldWhy(header, migration, START_MS + MINUTE_MS))).toEqual([])
  })

  it('is nothing before the first', () => {
    expect(why(-1)).toBeNull()
    expect(evaluationsRange(records)).toEqual({ firstMs: START_MS, lastMs: START_MS + 90 * MINUTE_MS })
    expect(evaluationsRange([])).toBeNull()
  })
})

it('reads as a page', () => {
  expect(renderWhy(why(73) as NonNullable<ReturnType<typeof why>>, header)).toMatchInlineSnapshot(`
    "TINY, evaluation of 2026-03-02 15:10:00 (Europe/Berlin), 70.0 min after the start
      state     canary: soaking (60.0 min since the last decision; 60.0 min of the 24 h window have elapsed)
      verdict   healthy
      decision  wait: EXAMPLE {}

      rule        metric         outcome       where   observed     interval  limit  baseline    n
      cycle-time  cycle-time, %  inconclusive  line 2       2.5  [1.23, ...)      2       0.5  100
                  cycle-time, %  healthy       line 1       0.5            -      2       0.5  100
                  cycle-time, %  healthy       stage        1.5            -      2       0.5  100
      error-rate  error-rate, %  healthy       stage          1            -      2       0.5  100

        EXAMPLE {"rule":"cycle-time","observed":2.5}
        EXAMPLE {"rule":"cycle-time","observed":1.5}
        EXAMPLE {"rule":"error-rate","observed":1}

      power     EXAMPLE {"stage":"canary"}
      truth     crash began at 2026-03-02 14:12:00, 58.0 min before, on 1 of 2 devices so far
                2 devices on 2.4.0; 0 crashes of it so far
      next      2026-03-02 15:25:00 breach, rollback: EXAMPLE {}"
  `)
})

it.each([
  [73, 'canary: soaking (60.0 min since the last decision; 60.0 min of the 24 h window have elapsed)'],
  [10, 'canary: soaking (entered now; previous state lasted 10.0 min; 0.0 min of the 24 h window have elapsed)'],
  [85, 'canary: rolling back (entered now; previous state lasted 75.0 min)'],
])('shows the state at minute %i', (minute, text) => {
  expect(renderWhy(why(minute) as NonNullable<ReturnType<typeof why>>, header)).toContain(`\n  state     ${text}\n`)
})
