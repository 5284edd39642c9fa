import { beforeAll, describe, expect, it } from 'vitest'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { fleetOf } from '../../../scenarios/world/twin-plan.ts'
import type { TraceEvent, TraceRecord } from '../../../sim/kernel/trace-events.ts'

const HOUR_MS = 3_600_000
const base = findScenario('crash-on-start')
const canary = (line: number): string =>
  fleetOf(base).find((one) => one.line === line && one.stage === 'canary')?.thing as string
/** Cut off before the release is ordered, until long after it was taken back. */
const NEVER_HAD_IT = canary(1)
/** Cut off with the release on it. */
const HAD_IT = canary(2)

const scenario = {
  ...base,
  faults: [
    { kind: 'crash' as const, in: { firmware: '2.4.0' }, after: 3 * HOUR_MS },
    { kind: 'offline' as const, in: { device: NEVER_HAD_IT }, from: 5 * 60_000, for: 12 * HOUR_MS },
    { kind: 'offline' as const, in: { device: HAD_IT }, from: 2 * HOUR_MS, for: 10 * HOUR_MS },
  ],
}

type Of<K extends TraceEvent['kind']> = TraceRecord & Extract<TraceEvent, { kind: K }>

describe('devices that reconnect after the rollout was rolled back', () => {
  let result: RehearsalResult
  const all = <K extends TraceEvent['kind']>(kind: K): Of<K>[] =>
    result.records.filter((record): record is Of<K> => record.kind === kind)
  const started = (thing: string) => all('firmware-started').filter((one) => one.thing === thing)
  const endedAtMs = (): number => all('evaluated').find(({ decision }) => decision === 'confirm')?.atMs as number
  const reconnectedAtMs = (thing: string): number =>
    all('device-connected')
      .filter((one) => one.thing === thing)
      .at(-1)?.atMs as number

  beforeAll(async () => {
    result = await rehearse(scenario, { seed: 1, level: 'model', lingerMs: 10 * HOUR_MS })
  })

  it('reconnect only when the controller has ended', () => {
    for (const thing of [NEVER_HAD_IT, HAD_IT]) expect(reconnectedAtMs(thing)).toBeGreaterThan(endedAtMs())
    expect(all('evaluated').at(-1)).toMatchObject({ state: 'rolled-back' })
  })

  it('get the rollback and never the release', () => {
    const [release, back] = all('deployment-created').filter(({ target }) => target === 'canary')
    expect([release, back].map((one) => one?.components['com.plant.LineFirmware'])).toEqual(['2.4.0', '2.3.1'])
    const received = all('deployment-received').filter(({ thing }) => thing === NEVER_HAD_IT)
    expect(received.map(({ deploymentId }) => deploymentId)).toEqual([back?.deploymentId])
    expect(started(NEVER_HAD_IT).filter(({ version }) => version === '2.4.0')).toEqual([])
  })

  it('leave the release that they ran while they were offline', () => {
    const versions = started(HAD_IT).map(({ version }) => version)
    expect(versions).toContain('2.4.0')
    expect(versions.at(-1)).toBe('2.3.1')
    expect(started(HAD_IT).at(-1)?.atMs).toBeGreaterThan(reconnectedAtMs(HAD_IT))
    const healthy = all('device-healthy').filter(({ thing }) => thing === HAD_IT)
    expect(healthy.at(-1)).toMatchObject({ version: '2.3.1', bootId: started(HAD_IT).at(-1)?.bootId })
  })

  it('leave no device on the release, and violate no invariant', () => {
    const last = new Map(all('firmware-started').map(({ thing, version }) => [thing, version]))
    expect([...new Set(last.values())]).toEqual(['2.3.1'])
    expect(checkInvariants(result.header, result.records).violated).toEqual([])
  })
})
