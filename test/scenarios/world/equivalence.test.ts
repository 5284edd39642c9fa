import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { compareRuns } from '../../../scenarios/outcome/determinism.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import type { FaultSpec } from '../../../sim/faults/catalogue.ts'
import type { OperatorRequest } from '../../../sim/faults/families/operator-request.ts'
import { expectSame } from './both-levels.ts'

const HOUR_MS = 3_600_000

/** The cost of the wire level is per message, so the fleet is as small as stages of several devices allow. */
const small = (scenario: Scenario, lines = 2): Scenario => ({
  ...scenario,
  fleet: { lines, devicesPerLine: 10, noise: 'quiet' as const },
})

describe('wire and model decide the same', () => {
  // More of the library, longer and on larger plants, runs over sockets in test/extended.
  it('crash-on-start', async () => {
    await expectSame(small(findScenario('crash-on-start')))
  })

  it('operators: a device in a wrong group, a pause, a change freeze, an abort', async () => {
    const at = (minutes: number): number => minutes * 60_000
    const operator = (minutes: number, does: OperatorRequest['operation']): FaultSpec => ({
      kind: 'operator',
      do: does,
      at: at(minutes),
      by: 'jo',
      reason: 'to see what happens',
    })
    const scenario: Scenario = {
      ...small(findScenario('healthy'), 1),
      policy: { window: 2 * HOUR_MS, gates: 'open' },
      faults: [
        operator(31, 'pause'),
        { kind: 'wrong-group', device: 'line-01-03', group: 'canary', move: true, at: at(40), for: at(20) },
        operator(35, 'skip'), // refused
        operator(80, 'resume'),
        operator(90, 'freeze'),
        operator(200, 'unfreeze'),
        operator(260, 'abort'),
        operator(300, 'retry'), // refused
      ],
      expect: {},
    }
    const report = await expectSame(scenario)
    expect(report).toMatchObject({ outcome: 'rolled-back', falseAlarm: false, detection: { by: 'operator' } })
    expect(report.invariants.violated).toEqual([])
  })

  it('devices held back from production, released when production has passed', async () => {
    // One canary makes few attempts: for the usual evidence its window would be extended by hours.
    const evidence = { connectionMinAttempts: 40 }
    const policy = { window: HOUR_MS, gates: 'open', holdback: true, evidence } as const
    const report = await expectSame({ ...small(findScenario('healthy'), 1), policy, expect: {} })
    expect(report).toMatchObject({ outcome: 'promoted', exposure: { devices: 10 }, invariants: { violated: [] } })
  })

  it('also when time runs out between two evaluations', async () => {
    const report = await expectSame(small(findScenario('memory-leak')), { untilMs: HOUR_MS + 137_000 })
    expect(report.simulated.hours).toBeCloseTo(1.04, 2)
  })

  it('with one connection for the fleet', async () => {
    await expectSame(small(findScenario('crash-on-start')), { connections: 'multiplexed' })
  })
})

it('names the first event that differs, with its causes on both sides', async () => {
  const scenario = small(findScenario('crash-on-start'))
  const [first, second] = [
    await rehearse(scenario, { seed: 1, level: 'model' }),
    await rehearse(scenario, { seed: 1, level: 'model' }),
  ]
  const index = first.records.findIndex(({ kind }) => kind === 'firmware-crashed')
  const records = second.records.map((record, i) =>
    i === index ? { ...record, reason: { code: 'ANOTHER', data: {} } } : record,
  )
  const facts = { ...second.facts, digest: 'f'.repeat(64), digestsByHour: ['f'.repeat(64)] }
  const shown = compareRuns(first, { ...second, records, facts } as typeof second, ['wire', 'model'])
  expect(shown).toContain(`first difference in simulated hour 0, event ${index}`)
  expect(shown).toMatch(/wire:\n.*"STARTUP_FAILED"/)
  expect(shown).toMatch(/model:\n.*"ANOTHER"/)
})
