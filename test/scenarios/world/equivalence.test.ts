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
const small = (scenario: Scenario): Scenario => ({ ...scenario, fleet: { lines: 2, devicesPerLine: 10 } })

/** One short scenario of every family of faults; more of the library is run over sockets in test/extended. */
const AT_WIRE = ['memory-leak', 'crash-on-start', 'hang-in-install', 'error-step', 'noisy-network'] as const

describe('wire and model decide the same', () => {
  it.each(AT_WIRE)('%s', async (name) => {
    await expectSame(small(findScenario(name)), name === 'noisy-network' ? { untilMs: 12 * HOUR_MS } : {})
  })

  it('healthy, which passes all three stages in their deployment windows', async () => {
    const scenario = findScenario('healthy')
    const report = await expectSame({
      ...scenario,
      fleet: { lines: 1, devicesPerLine: 10 },
      expect: { ...scenario.expect, stages: {} },
    })
    expect(report.expectation.failures).toEqual([])
    expect(report.invariants.violated).toEqual([])
    expect(report.stages.map(({ updated }) => updated)).toEqual([1, 2, 7])
    expect(report.leadTimeHours).toBeGreaterThan(60) // Thursday 14:00 to Sunday 02:00
    expect(report.leadTimeHours).toBeLessThan(60.3)
  })

  it.each(['offline-canary', 'flapping-line'] as const)(
    '%s, disconnected in the middle of the update',
    async (name) => {
      const scenario = findScenario(name)
      const faults = scenario.faults.map((fault) => ({ ...fault, from: 12 * 60_000 })) as FaultSpec[]
      await expectSame({ ...scenario, faults, fleet: { lines: 2, devicesPerLine: 10 } }, { untilMs: 12 * HOUR_MS })
    },
  )

  it('recorded-line, with every metric of the recording', async () => {
    const scenario = { ...findScenario('recorded-line'), fleet: { lines: 2, devicesPerLine: 10 } }
    expect((await expectSame(scenario)).outcome).toBe('rolled-back')
  })

  it('other-plant, with shifts on half hours and a policy of its own', async () => {
    await expectSame(findScenario('other-plant'), { untilMs: 12 * HOUR_MS })
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
      ...small(findScenario('healthy')),
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

  it.each([
    ['released when production has passed', null, 'promoted', 20],
    ['rolled back with the others', 330, 'rolled-back', 18],
  ] as const)('devices held back from production, %s', async (_, abortMinutes, outcome, devices) => {
    const abort: FaultSpec[] =
      abortMinutes === null
        ? []
        : [{ kind: 'operator', do: 'abort', at: abortMinutes * 60_000, by: 'jo', reason: 'to see what happens' }]
    const base = { ...findScenario('healthy'), fleet: { lines: 2, devicesPerLine: 10 } }
    const policy = { window: 2 * HOUR_MS, gates: 'open', holdback: true } as const
    const report = await expectSame({ ...base, policy, faults: abort, expect: {} })
    expect(report).toMatchObject({ outcome, exposure: { devices }, invariants: { violated: [] } })
  })

  it('crash-on-start on the whole fleet', async () => {
    expect((await expectSame(findScenario('crash-on-start'))).outcome).toBe('rolled-back')
  })

  it('also when time runs out between two evaluations', async () => {
    const report = await expectSame(small(findScenario('memory-leak')), { untilMs: 3 * 3_600_000 + 137_000 })
    expect(report.simulated.hours).toBeCloseTo(3.04, 2)
  })

  it('with one connection for the fleet', async () => {
    await expectSame(findScenario('crash-on-start'), { connections: 'multiplexed' })
  })
})

it('names the first event that differs, with its causes on both sides', async () => {
  const scenario = small(findScenario('crash-on-start'))
  const [first, second] = [
    await rehearse(scenario, { seed: 1, level: 'model' }),
    await rehearse(scenario, { seed: 1, level: 'model' }),
  ]
  const index = first.records.findIndex(({ kind }) => kind === 'firmware-crashed')
  const records = second.records.map((record, i) => (i === index ? { ...record, reason: 'another' } : record))
  const facts = { ...second.facts, digest: 'f'.repeat(64), digestsByHour: ['f'.repeat(64)] }
  const shown = compareRuns(first, { ...second, records, facts } as typeof second, ['wire', 'model'])
  expect(shown).toContain(`first difference in virtual hour 0, event ${index}`)
  expect(shown).toMatch(/wire:\n.*"exited with code 1"|wire:\n.*startup script exited/)
  expect(shown).toMatch(/model:\n.*"another"/)
})
