import { expect, it } from 'vitest'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { faultsEndAtMs } from '../../../scenarios/world/faults-end.ts'
import { type FaultSpec, faultSchema } from '../../../sim/faults/catalogue.ts'

const HOUR_MS = 3_600_000
const LEAD_MS = 10 * 60_000
const shipped = findScenario('healthy')
const healthy: Scenario = { ...shipped, fleet: { ...shipped.fleet, noise: 'quiet' } }
const startMs = healthy.start.atMs
const endOf = (...faults: readonly object[]): number | null =>
  faultsEndAtMs({ ...healthy, faults: faults.map((one) => faultSchema.parse(one)) as FaultSpec[] } as Scenario)

it('is the end of the last fault of the environment, counted from where its times count', () => {
  expect(endOf({ kind: 'event-lost', in: { events: 'all' }, from: '2h', for: '3h' })).toBe(
    startMs - LEAD_MS + 5 * HOUR_MS,
  )
  expect(
    endOf(
      { kind: 'offline', in: { line: 1 }, from: '1h', for: '1h' },
      { kind: 'operator', do: 'pause', at: '9h', reason: 'r' },
    ),
  ).toBe(startMs - LEAD_MS + 9 * HOUR_MS)
})

it('does not wait for the noise of the plant', () => {
  expect(faultsEndAtMs({ ...healthy, fleet: { ...healthy.fleet, noise: 'rough' } })).toBe(faultsEndAtMs(healthy))
})

it('is null where a fault never ends', () => {
  expect(endOf({ kind: 'api-error', in: { service: 'iot' } })).toBeNull()
  expect(endOf({ kind: 'offline', in: { line: 1 }, from: '1h', for: '1min', every: '5min' })).toBeNull()
  expect(endOf({ kind: 'wrong-group', device: 'line-01-01', group: 'early', at: '1h' })).toBeNull()
})

it('is not delayed by faults of the release', () => {
  expect(endOf({ kind: 'crash', in: { firmware: '2.4.0' }, at: 'start' })).toBe(startMs - LEAD_MS)
})
