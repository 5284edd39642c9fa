import { expect, it } from 'vitest'
import { conclusionsOf, foldDifferences } from '../../../reports/campaign/differences.ts'
import type { Variant } from '../../../reports/campaign/variant.ts'
import { reported } from '../../../reports/messages/reported.ts'
import { foldReport, type Report } from '../../../reports/run/report.ts'
import { renderDifferences } from '../../../reports/text/comparison-text.ts'
import { header, run } from '../fixtures.ts'

const empty = foldReport(header, [], run)
const report = (seed: number, devices: number, leadTimeHours: number | null = null): Report => ({
  ...empty,
  seed,
  outcome: 'promoted',
  leadTimeHours,
  exposure: { devices, deviceHours: devices * 10, lines: 17 },
  expectation: { met: true, failures: [], checked: [] },
  invariants: { checked: [], violated: [], undecided: [] },
})
const variant = (windowHours: number, over: Partial<Variant> = {}): Variant => ({
  scenario: 's',
  isFaulty: true,
  faultKinds: ['crash'],
  faultSize: '',
  windowHours,
  profile: 'default',
  gates: 'open',
  ...over,
})
const short = { variant: variant(4), reports: [report(1, 340, 12), report(2, 340, 12), report(3, 339, 12)] }
const long = { variant: variant(24), reports: [report(3, 17, 50), report(1, 17, 52), report(2, 18, 48)] }

it('pairs runs of the same seed, whatever their order', () => {
  const [difference] = foldDifferences([short, long])
  // 17 - 340, 18 - 340, 17 - 339.
  expect(difference?.devices).toMatchObject({ pairs: 3, difference: expect.closeTo(-322.333, 3) })
  expect(difference?.leadTimeDays).toMatchObject({ difference: expect.closeTo(38 / 24, 6) })
  expect(difference).toMatchObject({ setting: 'windowHours', first: { windowHours: 4 }, second: { windowHours: 24 } })
})

it('compares each variant with the first that differs in one setting', () => {
  const plant = { variant: variant(4, { gates: 'plant' }), reports: short.reports }
  const both = { variant: variant(24, { gates: 'plant' }), reports: long.reports }
  expect(
    foldDifferences([short, long, plant, both]).map(({ setting, second }) => [setting, second.windowHours]),
  ).toEqual([
    ['windowHours', 24],
    ['gates', 4],
    ['windowHours', 24],
    ['gates', 24],
  ])
})

it.each([
  ['COMPARED_LESS_EXPOSURE', [short, long]],
  ['COMPARED_MORE_EXPOSURE', [long, { ...short, variant: variant(48) }]],
  [
    'COMPARED_NO_DIFFERENCE',
    [short, { variant: variant(24), reports: [report(1, 339), report(2, 341), report(3, 339)] }],
  ],
  ['COMPARED_TOO_FEW', [short, { variant: variant(24), reports: [report(1, 17)] }]],
])('comes to the conclusion %s', (code, runs) => {
  expect(conclusionsOf(foldDifferences(runs)).map((one) => one.code)).toEqual([code])
})

it('reads well', () => {
  const differences = foldDifferences([short, long])
  const [conclusion] = conclusionsOf(differences).map(reported)
  expect(conclusion?.text).toBe(
    's: 24 h instead of 4 h (open gates, profile default) exposes less: -322.33 [-323.77, -320.9] devices, ' +
      '-3223.33 [-3237.68, -3208.99] device-hours; lead time +1.58 [1.38, 1.79] d',
  )
  expect(renderDifferences(differences)).toContain('24 h instead of 4 h (open gates, profile default)')
  expect(conclusionsOf([])).toEqual([])
})
