import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../reports/report.ts'
import { findScenario } from '../../scenarios/catalogue.ts'
import { conclude } from '../../scenarios/conclude.ts'
import { compareRuns } from '../../scenarios/determinism.ts'
import type { RehearsalOptions } from '../../scenarios/rehearsal.ts'
import { rehearse } from '../../scenarios/rehearse.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { type FaultSpec, faultSchema } from '../../sim/faults/catalogue.ts'
import type { Selector } from '../../sim/faults/fault.ts'
import type { OperatorAct } from '../../sim/faults/people.ts'
import { DEVICE_FAULTS } from '../sim/faults/kinds.ts'

const HOUR_MS = 3_600_000

/** What may differ between levels: how the devices were linked, how many messages that took, and real time. */
function comparable(report: Report): object {
  const { level, connections, messages, wall, ...same } = report
  return same
}

/** Both levels make the same decisions: every event at its virtual time, and the same report. */
async function expectSame(scenario: Scenario, over: Partial<RehearsalOptions> = {}): Promise<Report> {
  const [wire, model] = [
    await rehearse(scenario, { seed: 1, level: 'wire', ...over }),
    await rehearse(scenario, { seed: 1, level: 'model', ...over, connections: undefined } as RehearsalOptions),
  ]
  expect(compareRuns(wire, model, ['wire', 'model'])).toBeNull()
  expect(wire.facts.digestsByHour).toEqual(model.facts.digestsByHour)
  const report = conclude(scenario, model)
  expect(comparable(conclude(scenario, wire))).toEqual(comparable(report))
  return report
}

const small = (scenario: Scenario): Scenario => ({ ...scenario, fleet: { lines: 2, devicesPerLine: 20 } })

/** A third of the library, every family of faults; the rest is played at model level alone. */
const AT_WIRE = ['healthy', 'memory-leak', 'crash-on-start', 'hang-in-install', 'error-step', 'noisy-network'] as const

describe('wire and model decide the same', () => {
  it.each(AT_WIRE)('%s', async (name) => {
    await expectSame(small(findScenario(name)), name === 'noisy-network' ? { untilMs: 12 * HOUR_MS } : {})
  })

  it.each(['offline-canary', 'flapping-line'] as const)('%s, cut in the middle of the update', async (name) => {
    const scenario = findScenario(name)
    const faults = scenario.faults.map((fault) => ({ ...fault, from: 12 * 60_000 })) as FaultSpec[]
    await expectSame({ ...scenario, faults, fleet: { lines: 3, devicesPerLine: 20 } }, { untilMs: 12 * HOUR_MS })
  })

  it('recorded-line, with every metric of the recording', async () => {
    const scenario = { ...findScenario('recorded-line'), fleet: { lines: 3, devicesPerLine: 20 } }
    expect((await expectSame(scenario)).outcome).toBe('rolled-back')
  })

  it('other-plant, with shifts on half hours and a policy of its own', async () => {
    await expectSame(findScenario('other-plant'), { untilMs: 12 * HOUR_MS })
  })

  it('people: a device in a wrong group, a pause, a stopped line, an abort', async () => {
    const at = (minutes: number): number => minutes * 60_000
    const operator = (minutes: number, does: OperatorAct['do']): FaultSpec => ({
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

  it('crash-on-start on the whole fleet', async () => {
    expect((await expectSame(findScenario('crash-on-start'))).outcome).toBe('rolled-back')
  })

  it('also when time runs out between two looks', async () => {
    const report = await expectSame(small(findScenario('memory-leak')), { untilMs: 3 * 3_600_000 + 137_000 })
    expect(report.virtual.hours).toBeCloseTo(3.04, 2)
  })

  it('with one connection for the fleet', async () => {
    await expectSame(findScenario('crash-on-start'), { connections: 'multiplexed' })
  })
})

/** Every fault of the network, of AWS and of Lambda, a few at a time. */
const TOGETHER: Readonly<Record<string, readonly object[]>> = {
  'throttles, lost replies and dying functions': [
    { kind: 'api-throttle', in: { api: 'SearchIndex' }, share: '50 %' },
    { kind: 'lost-reply', in: { api: 'CreateDeployment' }, for: '30min' },
    { kind: 'lambda-killed', in: { lambda: 'analyze' }, call: 8, when: 'after', share: '30 %' },
    { kind: 'event-duplicated', in: { events: 'all' }, share: '30 %' },
  ],
  'errors, latency, a stale index and invocations at once': [
    { kind: 'api-error', in: { service: 'dynamodb' }, status: 503, share: '20 %', from: '11min' },
    { kind: 'api-error', in: { api: 'CreateDeployment' }, for: '20min' },
    { kind: 'api-latency', in: { service: 'iot' }, delay: '20s', jitter: '20s' },
    { kind: 'api-conflict', in: { api: 'PutItem' }, share: '20 %', from: '11min' },
    { kind: 'stale-index', behind: '7min', from: '20min' },
    { kind: 'lambda-duplicate', in: { lambda: 'analyze' }, share: '40 %' },
    { kind: 'lambda-timeout', in: { lambda: 'analyze' }, call: 6, share: '10 %' },
    { kind: 'event-late', in: { events: 'all' }, delay: '2min', jitter: '2min', share: '50 %' },
  ],
  'burst loss, late and duplicated reports, a storm and a partition': [
    { kind: 'burst-loss', in: { line: 1 }, share: '20 %', burst: '4min', for: '2h' },
    { kind: 'late-reports', in: { fleet: 'all' }, delay: '2min', jitter: '2min', from: '30min', for: '1h' },
    { kind: 'duplicate-reports', in: { fleet: 'all' }, after: '20s', share: '50 %' },
    { kind: 'reconnect-storm', in: { fleet: 'all' }, from: '13min', jitter: '20s', every: '45min' },
    { kind: 'offline', in: { line: 1 }, from: '58min', for: '10min' },
    { kind: 'event-reordered', in: { detailType: 'Scheduled Event' }, within: '6min' },
    { kind: 'event-lost', in: { detailType: 'Scheduled Event' }, share: '20 %' },
  ],
}

describe('under faults of the network, of AWS and of Lambda', () => {
  it.each(Object.keys(TOGETHER))('%s', async (name) => {
    const base = findScenario('healthy')
    const faults = (TOGETHER[name] ?? []).map((fault) => faultSchema.parse(fault))
    const fleet = { lines: 1, devicesPerLine: 20 }
    const scenario: Scenario = { ...base, fleet, policy: { window: HOUR_MS, gates: 'open' }, faults, expect: {} }
    const report = await expectSame(scenario, { untilMs: 4 * HOUR_MS })
    expect(new Set(report.faults.map(({ kind }) => kind))).toEqual(new Set(faults.map(({ kind }) => kind)))
  })
})

const RELEASE = '2.4.0'

const where = fc.constantFrom<Selector>(
  { firmware: RELEASE },
  { firmware: RELEASE, line: 1 },
  { line: 2 },
  { device: 'line-01-03' },
)
const fault: fc.Arbitrary<FaultSpec> = fc.oneof(
  fc.record({ kind: fc.constant('memory-leak' as const), in: where, rate: fc.integer({ min: 100, max: 900 }) }),
  fc.record({ kind: fc.constant('crash' as const), in: where, at: fc.constant('start' as const) }),
  fc.record({
    kind: fc.constant('crash' as const),
    in: where,
    after: fc.integer({ min: 60_000, max: 2 * HOUR_MS }),
  }),
  fc.record({
    kind: fc.constant('offline' as const),
    in: fc.constantFrom<Selector>({ fleet: 'all' }, { line: 1 }, { device: 'line-01-03' }),
    from: fc.integer({ min: 0, max: HOUR_MS }),
    for: fc.integer({ min: 1, max: HOUR_MS }),
    every: fc.option(fc.integer({ min: HOUR_MS + 1, max: 2 * HOUR_MS }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('hang' as const),
    in: where,
    at: fc.constantFrom('install' as const, 'startup' as const),
  }),
  fc.record({
    kind: fc.constant('error-rise' as const),
    in: where,
    factor: fc.integer({ min: 2, max: 9 }),
    onset: fc.integer({ min: 0, max: HOUR_MS }),
  }),
  fc.record({
    kind: fc.constant('cycle-drift' as const),
    in: where,
    onset: fc.integer({ min: 0, max: HOUR_MS }),
    rate: fc.integer({ min: 5, max: 200 }),
  }),
)

const world = fc.record({
  lines: fc.integer({ min: 1, max: 3 }),
  startMinute: fc.integer({ min: 0, max: 7 * 24 * 60 }),
  windowMs: fc.constantFrom(1 * HOUR_MS, 2 * HOUR_MS),
  profile: fc.constantFrom('default' as const, 'seed-literal' as const),
  writes: fc.constantFrom('1.0' as const, '2.0' as const),
  faults: fc.array(fault, { maxLength: 2 }),
  seed: fc.integer({ min: 1, max: 1_000 }),
})

/** Around the last Sunday of March, when the clocks of the plant change. */
const EPOCH_MS = Date.parse('2026-03-25T00:00:00Z')

describe('and in worlds that nobody chose', () => {
  it.each(fc.sample(world, { numRuns: 10, seed: 20_261_124 }))('%j', async (one) => {
    const base = findScenario('healthy')
    const scenario: Scenario = {
      ...base,
      fleet: { lines: one.lines, devicesPerLine: 20 },
      release: { ...base.release, shadow: { ...base.release.shadow, writes: one.writes } },
      start: { atMs: EPOCH_MS + one.startMinute * 60_000, zone: 'Europe/Berlin' },
      policy: { window: one.windowMs, profile: one.profile },
      faults: one.faults,
      expect: {},
    }
    await expectSame(scenario, { seed: one.seed, untilMs: 30 * HOUR_MS })
  })
})

describe('and with every fault of a device, under the real controller', () => {
  // Two stations a stage and line 1's canary among them; short windows, so that promotions and ways back both come.
  it.each(Object.entries(DEVICE_FAULTS))('%s', async (_, faults) => {
    const base = findScenario('healthy')
    await expectSame(
      {
        ...base,
        fleet: { lines: 2, devicesPerLine: 7 },
        start: { atMs: Date.parse('2026-03-03T03:00:00Z'), zone: 'Europe/Berlin' },
        policy: { window: HOUR_MS, gates: 'open' },
        faults: faults.map((fault) => faultSchema.parse(fault)),
        expect: {},
      },
      { untilMs: 4 * HOUR_MS },
    )
  })
})

it('names the first event that differs, with what led to it on both sides', async () => {
  const scenario = small(findScenario('crash-on-start'))
  const [first, second] = [
    await rehearse(scenario, { seed: 1, level: 'model' }),
    await rehearse(scenario, { seed: 1, level: 'model' }),
  ]
  const index = first.records.findIndex(({ kind }) => kind === 'firmware-crashed')
  const records = second.records.map((record, i) => (i === index ? { ...record, reason: 'another' } : record))
  const facts = { ...second.facts, digest: 'f'.repeat(64), digestsByHour: ['f'.repeat(64)] }
  const told = compareRuns(first, { ...second, records, facts } as typeof second, ['wire', 'model'])
  expect(told).toContain(`first difference in virtual hour 0, event ${index}`)
  expect(told).toMatch(/wire:\n.*"exited with code 1"|wire:\n.*startup script exited/)
  expect(told).toMatch(/model:\n.*"another"/)
})
