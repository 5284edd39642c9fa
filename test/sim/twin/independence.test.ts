import { describe, expect, it } from 'vitest'
import { HEALTH_SHADOW } from '../../../controller/contract.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../../../scenarios/world/twin-plan.ts'
import { type FaultSpec, faultSchema, type ProcessFaultSpec } from '../../../sim/faults/catalogue.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import type { RecordedTrack } from '../../../sim/plant/recording.ts'
import type { DevicePlan } from '../../../sim/twin/plan.ts'
import { Twin } from '../../../sim/twin/twin.ts'
import { CANARY, NEW, OLD, runWorld } from '../faults/fixtures.ts'
import { DEVICE_FAULTS } from '../faults/kinds.ts'

const scenario = { ...findScenario('healthy'), fleet: { lines: 2, devicesPerLine: 20, noise: 'quiet' as const } }
const ODD = 'line-01-07'

/** The state of every device after six hours: its shadow's document and its events. */
async function worldOf(
  faults: readonly FaultSpec[],
  has: (device: DevicePlan) => boolean = () => true,
  recorded: readonly RecordedTrack[] = [],
) {
  const plan = twinPlan({ ...scenario, faults: [...faults], recorded }, new Seed(1), fleetOf(scenario).filter(has))
  const inFlight = new InFlight()
  const onBug = (error: unknown): void => {
    throw error
  }
  const open = async (events: Parameters<typeof openModelLevel>[0]) => openModelLevel(events, inFlight, onBug)
  const twin = await Twin.open(plan, inFlight, open, () => undefined)
  twin.start()
  const untilMs = twin.clock.nowMs() + 6 * 3_600_000
  await runLockstep({ clock: twin.clock, inFlight, untilMs, isOver: () => false, pace: async () => undefined })
  twin.trace.flush()
  const documents = plan.devices.map(({ thing }) => [thing, twin.cloud.shadows.document(thing, HEALTH_SHADOW)] as const)
  const happened = (thing: string): object[] => twin.trace.records.filter(concerns(thing)).map(withoutPlace)
  return new Map(documents.map(([thing, document]) => [thing, { document, happened: happened(thing) }]))
}

const concerns =
  (thing: string) =>
  (record: TraceRecord): boolean =>
    'thing' in record && record.thing === thing

const withoutPlace = ({ sequence, cause, ...event }: TraceRecord): object => event

it('a fault changes no other device', async () => {
  const healthy = await worldOf([])
  const crashing = await worldOf([{ kind: 'crash', in: { device: ODD }, after: 3_600_000 }])
  expect(crashing.get(ODD)).not.toEqual(healthy.get(ODD))
  for (const [thing, world] of healthy) if (thing !== ODD) expect(crashing.get(thing), thing).toEqual(world)
})

describe('a fault of one device changes no other device', () => {
  const options = { hours: 2.5, others: 5, deployments: { 8: NEW, 75: OLD }, start: '2026-03-03T04:00:00Z' }
  it.each(Object.entries(DEVICE_FAULTS))('%s', async (_, faults) => {
    const hasMetrics = faults.some((fault) => 'metric' in fault)
    const healthy = await runWorld({ ...options, faults: [], hasMetrics })
    const things = Object.keys(healthy.last)
    // The devices on the old version read the messages.
    const readsMessages = faults.some((fault) => (fault as FaultSpec).kind === 'unreadable-messages')
    const odd = readsMessages ? (things.find((thing) => thing !== CANARY) as string) : CANARY
    const onOne = faults.map((fault) => {
      const { firmware } = (fault as ProcessFaultSpec).in
      return { ...fault, in: { device: odd, ...(firmware !== undefined && { firmware }) } }
    })
    const faulty = await runWorld({ ...options, faults: onOne })
    const of = ({ records }: typeof healthy, thing: string): object[] =>
      records.filter(concerns(thing)).map(withoutPlace)
    expect(of(faulty, odd)).not.toEqual(of(healthy, odd))
    for (const thing of things) {
      if (thing === odd) continue
      expect(faulty.last[thing], thing).toEqual(healthy.last[thing])
      expect(of(faulty, thing), thing).toEqual(of(healthy, thing))
    }
  })
})

it('an additional fault changes no fault before it', async () => {
  const drift: FaultSpec = { kind: 'cycle-drift', in: { line: 1 }, onset: 3_600_000, rate: 10 }
  const crash: FaultSpec = { kind: 'crash', in: { device: ODD }, after: 3_600_000 }
  const [one, both] = [await worldOf([drift]), await worldOf([drift, crash])]
  for (const [thing, world] of one) if (thing !== ODD) expect(both.get(thing), thing).toEqual(world)
})

it.each([
  { kind: 'burst-loss', share: '30 %', burst: '5min' },
  { kind: 'late-reports', delay: '3min', jitter: '3min' },
  { kind: 'reconnect-storm', from: '1h', jitter: '1min', every: '1h' },
])('a fault of one link changes no other device: %j', async (written) => {
  const fault = faultSchema.parse({ ...written, in: { device: ODD } })
  const [healthy, faulty] = [await worldOf([]), await worldOf([fault])]
  expect(faulty.get(ODD)).not.toEqual(healthy.get(ODD))
  for (const [thing, world] of healthy) if (thing !== ODD) expect(faulty.get(thing), thing).toEqual(world)
})

it('faults of AWS, of its events and of Lambda change no device', async () => {
  const faults = [
    { kind: 'api-error', in: { service: 'iot' }, share: '50 %' },
    { kind: 'stale-index', behind: '10min' },
    { kind: 'event-lost', in: { events: 'all' }, share: '50 %' },
    { kind: 'lambda-killed', in: { lambda: 'analyze' }, call: 1 },
  ]
  const [healthy, faulty] = [await worldOf([]), await worldOf(faults.map((one) => faultSchema.parse(one)))]
  expect(faulty).toEqual(healthy)
})

it('removing a device changes no other device', async () => {
  const [whole, without] = [await worldOf([]), await worldOf([], ({ thing }) => thing !== ODD)]
  expect([whole.size, without.size]).toEqual([40, 39])
  for (const [thing, world] of without) expect(whole.get(thing), thing).toEqual(world)
})

it('a recording changes only its own device', async () => {
  const slow: RecordedTrack = {
    file: 'x.csv',
    in: { device: ODD },
    metric: 'cycleTimeMs',
    loop: true,
    perMinute: [50_000],
  }
  const [plain, played] = [await worldOf([]), await worldOf([], undefined, [slow])]
  expect(played.get(ODD)).not.toEqual(plain.get(ODD))
  for (const [thing, world] of plain) if (thing !== ODD) expect(played.get(thing), thing).toEqual(world)
})
