import { expect, it } from 'vitest'
import { foldReport } from '../../../reports/run/report.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { fleetOf } from '../../../scenarios/world/twin-plan.ts'
import type { TraceEvent, TraceRecord } from '../../../sim/kernel/trace-events.ts'

const HOUR_MS = 3_600_000
const FIRMWARE = 'com.plant.LineFirmware'
const MIGRATION = 'com.plant.DataMigration'
const shipped = findScenario('breaking-change')
const base: Scenario = {
  ...shipped,
  fleet: { lines: 5, devicesPerLine: 10, noise: 'quiet' },
  policy: { gates: 'open', window: 4 * HOUR_MS },
}

type Of<K extends TraceEvent['kind']> = TraceRecord & Extract<TraceEvent, { kind: K }>

async function play(scenario: Scenario) {
  const { header, records, facts } = await rehearse(scenario, { seed: 1, level: 'model' })
  const all = <K extends TraceEvent['kind']>(kind: K): Of<K>[] =>
    records.filter((record): record is Of<K> => record.kind === kind)
  const orders = all('deployment-created').map(
    ({ target, components }) => `${target} ${components[FIRMWARE]} ${components[MIGRATION] ?? 'unmigrated'}`,
  )
  return {
    all,
    orders,
    report: foldReport(header, records, facts),
    invariants: checkInvariants(header, records).violated,
  }
}

it('goes first through all stages, ends on every device, and stays when the firmware follows', async () => {
  const { all, orders, report, invariants } = await play(base)
  expect(orders).toEqual([
    'canary 2.3.1 1.0.0',
    'early 2.3.1 1.0.0',
    'production 2.3.1 1.0.0',
    'canary 3.0.0 1.0.0',
    'early 3.0.0 1.0.0',
    'production 3.0.0 1.0.0',
  ])
  const ended = all('component-state').filter(({ component, state }) => component === MIGRATION && state === 'FINISHED')
  expect(new Set(ended.map(({ thing }) => thing)).size).toBe(50)
  const completed = all('migration-evaluated').find(({ decision }) => decision === 'complete')
  const firstFirmware = all('firmware-started').find(({ version }) => version === '3.0.0')
  expect(Math.max(...ended.map(({ atMs }) => atMs))).toBeLessThan(completed?.atMs as number)
  expect(firstFirmware?.atMs).toBeGreaterThan(completed?.atMs as number)
  expect([report.outcome, invariants]).toEqual(['promoted', []])
})

it('stays when bad firmware that follows it is rolled back: the data is migrated', async () => {
  const { orders, report, invariants } = await play({
    ...base,
    faults: [{ kind: 'crash', in: { firmware: '3.0.0' }, after: HOUR_MS }],
  })
  expect(orders.slice(3)).toEqual(['canary 3.0.0 1.0.0', 'canary 2.3.1 1.0.0'])
  expect([report.outcome, report.caughtIn, invariants]).toEqual(['rolled-back', 'canary', []])
})

it('is rolled back if it is faulty, and its firmware is never deployed', async () => {
  const device = fleetOf(base).find(({ stage }) => stage === 'canary')?.thing as string
  const { all, orders, report, invariants } = await play({
    ...base,
    faults: [{ kind: 'crash', in: { device }, after: HOUR_MS }],
  })
  expect(orders).toEqual(['canary 2.3.1 1.0.0', 'canary 2.3.1 unmigrated'])
  expect(all('evaluated').map(({ decision }) => decision)).toContain('confirm')
  expect([report.outcome, invariants]).toEqual(['rolled-back', []])
})
