import { describe, expect, it } from 'vitest'
import { HOLDBACK_GROUP } from '../../../controller/contract.ts'
import { fleetSchema } from '../../../scenarios/files/fleet-file.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { faultSchema } from '../../../sim/faults/catalogue.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'

const HOUR_MS = 3_600_000

/** As many canaries as in the plant, and a quarter of its devices: days of virtual time in seconds. */
const small = (name: string): Scenario => ({
  ...findScenario(name),
  fleet: { lines: 17, devicesPerLine: 5, noise: 'quiet' },
})

const play = async (scenario: Scenario) => {
  const rehearsal = await rehearse(scenario, { seed: 1, level: 'model' })
  return { rehearsal, report: conclude(scenario, rehearsal) }
}
const movedTo = (records: readonly TraceRecord[], group: string): string[] =>
  records.flatMap((one) =>
    one.kind === 'device-moved' && one.change === 'added' && one.group === group ? [one.thing] : [],
  )

/** In 8 h windows back to back production is watched from about 16:30 to 24:30 after the start. */
const short = (over: Partial<Scenario>, holdback?: boolean): Scenario => ({
  ...small('healthy'),
  policy: { window: 8 * HOUR_MS, gates: 'open', ...(holdback !== undefined && { holdback }) },
  expect: {},
  ...over,
})

describe('a good release, while production is watched', () => {
  const network = faultSchema.parse({
    kind: 'noisy-network',
    in: { fleet: 'all' },
    share: '5 %',
    from: '17h',
    for: '1h',
  })

  it('is not blamed for the network of the plant; without a holdback it is', async () => {
    const outcomes: string[] = []
    for (const holdback of [false, undefined]) {
      const { report } = await play(short({ faults: [network] }, holdback))
      outcomes.push(report.outcome)
    }
    expect(outcomes).toEqual(['rolled-back', 'promoted'])
  })

  it('is not blamed for handovers that make every shift begin slowly', async () => {
    const fleet = fleetSchema.parse({
      lines: 17,
      devicesPerLine: 5,
      noise: { preset: 'typical', handover: { slower: '35 %', for: '30min' } },
    })
    const { report } = await play(short({ fleet }))
    expect(report).toMatchObject({ outcome: 'promoted', invariants: { violated: [] } })
  })

  it('is not blamed for what the plant does while the held-back devices are watched', async () => {
    const late = { ...network, from: 25 * HOUR_MS } as typeof network
    const { report } = await play(short({ faults: [late] }))
    expect(report.outcome).toBe('promoted')
    const installedAtMs = Date.parse(report.holdback?.followedAt ?? '')
    // The fault came after the last control was gone, and before the rollout had ended.
    expect(Math.abs(installedAtMs - Date.parse(report.simulated.startedAt) - 25 * HOUR_MS)).toBeLessThan(HOUR_MS)
  })
})

it('a fault of the firmware that shows in production is caught there', async () => {
  const rise = faultSchema.parse({ kind: 'error-rise', in: { firmware: '2.4.0' }, factor: 3, onset: '17h' })
  const { report } = await play(short({ faults: [rise] }))
  expect(report).toMatchObject({ outcome: 'rolled-back', caughtIn: 'production', falseAlarm: false })
  expect(report.holdback).toMatchObject({ devices: 17, lines: 17, followedAt: null, leadTimeHours: null })
})

it('a good release reaches every held-back device as soon as production has passed', async () => {
  const { rehearsal, report } = await play({
    ...findScenario('healthy'),
    fleet: { lines: 3, devicesPerLine: 5 },
    expect: {},
  })
  expect(report).toMatchObject({ outcome: 'promoted', exposure: { devices: 15 }, invariants: { violated: [] } })
  const decided = (decision: string) =>
    rehearsal.records.findLast((one) => one.kind === 'evaluated' && one.decision === decision)?.atMs ?? 0
  const releasedAtMs = decided('release-holdback')
  expect(releasedAtMs - decided('promote')).toBe(5 * 60_000)
  // A Monday, 02:20 in Berlin: early's gate. Production's own opens on Wednesday.
  expect(new Date(releasedAtMs).toISOString()).toBe('2026-03-09T01:20:00.000Z')
  expect(report.holdback).toMatchObject({ devices: 3, lines: 3 })
  // Full production from Thursday 14:00 to Sunday 02:05; its controls a window later.
  expect(report.leadTimeHours).toBeCloseTo(60.1, 0)
  expect(report.holdback?.leadTimeHours).toBeCloseTo(60.1 + 24.3, 0)
  expect(decided('complete') - releasedAtMs).toBeLessThan(1.5 * HOUR_MS)
  const [thing] = movedTo(rehearsal.records, 'production')
  // One that started the release while it was held back would be seen.
  const tampered = rehearsal.records.filter((one) => one.kind !== 'device-moved' || one.group === HOLDBACK_GROUP)
  expect(checkInvariants(rehearsal.header, tampered).violated).toContainEqual(
    expect.objectContaining({ code: 'HOLDBACK_RAN_RELEASE', data: expect.objectContaining({ thing }) }),
  )
})
