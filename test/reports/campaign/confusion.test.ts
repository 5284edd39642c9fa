import { describe, expect, it } from 'vitest'
import { foldCell } from '../../../reports/campaign/comparison.ts'
import { foldConfusion } from '../../../reports/campaign/confusion.ts'
import { judgementOf } from '../../../reports/campaign/judgement.ts'
import type { Variant } from '../../../reports/campaign/variant.ts'
import type { Report, ReportOutcome } from '../../../reports/run/report.ts'
import { foldReport } from '../../../reports/run/report.ts'
import { isWorthShowing, renderConfusion } from '../../../reports/text/confusion-text.ts'
import { header, MINUTE_MS, run, START_MS } from '../fixtures.ts'

const empty = foldReport(header, [], run)
const time = (minute: number): string => new Date(START_MS + minute * MINUTE_MS).toISOString()

/** A run with faults begun at these minutes, by kind, and the minute of its rollback. */
function report(outcome: ReportOutcome, onsets: Readonly<Record<string, number>> = {}, detected?: number): Report {
  return {
    ...empty,
    outcome,
    expectation: { met: true, failures: [], checked: [] },
    invariants: { checked: [], violated: [], undecided: [] },
    faults: Object.entries(onsets).map(([kind, minute]) => ({
      kind,
      onsetAt: time(minute),
      ofRelease: kind !== 'noisy-network',
      devices: 1,
    })),
    detection: { ...empty.detection, at: detected === undefined ? null : time(detected) },
  }
}

const variant = (over: Partial<Variant> = {}): Variant => ({
  scenario: 's',
  isFaulty: true,
  faultKinds: ['crash'],
  faultSize: 'every 2d',
  windowHours: 24,
  profile: 'default',
  gates: 'open',
  ...over,
})
const good = variant({ isFaulty: false, faultKinds: [], faultSize: 'noisy-network share 3 %' })

describe('a release', () => {
  it.each([
    [
      'is caught when it is rolled back after its fault began',
      variant(),
      report('rolled-back', { crash: 5 }, 9),
      'caught',
    ],
    ['is no catch before its fault began', variant(), report('rolled-back', { crash: 9 }, 5), 'false-alarm'],
    [
      'is no catch when only the network was bad by then',
      variant(),
      report('rolled-back', { 'noisy-network': 1, crash: 9 }, 5),
      'false-alarm',
    ],
    ['is no catch when it is good', good, report('rolled-back', { 'noisy-network': 1 }, 5), 'false-alarm'],
    ['is missed when it is faulty and kept', variant(), report('promoted'), 'missed'],
    ['is missed when time ran out on its fault', variant(), report('inconclusive', { crash: 5 }), 'missed'],
    ['is undecided when time ran out before', variant(), report('inconclusive'), 'undecided'],
    ['is caught when the rollback was halted', variant(), report('halted', { crash: 5 }, 9), 'caught'],
    ['is no catch when it is good and halted during the rollback', good, report('halted', {}, 9), 'false-alarm'],
    ['is undecided when it is halted until an operator acts', variant(), report('halted', { crash: 5 }), 'undecided'],
    ['is promoted well when it is good', good, report('promoted', { 'noisy-network': 1 }), 'promoted-good'],
  ] as const)('%s', (_, truth, one, judgement) => {
    expect(judgementOf(truth, one)).toBe(judgement)
  })

  it('is judged alike in the table of variants', () => {
    const reports = [report('rolled-back', { 'noisy-network': 1, crash: 9 }, 5), report('rolled-back', { crash: 5 }, 9)]
    expect(foldCell(variant(), reports)).toMatchObject({ detected: { count: 1 }, falseAlarms: { count: 1 } })
  })
})

const caught = (delay: number): Report => report('rolled-back', { crash: 10 }, 10 + delay)

describe('many runs', () => {
  const rare = { variant: variant({ faultSize: 'every 20d' }), reports: [caught(40), report('promoted')] }
  const often = { variant: variant(), reports: [caught(4), caught(1), caught(3), caught(2), caught(5)] }
  const healthy = { variant: good, reports: [report('promoted'), report('rolled-back', {}, 3)] }

  it('are counted by family and size, and over the sizes of a family', () => {
    expect(foldConfusion([often, healthy, rare])).toMatchObject([
      { family: 'crash', size: 'every 2d', runs: 5, caught: 5, missed: 0, delayMinutes: { p50: 3, p90: 5 } },
      { family: 'crash', size: 'every 20d', runs: 2, caught: 1, missed: 1, delayMinutes: { p50: 40, p90: 40 } },
      {
        family: 'crash',
        size: null,
        runs: 7,
        caught: 6,
        detected: { count: 6, of: 7 },
        delayMinutes: { p50: 3, p90: 40 },
      },
      { family: 'none', runs: 2, falseAlarm: 1, promotedGood: 1, detected: null, delayMinutes: null },
    ])
    // R: binom::binom.wilson(6, 7)
    expect(foldConfusion([often, rare])[2]?.detected?.low).toBeCloseTo(0.4869, 3)
  })

  it('every run is in one column', () => {
    for (const row of foldConfusion([often, healthy, rare])) {
      expect(row.caught + row.missed + row.falseAlarm + row.promotedGood + row.undecided).toBe(row.runs)
    }
  })

  it('are kept apart by the rollout configuration', () => {
    const short = { ...often, variant: variant({ windowHours: 4 }) }
    expect(foldConfusion([often, short]).map(({ windowHours, runs }) => [windowHours, runs])).toEqual([
      [24, 5],
      [4, 5],
    ])
    expect(isWorthShowing(foldConfusion([often, short]))).toBe(false)
    expect(isWorthShowing(foldConfusion([often, rare]))).toBe(true)
  })

  it('are shown as one line each', () => {
    expect(renderConfusion(foldConfusion([often, healthy]))).toMatchInlineSnapshot(`
      "TRUTH AGAINST OUTCOME
        window  gates  profile  fault  size                     runs  caught  missed  false alarm  promoted, good  undecided    detected (95 %)  delay p50      p90
        24 h    open   default  crash  every 2d                    5       5       0            0               0          0  100 % [56.6, 100]    3.0 min  5.0 min
        24 h    open   default  none   noisy-network share 3 %     2       0       0            1               1          0                  -          -        -"
    `)
  })
})
