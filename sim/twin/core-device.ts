import { FIRMWARE_COMPONENT, HEALTH_COMPONENT, HEALTH_SHADOW } from '../../controller/contract.ts'
import type { JsonObject } from '../cloud/base/json.ts'
import { DeploymentFaults } from '../device/deployment-faults.ts'
import type { Firmware } from '../device/firmware.ts'
import type { HealthMonitor, MonitorHost } from '../device/health-monitor.ts'
import { Nucleus } from '../device/nucleus.ts'
import { OneShot } from '../device/one-shot.ts'
import { faultsOf, makeFault } from '../faults/catalogue.ts'
import { isWithin } from '../faults/families/fault-window.ts'
import { FaultyLink, type IndexedReportFault } from '../faults/families/faulty-link.ts'
import type { DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import { selects } from '../plant/selector.ts'
import { settingsOfLine } from '../plant/settings.ts'
import { noiseKeys, sampleLossOf } from '../plant/station-noise.ts'
import { withConnectivity } from './connectivity.ts'
import type { DeviceWorld } from './device-world.ts'
import { LinkOutages } from './link-outages.ts'
import type { DevicePlan } from './plan.ts'
import { SampleLoss } from './sample-loss.ts'
import { type Silence, silenceOf } from './silence.ts'
import type { Station } from './station.ts'

/** How long what is installed at the start has been running: longer than any history, and than memory takes to settle. */
const UP_BEFORE_MS = 30 * 86_400_000

/** A Greengrass core device of the plant. */
export interface CoreDevice {
  readonly plan: DevicePlan
  readonly firmware: Firmware
  readonly monitor: HealthMonitor
  readonly nucleus: Nucleus
  /** True if faults may prevent samples from reaching the shadow, so that the monitor does not know its content. */
  readonly mayLoseSamples: boolean
  readonly outages: LinkOutages
  readonly silence: Silence
}

/** Adds nucleus, link and connection to a station. */
export function makeCoreDevice(station: Station, world: DeviceWorld): CoreDevice {
  const { plan, firmware, monitor, core } = station
  const { clock, faultWorld } = world
  const { thing, line, stage } = plan
  const { faults, installed, startMs } = world.plan
  const reportFaults = reportFaultsOf(plan, world)
  const loss = lossOf(plan, world)
  const nucleus = makeNucleus(station, reportFaults, loss, world)
  core.nucleus = nucleus
  const sampleFaults = reportFaults.filter(({ fault }) => fault.of === 'samples')
  for (const { spec } of sampleFaults) clock.at(startMs + spec.from, () => monitor.unsettle())
  monitor.attach(monitorHost(thing, nucleus, { sampleFaults, loss }, world))
  loss?.settle(monitor)
  nucleus.assumeInstalled(`thinggroup/${stage}`, installed, startMs)
  firmware.assumeUpSince(startMs - UP_BEFORE_MS)
  const outages = new LinkOutages(thing, nucleus, faultWorld)
  for (const { index, spec } of faultsOf(faults, 'link')) {
    if (selects(spec.in, thing, line, '')) outages.add(index, spec, startMs)
  }
  const mayLoseSamples = sampleFaults.length > 0 || loss !== null
  const silence = silenceOf(world.plan.seed, world.plan.plant, thing, line)
  return { plan, firmware, monitor, nucleus, mayLoseSamples, outages, silence }
}

function lossOf({ thing, line }: DevicePlan, { plan, clock }: DeviceWorld): SampleLoss | null {
  const bursts = sampleLossOf(noiseKeys(plan.seed, thing, line), settingsOfLine(plan.plant, line).noise)
  return bursts === null ? null : new SampleLoss(bursts, clock)
}

function makeNucleus(
  { plan, faults, firmware, monitor }: Station,
  reportFaults: readonly IndexedReportFault[],
  loss: SampleLoss | null,
  world: DeviceWorld,
): Nucleus {
  const { thing } = plan
  const { clock, trace, cloud, level, faultWorld, sessions } = world
  const { seed } = world.plan
  const direct = (events: DeviceLinkEvents): DeviceLink => {
    const link = level.link(thing, withConnectivity(thing, { things: cloud.things, sessions }, monitor, events))
    return loss === null ? link : loss.on(link)
  }
  const nucleus = new Nucleus({
    thing,
    clock,
    trace,
    link: (events) =>
      reportFaults.length === 0 ? direct(events) : new FaultyLink(thing, reportFaults, faultWorld, direct, events),
    dataPlane: cloud.greengrass.dataPlane,
    stream: (label) => seed.stream(label),
    runtimes: { ...oneShotsOf(thing, world), [FIRMWARE_COMPONENT]: firmware, [HEALTH_COMPONENT]: monitor },
    faults: new DeploymentFaults(faults, FIRMWARE_COMPONENT, (outage) => nucleus.lose(outage)),
    clockOffsetMs: () => firmware.clockOffsetMs(clock.nowMs()),
  })
  return nucleus
}

function monitorHost(
  thing: string,
  nucleus: Nucleus,
  { sampleFaults, loss }: { readonly sampleFaults: readonly IndexedReportFault[]; readonly loss: SampleLoss | null },
  { cloud, level, faultWorld }: DeviceWorld,
): MonitorHost {
  return {
    firmwareState: () => nucleus.componentState(FIRMWARE_COMPONENT),
    publish: (topic, payload, qos) => nucleus.publish(topic, payload, qos),
    get online() {
      return nucleus.online
    },
    absorb: level.defersSamples
      ? ({ count, last, atMs }) => cloud.shadows.absorb(thing, HEALTH_SHADOW, last as JsonObject, { count, atMs })
      : null,
    get mayDefer() {
      return loss?.isLosing !== true && !sampleFaults.some(({ spec }) => isWithin(spec, faultWorld.sinceMs()))
    },
  }
}

/** Deployable components other than the two that every device runs. */
function oneShotsOf(thing: string, { plan, clock }: DeviceWorld): Record<string, OneShot> {
  const others = plan.deployable.filter(({ name }) => name !== FIRMWARE_COMPONENT && name !== HEALTH_COMPONENT)
  return Object.fromEntries(
    others.map(({ name }) => [name, new OneShot(clock, plan.seed.stream(`component/${name}/${thing}`))]),
  )
}

function reportFaultsOf({ thing, line }: DevicePlan, { plan, faultWorld }: DeviceWorld): readonly IndexedReportFault[] {
  return faultsOf(plan.faults, 'report')
    .filter(({ spec }) => selects(spec.in, thing, line, ''))
    .map(({ index, spec }) => {
      const chanceOf = (label: string) => faultWorld.chance(`fault/${index}/${thing}/${label}`)
      return { index, spec, fault: makeFault(spec, chanceOf) }
    })
}
