import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { documentOf } from '../../../controller/policy/document.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { type Findings, preflight } from '../../../controller/reconcile/preflight.ts'
import { type StaticFindings, staticPreflight } from '../../../controller/reconcile/static-preflight.ts'
import { STAGES } from '../../seed-stages.ts'
import { baselineOf, Plant, START_MS, sample } from '../fixtures.ts'
import { policy, release } from '../world.ts'

/** Lines of ten devices: station 0 is the canary, 1 and 2 are early, the rest is production. */
const plant = new Plant(START_MS - policy.baselineMs, { lines: 2, perLine: 10 })
const STATION_STAGES = ['canary', 'early', 'early'] as const
const current = { deploymentName: 'x', components: { [FIRMWARE_COMPONENT]: { componentVersion: release.replaces } } }
const good: StaticFindings = {
  release,
  policy,
  nowMs: START_MS,
  readings: plant.things.map((thing) => ({
    thing,
    groups: [STATION_STAGES[Number(thing.split('-')[2])] ?? 'production'],
    line: plant.lineOf[thing] as number,
    attributes: {},
  })),
  current: { canary: current, early: current, production: current },
  deployable: [],
  mayHoldBack: true,
}
/** The policy of the findings with a document laid over it. */
const under = (document: object) => ({ policy: parsePolicy({ ...documentOf(policy), ...document }) })
const wholeDay = [{ from: '00:00', to: '00:00' }]

describe('the static preflight refuses by the policy', () => {
  it('nothing of lines that are split as it wants', () => {
    expect(staticPreflight(good)).toEqual([])
    expect(staticPreflight({ ...good, ...under({ stages: { early: '30 %' } }) })).toEqual([])
  })

  it('lines with another share of early devices, beyond the tolerance', () => {
    const lines = [1, 2].map((line) => ({ line, members: 2, devices: 10 }))
    const strict = under({ preflight: { shareTolerance: 0 }, stages: { early: '30 %' } })
    expect(staticPreflight({ ...good, ...strict })).toEqual([
      { code: 'STAGE_SHARE', data: { stage: 'early', lines, wantedPct: 30 } },
    ])
    expect(staticPreflight({ ...good, ...under({ stages: { early: '40 %' } }) })).toEqual([
      { code: 'STAGE_SHARE', data: { stage: 'early', lines, wantedPct: 40 } },
    ])
    const tolerant = under({ preflight: { shareTolerance: 2 }, stages: { early: '40 %' } })
    expect(staticPreflight({ ...good, ...tolerant })).toEqual([])
  })

  it('lines with another number of canaries', () => {
    const lines = [1, 2].map((line) => ({ line, members: 1, devices: 10 }))
    expect(staticPreflight({ ...good, ...under({ stages: { canariesPerLine: 2 } }) })).toEqual([
      { code: 'STAGE_COUNT', data: { stage: 'canary', lines, wanted: 2 } },
    ])
  })

  it('a window that no evaluation may fall into', () => {
    const windowOf = (windowMs: number) => staticPreflight({ ...good, policy: { ...good.policy, windowMs } })
    const { tickMs } = good.policy
    expect(windowOf(tickMs)).toEqual([{ code: 'WINDOW_TOO_SHORT', data: { windowMs: tickMs, tickMs } }])
    expect(windowOf(tickMs + 1)).toEqual([])
  })

  it('a stage that deny windows keep closed for good, a hotfix as well', () => {
    const closedBy = { code: 'DENY_WINDOW', data: { from: '00:00', to: '00:00' } }
    const refusal = { code: 'GATE_NEVER_OPENS', data: { stages: [{ stage: 'early', closedBy }] } }
    const denied = { ...good, ...under({ deny: { early: wholeDay } }) }
    expect(staticPreflight(denied)).toEqual([refusal])
    expect(staticPreflight({ ...denied, release: { ...release, hotfix: { reason: 'x' } } })).toEqual([refusal])
  })

  it('a deny window that covers every window of a stage, and not a hotfix, which needs none', () => {
    const day = [{ from: '06:00', to: '18:00' }]
    const covered = {
      ...good,
      ...under({ gates: { canary: day, early: day, production: day }, deny: { canary: day } }),
    }
    expect(staticPreflight(covered)).toMatchObject([
      { code: 'GATE_NEVER_OPENS', data: { stages: [{ stage: 'canary' }] } },
    ])
    expect(staticPreflight({ ...covered, release: { ...release, hotfix: { reason: 'x' } } })).toEqual([])
  })
})

describe('the floors of the preflight are those of the policy', () => {
  const reading = (gauges: object) => sample({ gauges: { ...sample().gauges, ...gauges } })
  const found = (document: object, gauges: object): Findings => ({
    ...good,
    ...under(document),
    activeRollout: null,
    readings: good.readings.map((member) => ({ ...member, connected: true, sample: reading(gauges) })),
    baseline: baselineOf(plant, policy),
  })
  const codesOf = (document: object, gauges: object = {}): readonly string[] =>
    preflight(found(document, gauges)).map(({ code }) => code)

  it('for free memory, the same floor that a leak is rolled back at', () => {
    const gauges = { memoryMiB: 80, memoryLimitMiB: 100 }
    expect(codesOf({}, gauges)).toEqual(['MEMORY_TOO_LOW'])
    expect(codesOf({ memory: { freeFloor: '20 %' } }, gauges)).toEqual([])
  })

  it('for free disk', () => {
    expect(codesOf({}, { diskFreeMiB: 19 })).toEqual(['DISK_TOO_LOW'])
    expect(codesOf({ preflight: { freeDisk: '19 MiB' } }, { diskFreeMiB: 19 })).toEqual([])
    expect(codesOf({ preflight: { freeDisk: '1000 MiB' } }, { diskFreeMiB: 999 })).toEqual(['DISK_TOO_LOW'])
  })

  it('for the coverage of the baseline', () => {
    const { baseline } = found({}, {})
    const half = Object.fromEntries(Object.entries(baseline.devices).slice(0, plant.things.length / 2))
    const codes = (document: object): readonly string[] =>
      preflight({ ...found(document, {}), baseline: { ...baseline, devices: half } }).map(({ code }) => code)
    expect(codes({})).toEqual(['BASELINE_TOO_SHORT'])
    expect(codes({ preflight: { baselineCoverage: '50 %' } })).toEqual([])
  })
})

it('asks for the firmware that the release replaces in every stage', () => {
  const other = { ...release, replaces: '2.3.0' }
  expect(staticPreflight({ ...good, release: other })).toMatchObject([
    { code: 'GROUP_ON_OTHER_VERSION', data: { expected: '2.3.0', stages: STAGES.map((stage) => ({ stage })) } },
  ])
})
