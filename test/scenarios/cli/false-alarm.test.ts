import { expect, it } from 'vitest'
import { judgementOf } from '../../../reports/campaign/judgement.ts'
import type { Report } from '../../../reports/run/report.ts'
import { renderJunit } from '../../../reports/text/junit.ts'
import { exitCodeOf } from '../../../scenarios/cli/run.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const BASE = findScenario('healthy')
const HOUR_MS = 3_600_000

/** Raw thresholds take back whatever they see, within two hours. */
async function takenBack(faults: Scenario['faults']): Promise<Report> {
  const policy = { window: 4 * HOUR_MS, gates: 'open', profile: 'raw-thresholds' } as const
  const scenario: Scenario = { ...BASE, policy, faults, expect: {} }
  return conclude(scenario, await rehearse(scenario, { seed: 1, level: 'model' }))
}

const { version } = BASE.release
const truth = (faults: Scenario['faults']) => ({ faultKinds: faults.map(({ kind }) => kind) })

it.each<[string, Scenario['faults']]>([
  ['no fault', []],
  ['a device that was offline', [{ kind: 'offline', in: { device: 'line-09-09' }, from: 60_000, for: 60_000 }]],
  ['a slow clock', [{ kind: 'clock-skew', in: { line: 2 }, behind: 60_000 }]],
  [
    'a fault of the firmware that is replaced',
    [{ kind: 'error-rise', in: { firmware: BASE.release.replaces }, factor: 1, onset: 0 }],
  ],
  [
    'a fault of the release that has not begun',
    [{ kind: 'error-rise', in: { firmware: version }, factor: 9, onset: 20 * HOUR_MS }],
  ],
])(
  'a rollback with %s is a false alarm for the run, for compare and for CI',
  async (_, faults) => {
    const report = await takenBack(faults)
    expect(report).toMatchObject({ outcome: 'rolled-back', falseAlarm: true, detection: { latencyMinutes: null } })
    expect(judgementOf({ faultKinds: [] }, report)).toBe('false-alarm')
    expect(judgementOf(truth(faults), report)).toBe('false-alarm')
    expect(exitCodeOf(report)).toBe(1)
    expect(renderJunit(report, 'again')).toContain('outcome is rolled-back without cause, expected promoted')
  },
  30_000,
)

it('one for a fault of the release is a catch, however many others there were before, with the latency of that fault', async () => {
  const faults: Scenario['faults'] = [
    { kind: 'offline', in: { device: 'line-09-09' }, from: 60_000, for: 60_000 },
    { kind: 'crash', in: { firmware: version }, after: 600_000 },
  ]
  const report = await takenBack(faults)
  expect(report).toMatchObject({ outcome: 'rolled-back', falseAlarm: false, detection: { by: 'component-crash' } })
  expect(report.faults.map(({ kind, ofRelease }) => `${kind} ${ofRelease}`)).toEqual(['offline false', 'crash true'])
  const onsetAt = Date.parse(report.faults[1]?.onsetAt as string)
  expect(report.detection.latencyMinutes).toBeCloseTo((Date.parse(report.detection.at as string) - onsetAt) / 60_000, 1)
  expect(report.detection.latencyMinutes).toBeLessThan(6)
  expect(judgementOf(truth(faults), report)).toBe('caught')
  expect(exitCodeOf(report)).toBe(0)
}, 30_000)
