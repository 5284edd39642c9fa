import { expect, it } from 'vitest'
import { HOLDBACK_GROUP } from '../../../controller/contract.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'

const HOUR_MS = 3_600_000

/** As many canaries as in the plant, and a quarter of its devices: days of virtual time in seconds. */
const small = (name: string): Scenario => ({ ...findScenario(name), fleet: { lines: 17, devicesPerLine: 5 } })

const play = async (scenario: Scenario) => {
  const rehearsal = await rehearse(scenario, { seed: 1, level: 'model' })
  return { rehearsal, report: conclude(scenario, rehearsal) }
}
const movedTo = (records: readonly TraceRecord[], group: string): string[] =>
  records.flatMap((one) =>
    one.kind === 'device-moved' && one.change === 'added' && one.group === group ? [one.thing] : [],
  )

it('without a holdback a good release is blamed for the plant’s network', async () => {
  const scenario = small('holdback')
  // Short windows, and the network drops connections in production's.
  const faults = scenario.faults.flatMap((fault) =>
    fault.kind === 'noisy-network' ? [{ ...fault, from: 17 * HOUR_MS }] : [],
  )
  const outcomes: string[] = []
  for (const holdback of [false, true]) {
    const { report } = await play({
      ...scenario,
      faults,
      policy: { holdback, window: 8 * HOUR_MS, gates: 'open' },
      expect: {},
    })
    outcomes.push(report.outcome)
  }
  expect(outcomes).toEqual(['rolled-back', 'promoted'])
})

it('with a holdback the firmware’s fault is separated from the plant’s', async () => {
  const { rehearsal, report } = await play(small('holdback'))
  expect(report).toMatchObject({ detection: { by: 'error-rate' }, invariants: { violated: [] } })
  const breach = rehearsal.records.find((one) => one.kind === 'evaluated' && one.verdict === 'breach')
  // Judged against the controls that the holdback kept.
  const [finding] = breach?.kind === 'evaluated' ? breach.findings : []
  expect(finding?.reason?.data).toMatchObject({ controlsIncrease: expect.any(Number) })
  const held = movedTo(rehearsal.records, HOLDBACK_GROUP)
  expect(held.length).toBe(17)
  expect(movedTo(rehearsal.records, 'production').sort()).toEqual([...held].sort())
})

it('a good release reaches every held-back device in the window after production has passed', async () => {
  const scenario = small('healthy')
  const { rehearsal, report } = await play({ ...scenario, policy: { holdback: true }, expect: {} })
  expect(report).toMatchObject({ outcome: 'promoted', exposure: { devices: 85 }, invariants: { violated: [] } })
  const releaseHoldback = rehearsal.records.find(
    (one) => one.kind === 'evaluated' && one.decision === 'release-holdback',
  )
  expect(new Date(releaseHoldback?.atMs ?? 0).toISOString()).toBe('2026-03-11T01:00:00.000Z') // Wednesday, 02:00 in Berlin
  const [thing] = movedTo(rehearsal.records, 'production')
  // One that started the release while it was held back would be seen.
  const tampered = rehearsal.records.filter((one) => one.kind !== 'device-moved' || one.group === HOLDBACK_GROUP)
  expect(checkInvariants(rehearsal.header, tampered).violated).toContainEqual(
    expect.objectContaining({ code: 'HOLDBACK_RAN_RELEASE', data: expect.objectContaining({ thing }) }),
  )
})
