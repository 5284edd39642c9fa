import { FIRMWARE_COMPONENT, HEALTH_SHADOW } from '../../controller/contract.ts'
import type { CloudContext } from '../cloud/base/cloud-context.ts'
import type { JsonObject } from '../cloud/base/json.ts'
import { type Cloud, makeCloud } from '../cloud/cloud.ts'
import { routePublish } from '../cloud/iot/mqtt-router.ts'
import type { HealthReport } from '../device/health-monitor.ts'
import type { InjectableSpec } from '../faults/catalogue.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import { FaultWorld } from '../faults/families/fault-world.ts'
import { VirtualClock } from '../kernel/clock.ts'
import type { InFlight } from '../kernel/in-flight.ts'
import { OutsideClients } from '../kernel/outside-clients.ts'
import { Trace } from '../kernel/trace.ts'
import { LinePeers } from '../plant/line-peers.ts'
import type { Machine } from '../plant/machine.ts'
import { PlantCalendar } from '../plant/shifts.ts'
import { ACCOUNT_ID, REGION } from './account.ts'
import { apiFaultsOf, applyIndexFaults, eventFateOf } from './cloud-faults.ts'
import { OutsideSessions } from './connectivity.ts'
import { type CoreDevice, makeCoreDevice } from './core-device.ts'
import type { DeviceWorld } from './device-world.ts'
import { registerFleet } from './fleet-registration.ts'
import { type HistoryMoment, type LastReport, passHistory } from './history.ts'
import { injectFault } from './injection.ts'
import type { Level, LevelEvents } from './level.ts'
import { MembershipChanges } from './membership-changes.ts'
import { MetricRecorder } from './metric-recorder.ts'
import { takeOutsideMessage } from './outside-messages.ts'
import type { TwinPlan } from './plan.ts'
import { PlantOutages } from './plant-outages.ts'
import { makeMachine, makeStation } from './station.ts'

/** Runs a Lambda function; it must not throw. */
export type Invoke = (functionArn: string, event: object) => void

/** The digital twin: the plant's devices and the cloud they report to, on one virtual clock. */
export class Twin {
  readonly clock: VirtualClock
  readonly trace: Trace
  /** What clients from outside did. */
  readonly outside: OutsideClients
  readonly inFlight: InFlight
  readonly cloud: Cloud
  readonly level: Level
  /** The faults that calls of the controller pass through. */
  readonly apiFaults: ApiFaults
  readonly faultWorld: FaultWorld
  readonly #plan: TwinPlan
  readonly #devices: ReadonlyMap<string, CoreDevice>
  readonly #memberships: MembershipChanges
  readonly #plantOutages: PlantOutages
  /** Null for a plant without metrics of its own. */
  readonly #metrics: MetricRecorder | null
  /** From before the start, of devices whose last sample did not arrive. */
  readonly #before = new Map<string, LastReport>()
  #injected = 0

  private constructor(
    plan: TwinPlan,
    { clock, trace, outside }: Begun,
    inFlight: InFlight,
    level: Level,
    invoke: Invoke,
    created: CreatedCloud,
  ) {
    this.#plan = plan
    this.clock = clock
    this.trace = trace
    this.outside = outside
    this.inFlight = inFlight
    this.level = level
    const faultWorld = new FaultWorld(plan.seed, clock, trace, plan.startMs)
    this.faultWorld = faultWorld
    this.apiFaults = apiFaultsOf(plan.faults, faultWorld, inFlight)
    const stream: CloudContext['stream'] = (label) => plan.seed.stream(label)
    const ctx: CloudContext = {
      clock,
      trace,
      messaging: level.messaging,
      http: level.http,
      region: REGION,
      accountId: ACCOUNT_ID,
      quotas: plan.quotas,
      stream,
    }
    const cloud = makeCloud(ctx, { indexedShadows: [HEALTH_SHADOW] }, invoke, eventFateOf(plan.faults, faultWorld))
    this.cloud = cloud
    created.cloud = cloud
    applyIndexFaults(plan.faults, cloud.index, faultWorld)
    registerFleet(plan, cloud)
    this.#memberships = new MembershipChanges(cloud, clock, trace)
    this.#devices = makeDevices({
      plan,
      clock,
      trace,
      cloud,
      level,
      faultWorld,
      calendarOf: calendarsOf(plan),
      peers: new LinePeers(),
      sessions: created.sessions,
    })
    this.#plantOutages = new PlantOutages(this.#devices.values(), plan.seed, plan.plant, clock, trace)
    this.#metrics = MetricRecorder.of(this.#devices, plan.plant.metrics, clock, trace)
    cloud.shadows.onBeforeUse((thing, shadow) => {
      if (shadow === HEALTH_SHADOW) this.#devices.get(thing)?.monitor.settle()
    })
  }

  /** `open` makes the level; `invoke` runs a Lambda function for the event bus. */
  static async open(
    plan: TwinPlan,
    inFlight: InFlight,
    open: (events: LevelEvents, inFlight: InFlight) => Promise<Level>,
    invoke: Invoke,
  ): Promise<Twin> {
    const clock = new VirtualClock(plan.startMs)
    const trace = new Trace(clock)
    const outside = new OutsideClients(clock, trace)
    // The level listens before the cloud exists.
    const created: CreatedCloud = { cloud: null, sessions: new OutsideSessions() }
    const level = await open(levelEvents(created, { clock, trace, outside }), inFlight)
    try {
      const twin = new Twin(plan, { clock, trace, outside }, inFlight, level, invoke, created)
      await level.serve(twin.cloud.services, twin.apiFaults)
      if (level.endpoints !== null) twin.cloud.dataEndpoint.announce(level.endpoints.httpUrl)
      return twin
    } catch (error) {
      await level.close()
      throw error
    }
  }

  /** Connects every device. */
  start(): void {
    const { faults, devices, startMs } = this.#plan
    for (const [thing, last] of this.#before) this.#assumeReported(thing, last)
    this.#plantOutages.start()
    this.#metrics?.start()
    for (const { nucleus } of this.#devices.values()) nucleus.start()
    this.#memberships.schedule(faults, devices, startMs)
  }

  /** Injects a fault that the scenario does not list, from now on; see `injectFault`. */
  inject(spec: InjectableSpec): void {
    const index = this.#plan.faults.length + this.#injected
    this.#injected += 1
    injectFault(spec, index, this.#devices.values(), this.faultWorld)
  }

  /** The health document in the thing's shadow, without creating the shadow; null before the first. */
  healthReport(thing: string): HealthReport | null {
    const device = this.#devices.get(thing)
    if (device?.mayLoseSamples === true) {
      const reported = this.cloud.shadows.document(thing, HEALTH_SHADOW)?.reported
      return (reported as unknown as HealthReport | undefined) ?? null
    }
    return device?.monitor.report() ?? null
  }

  /** The time before the start, without messages: the documents of all devices at each of `timesMs`, in order. */
  history(fromMs: number, timesMs: readonly number[]): Generator<HistoryMoment> {
    const { installed, startMs } = this.#plan
    const version = installed[FIRMWARE_COMPONENT] as string
    return passHistory(this.#devices, { fromMs, startMs, version }, timesMs, this.#before)
  }

  #assumeReported(thing: string, { atMs, document }: LastReport): void {
    const reported = { ...document } as unknown as JsonObject
    this.cloud.shadows.absorb(thing, HEALTH_SHADOW, reported, { count: 1, atMs })
    this.#devices.get(thing)?.monitor.assumeReported(document)
  }
}

/** By thing name. All parts that run every minute are made first: they are faster to reach when adjacent in memory. */
function makeDevices(world: DeviceWorld): ReadonlyMap<string, CoreDevice> {
  const { devices } = world.plan
  const machines = devices.map((device) => makeMachine(device, world))
  const stations = devices.map((device, index) => makeStation(device, machines[index] as Machine, world))
  return new Map(stations.map((station) => [station.plan.thing, makeCoreDevice(station, world)]))
}

/** The calendar of each line: that of the plant, or its own. */
function calendarsOf({ zone, plant }: TwinPlan): (line: number) => PlantCalendar {
  const common = new PlantCalendar(zone, plant)
  const own = Object.entries(plant.byLine ?? {})
  const byLine = new Map(own.map(([line, settings]) => [Number(line), new PlantCalendar(zone, settings)]))
  return (line) => byLine.get(line) ?? common
}

/** What exists before the level. */
type Begun = Pick<Twin, 'clock' | 'trace' | 'outside'>

/** Null until the cloud exists. */
interface CreatedCloud {
  cloud: Cloud | null
  readonly sessions: OutsideSessions
}

const levelEvents = (created: CreatedCloud, { clock, outside }: Begun): LevelEvents => ({
  outside,
  isThing: (clientId) => created.cloud?.things.existedEver(clientId) ?? false,
  nowMs: () => clock.nowMs(),
  onPublish: (clientId, topic, payload, client) => {
    const { cloud } = created
    if (cloud === null) return
    if (client === null) routePublish(cloud.mqtt, clientId, topic, payload)
    else takeOutsideMessage(cloud, outside, client, { topic, payload })
  },
  onOutside: (clientId, isConnected) => created.sessions.changed(clientId, isConnected, created.cloud),
})
