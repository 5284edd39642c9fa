import {
  FIRMWARE_COMPONENT,
  HEALTH_COMPONENT,
  HEALTH_SHADOW,
  HOLDBACK_GROUP,
  SAMPLE_PERIOD_MS,
  type StageName,
} from '../../controller/contract.ts'
import type { CloudContext } from '../cloud/base/cloud-context.ts'
import type { JsonObject } from '../cloud/base/json.ts'
import { type Cloud, makeCloud } from '../cloud/cloud.ts'
import type { DeliveryFate } from '../cloud/events/event-bus.ts'
import { routePublish } from '../cloud/iot/mqtt-router.ts'
import { DeploymentFaults } from '../device/deployment-faults.ts'
import { type DeviceFault, DeviceFaults } from '../device/device-faults.ts'
import { Firmware } from '../device/firmware.ts'
import { type DeferredSamples, HealthMonitor, type HealthReport } from '../device/health-monitor.ts'
import { Nucleus } from '../device/nucleus.ts'
import { OneShot } from '../device/one-shot.ts'
import {
  type FaultSpec,
  type InjectableSpec,
  isApiFault,
  isEventFault,
  isIndexFault,
  isLinkOutage,
  isProcessFault,
  isReportFault,
  type LinkOutageSpec,
  makeApiFault,
  makeEventFault,
  makeFault,
  makeReportFault,
} from '../faults/catalogue.ts'
import { ApiFaults } from '../faults/families/api-faults.ts'
import { eventFates } from '../faults/families/event-faults.ts'
import type { DeviceView } from '../faults/families/fault.ts'
import { isWithin } from '../faults/families/fault-window.ts'
import { FaultWorld, placed } from '../faults/families/fault-world.ts'
import { makeCut } from '../faults/families/link-outage.ts'
import { FaultyLink, type PlacedReportFault } from '../faults/families/report-fault.ts'
import type { WrongGroup } from '../faults/kinds/operators.ts'
import { putIndexBehind } from '../faults/kinds/stale-index.ts'
import { VirtualClock } from '../kernel/clock.ts'
import type { InFlight } from '../kernel/in-flight.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { Seed } from '../kernel/random.ts'
import { Trace } from '../kernel/trace.ts'
import { LinePeers } from '../plant/line-peers.ts'
import { Machine } from '../plant/machine.ts'
import { type RecordedTrack, Recording } from '../plant/recording.ts'
import { selects } from '../plant/selector.ts'
import type { PlantSettings } from '../plant/settings.ts'
import { PlantCalendar } from '../plant/shifts.ts'
import type { Level, LevelEvents } from './level.ts'

/** One device of the plant. */
export interface DevicePlan {
  readonly thing: string
  readonly line: number
  readonly stage: StageName
  readonly attributes: Readonly<Record<string, string>>
}

export interface TwinPlan {
  readonly seed: Seed
  /** Where the clock begins. */
  readonly startMs: number
  /** IANA zone of the site. */
  readonly zone: string
  readonly plant: PlantSettings
  readonly devices: readonly DevicePlan[]
  /** What every device runs at the start, by component name. */
  readonly installed: Readonly<Record<string, string>>
  /** Further component versions that can be deployed. */
  readonly deployable: readonly { readonly name: string; readonly version: string }[]
  readonly schemaOf: (firmwareVersion: string) => '1.0' | '2.0'
  readonly faults: readonly FaultSpec[]
  /** Vitals that were recorded, in place of synthetic ones; they begin at `startMs`. */
  readonly recorded: { readonly startMs: number; readonly tracks: readonly RecordedTrack[] }
}

export const REGION = 'eu-central-1'
export const ACCOUNT_ID = '123456789012'

interface CoreDevice {
  readonly plan: DevicePlan
  readonly machine: Machine
  readonly firmware: Firmware
  readonly monitor: HealthMonitor
  readonly nucleus: Nucleus
  /** False where faults may keep samples from the shadow, so that the monitor does not know what it holds. */
  readonly isHeardInFull: boolean
  /** Lets a fault cut its link; the fault's time counts from `sinceMs`. */
  readonly cutLink: (index: number, spec: LinkOutageSpec, sinceMs: number) => void
}

/** What of a device lives by the minute, before it is joined to its nucleus. */
interface Station {
  readonly plan: DevicePlan
  readonly machine: Machine
  readonly faults: DeviceFaults
  readonly firmware: Firmware
  readonly monitor: HealthMonitor
  readonly core: { nucleus: Nucleus | null }
}

/** The rehearsed world: the plant's devices and the cloud they talk to, on one virtual clock. */
export class Twin {
  readonly clock: VirtualClock
  readonly trace: Trace
  readonly inFlight: InFlight
  readonly cloud: Cloud
  readonly level: Level
  /** What calls of the controller meet on their way, and the world that all faults act in. */
  readonly apiFaults: ApiFaults
  readonly faultWorld: FaultWorld
  readonly #plan: TwinPlan
  readonly #devices: ReadonlyMap<string, CoreDevice>
  readonly #peers = new LinePeers()
  #injected = 0
  /** While somebody outside the controller changes a group. */
  #isMisplacing = false

  private constructor(
    plan: TwinPlan,
    clock: VirtualClock,
    inFlight: InFlight,
    level: Level,
    invoke: Invoke,
    live: Live,
  ) {
    this.#plan = plan
    this.clock = clock
    this.inFlight = inFlight
    this.level = level
    this.trace = new Trace(clock)
    this.faultWorld = new FaultWorld(plan.seed, clock, this.trace, plan.startMs)
    this.apiFaults = new ApiFaults(
      placed(plan.faults, isApiFault).map((one) => ({ ...one, fault: makeApiFault(one.spec) })),
      this.faultWorld,
      inFlight,
    )
    const { messaging } = level
    const stream: CloudContext['stream'] = (label) => plan.seed.stream(label)
    const ctx: CloudContext = { clock, trace: this.trace, messaging, region: REGION, accountId: ACCOUNT_ID, stream }
    this.cloud = makeCloud(ctx, { indexedShadows: [HEALTH_SHADOW] }, invoke, this.#eventFate())
    live.cloud = this.cloud
    const indexFaults = placed(plan.faults, isIndexFault)
    if (indexFaults.length > 0) putIndexBehind(this.cloud.index, indexFaults, this.faultWorld)
    this.#register()
    const calendar = new PlantCalendar(plan.zone, plan.plant)
    // What lives by the minute comes before all else of a device: far apart in memory it would be slow to reach.
    const machines = plan.devices.map((device) => this.#makeMachine(device, calendar))
    const stations = plan.devices.map((device, index) =>
      this.#makeStation(device, machines[index] as Machine, calendar),
    )
    this.#devices = new Map(stations.map((station) => [station.plan.thing, this.#makeDevice(station)]))
    this.cloud.shadows.onBeforeUse((thing, shadow) => {
      if (shadow === HEALTH_SHADOW) this.#devices.get(thing)?.monitor.settle()
    })
  }

  /** `open` makes the level; `invoke` runs a Lambda function that the event bus calls. */
  static async open(
    plan: TwinPlan,
    inFlight: InFlight,
    open: (events: LevelEvents, inFlight: InFlight) => Promise<Level>,
    invoke: Invoke,
  ): Promise<Twin> {
    const clock = new VirtualClock(plan.startMs)
    // The level listens before the cloud exists that it brings messages to.
    const live: Live = { cloud: null }
    const level = await open(levelEvents(live), inFlight)
    try {
      const twin = new Twin(plan, clock, inFlight, level, invoke, live)
      await level.serve(twin.cloud.services, twin.apiFaults)
      return twin
    } catch (error) {
      await level.close()
      throw error
    }
  }

  /** Connects every device. */
  start(): void {
    for (const { nucleus } of this.#devices.values()) nucleus.start()
    this.#plan.faults.forEach((spec, index) => {
      if (spec.kind === 'wrong-group') this.#misplace(spec, index)
    })
  }

  /** Somebody adds a device to a group where it does not belong, by the API, and perhaps puts it right later. */
  #misplace({ kind, device: thing, group, move, at, for: forMs }: WrongGroup, index: number): void {
    const { clock, trace } = this
    const own = this.#devices.get(thing)?.plan.stage
    if (own === undefined) return // a fleet that was scaled down has no such device
    const change = (name: string, change: 'added' | 'removed'): void => {
      const { AddThingToThingGroup, RemoveThingFromThingGroup } = this.cloud.services.iot
      const operation = change === 'added' ? AddThingToThingGroup : RemoveThingFromThingGroup
      trace.record(`fault/${index}/${thing}`, { kind: 'membership-changed', thing, group: name, change })
      this.#isMisplacing = true
      operation({ thingGroupName: name, thingName: thing })
      this.#isMisplacing = false
    }
    clock.at(this.#plan.startMs + at, () => {
      trace.record(`fault/${index}/${thing}`, { kind: 'fault-started', fault: index, faultKind: kind, thing })
      change(group, 'added')
      if (move) change(own, 'removed')
      if (forMs === undefined) return
      clock.after(forMs, () => {
        if (move) change(own, 'added')
        change(group, 'removed')
      })
    })
  }

  /**
   * Injects a fault that no scenario lists, now. For it the rehearsal, installs and processes began no earlier than now,
   * so that onsets and windows count from here; on devices that it reaches later, as usual. A cut with a firmware is one
   * of the devices that run it at this moment. No other device's numbers move, nor those of another fault.
   */
  inject(spec: InjectableSpec): void {
    const sinceMs = this.clock.nowMs()
    const index = this.#plan.faults.length + this.#injected
    this.#injected += 1
    const { firmware: _, ...place } = spec.in
    for (const { plan, firmware, cutLink } of this.#devices.values()) {
      const { thing, line } = plan
      if (!selects(place, thing, line, '')) continue
      if (!isLinkOutage(spec)) {
        const fault = makeFault(spec, this.faultWorld.chance(`fault/${index}/${thing}`))
        firmware.inject({ index, fault, actsOn: (version) => selects(spec.in, thing, line, version), sinceMs })
      } else if (selects(spec.in, thing, line, firmware.version ?? '')) cutLink(index, spec, sinceMs)
    }
  }

  /** The health document that the thing's shadow holds, without making the shadow; null before the first. */
  healthReport(thing: string): HealthReport | null {
    const device = this.#devices.get(thing)
    if (device?.isHeardInFull === false) {
      const reported = this.cloud.shadows.document(thing, HEALTH_SHADOW)?.reported
      return (reported as unknown as HealthReport | undefined) ?? null
    }
    return device?.monitor.report() ?? null
  }

  /**
   * Lets the time before the start pass in the plant alone, without messages: at each instant of `timesMs`, in order, the
   * documents of all devices as a reader of their shadows would have found them.
   */
  *history(
    fromMs: number,
    timesMs: readonly number[],
  ): Generator<{ atMs: number; documents: ReadonlyMap<string, HealthReport> }> {
    const version = this.#plan.installed[FIRMWARE_COMPONENT] as string
    let sinceMs = fromMs
    for (const atMs of [...timesMs, this.#plan.startMs]) {
      for (const { monitor } of this.#devices.values()) monitor.passHistory(sinceMs, atMs, version)
      sinceMs = atMs
      if (atMs === this.#plan.startMs && !timesMs.includes(atMs)) return
      const documents = new Map<string, HealthReport>()
      for (const [thing, { monitor }] of this.#devices) documents.set(thing, monitor.historyDocument(atMs, version))
      yield { atMs, documents }
    }
  }

  /** Undefined where no fault concerns events. */
  #eventFate(): DeliveryFate | undefined {
    const faults = placed(this.#plan.faults, isEventFault)
    if (faults.length === 0) return undefined
    const acting = faults.map((one) => ({ ...one, copiesOf: makeEventFault(one.spec) }))
    return eventFates(acting, this.faultWorld)
  }

  /** Things, groups and deployments as they were before the rehearsal. */
  #register(): void {
    const { devices, installed, deployable } = this.#plan
    const { things, greengrass, services } = this.cloud
    const stages = [...new Set(devices.map(({ stage }) => stage))]
    for (const group of [...stages, HOLDBACK_GROUP]) services.iot.CreateThingGroup({ thingGroupName: group })
    for (const { thing, attributes, stage } of devices) {
      services.iot.CreateThing({ thingName: thing, attributePayload: { attributes } })
      services.iot.AddThingToThingGroup({ thingGroupName: stage, thingName: thing })
    }
    things.onMembershipChange((group, thing, change) => {
      if (this.#isMisplacing) return
      this.trace.record(`things/${thing}`, { kind: 'device-moved', thing, group, change })
    })
    const components = Object.fromEntries(
      Object.entries(installed).map(([name, version]) => [name, { componentVersion: version }]),
    )
    greengrass.installHistory({
      components: [...Object.entries(installed).map(([name, version]) => ({ name, version })), ...deployable],
      deployments: stages.map((stage) => ({
        targetArn: things.groupArn(stage),
        deploymentName: `Line firmware ${stage}`,
        components,
      })),
    })
  }

  #makeMachine({ thing, line }: DevicePlan, calendar: PlantCalendar): Machine {
    const { seed, plant, recorded } = this.#plan
    const recording = Recording.of(recorded.tracks, thing, line, recorded.startMs)
    return new Machine(seed, thing, line, calendar, plant.noise, recording)
  }

  #makeStation(plan: DevicePlan, machine: Machine, calendar: PlantCalendar): Station {
    const { clock, trace } = this
    const { thing, line } = plan
    const { seed, faults, schemaOf, startMs } = this.#plan
    const deviceFaults = faults.flatMap((spec, index): DeviceFault[] => {
      if (!isProcessFault(spec)) return []
      const fault = makeFault(spec, this.faultWorld.chance(`fault/${index}/${thing}`))
      return [{ index, fault, actsOn: (version) => selects(spec.in, thing, line, version) }]
    })
    const phaseMs = Math.floor(seed.stream(`core/${thing}/sample-phase`).next() * (SAMPLE_PERIOD_MS / 1000)) * 1000
    const peers = this.#peers
    // A fault that asks about its device does so once all of it exists.
    const core: Station['core'] = { nucleus: null }
    const view: DeviceView = {
      hasRun: (version) => firmware.hasRun(version),
      hasComponent: (name) => core.nucleus?.componentState(name) !== undefined,
      peerRuns: (version) => peers.otherRuns(line, thing, version),
      freeMemoryShare: () => firmware.freeMemoryShare(),
    }
    const ownFaults = new DeviceFaults(thing, deviceFaults, trace, view)
    const firmware = new Firmware({
      thing,
      machine,
      faults: ownFaults,
      calendar,
      peers,
      onOutage: (outage) => core.nucleus?.lose(outage),
      phaseMs,
      clock,
      trace,
      worldStartMs: startMs,
      stream: (label) => seed.stream(label),
    })
    const monitor = new HealthMonitor({ thing, machine, firmware, clock, trace, phaseMs, schemaOf })
    return { plan, machine, faults: ownFaults, firmware, monitor, core }
  }

  #makeDevice({ plan, machine, faults, firmware, monitor, core }: Station): CoreDevice {
    const { clock, trace } = this
    const { seed, installed, startMs } = this.#plan
    const { thing, line, stage } = plan
    const reportFaults = this.#reportFaultsOf(plan)
    const direct = (events: DeviceLinkEvents): DeviceLink =>
      this.level.link(thing, this.#withConnectivity(thing, monitor, events))
    const nucleus = new Nucleus({
      thing,
      clock,
      trace,
      link: (events) =>
        reportFaults.length === 0
          ? direct(events)
          : new FaultyLink(thing, reportFaults, this.faultWorld, direct, events),
      dataPlane: this.cloud.greengrass.dataPlane,
      stream: (label) => seed.stream(label),
      runtimes: { ...this.#oneShots(thing), [FIRMWARE_COMPONENT]: firmware, [HEALTH_COMPONENT]: monitor },
      faults: new DeploymentFaults(faults, FIRMWARE_COMPONENT, (outage) => nucleus.lose(outage)),
      clockOffsetMs: () => firmware.clockOffsetMs(clock.nowMs()),
    })
    core.nucleus = nucleus
    const { faultWorld } = this
    const sampleFaults = reportFaults.filter(({ fault }) => fault.of === 'samples')
    for (const { fault } of sampleFaults) clock.at(startMs + fault.window.from, () => monitor.unsettle())
    monitor.attach({
      firmwareState: () => nucleus.componentState(FIRMWARE_COMPONENT),
      publish: (topic, payload, qos) => nucleus.publish(topic, payload, qos),
      get online() {
        return nucleus.online
      },
      absorb: this.level.defersSamples ? (samples) => this.#absorb(thing, samples) : null,
      get mayDefer() {
        return !sampleFaults.some(({ fault }) => isWithin(fault.window, faultWorld.sinceMs()))
      },
    })
    nucleus.assumeInstalled(`thinggroup/${stage}`, installed, startMs)
    const cutLink = this.#linkOutages(nucleus, thing)
    for (const { index, spec } of placed(this.#plan.faults, isLinkOutage)) {
      if (selects(spec.in, thing, line, '')) cutLink(index, spec, startMs)
    }
    return { plan, machine, firmware, monitor, nucleus, isHeardInFull: sampleFaults.length === 0, cutLink }
  }

  /** What can be deployed beside the two that every device runs. */
  #oneShots(thing: string): Record<string, OneShot> {
    const others = this.#plan.deployable.filter(({ name }) => name !== FIRMWARE_COMPONENT && name !== HEALTH_COMPONENT)
    return Object.fromEntries(
      others.map(({ name }) => [name, new OneShot(this.clock, this.#plan.seed.stream(`component/${name}/${thing}`))]),
    )
  }

  #reportFaultsOf({ thing, line }: DevicePlan): readonly PlacedReportFault[] {
    const chanceOf = (index: number) => (label: string) => this.faultWorld.chance(`fault/${index}/${thing}/${label}`)
    return placed(this.#plan.faults, isReportFault)
      .filter(({ spec }) => selects(spec.in, thing, line, ''))
      .map(({ index, spec }) => ({ index, fault: makeReportFault(spec, chanceOf(index)) }))
  }

  /** A connection that several faults cut is back when the last of them has ended. */
  #linkOutages(nucleus: Nucleus, thing: string): CoreDevice['cutLink'] {
    const { clock, faultWorld } = this
    let cuts = 0
    let isAway = false
    const restore = (): void => {
      cuts -= 1
      // Another fault may begin in this very millisecond.
      clock.after(0, () => {
        if (!isAway || cuts > 0) return
        isAway = false
        nucleus.goOnline()
      })
    }
    return (index, spec, sinceMs) => {
      const cut = makeCut(spec, sinceMs, faultWorld.chance(`fault/${index}/${thing}`))
      const lose = (n: number): void => {
        faultWorld.actsOnDevice(index, cut.kind, thing)
        cuts += 1
        if (!isAway) nucleus.goOffline()
        isAway = true
        clock.after(cut.awayMs(n), restore)
        if (cut.periodMs !== null) clock.after(cut.periodMs, () => lose(n + 1))
      }
      clock.at(cut.firstAtMs, () => lose(0))
    }
  }

  #absorb(thing: string, { count, last, atMs }: DeferredSamples): void {
    this.cloud.shadows.absorb(thing, HEALTH_SHADOW, { ...last } as unknown as JsonObject, { count, atMs })
  }

  /** The registry learns of connections as the index shows them. */
  #withConnectivity(
    thing: string,
    monitor: HealthMonitor,
    events: Parameters<Level['link']>[1],
  ): Parameters<Level['link']>[1] {
    const { things } = this.cloud
    return {
      onConnected: () => {
        things.setConnectivity(thing, true)
        events.onConnected()
      },
      onDisconnected: () => {
        monitor.unsettle()
        things.setConnectivity(thing, false, 'CONNECTION_LOST')
        events.onDisconnected()
      },
      onMessage: (topic, payload) => events.onMessage(topic, payload),
    }
  }
}

/** Runs a Lambda function; it must not throw. */
export type Invoke = (functionArn: string, event: object) => void

interface Live {
  cloud: Cloud | null
}

const levelEvents = (live: Live): LevelEvents => ({
  isThing: (clientId) => live.cloud?.things.exists(clientId) ?? false,
  onPublish: (clientId, topic, payload) => {
    if (live.cloud !== null) routePublish(live.cloud.mqtt, clientId, topic, payload)
  },
})
