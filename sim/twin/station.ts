import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import { type DeviceFault, DeviceFaults } from '../device/device-faults.ts'
import { Firmware } from '../device/firmware.ts'
import { HealthMonitor } from '../device/health-monitor.ts'
import type { Nucleus } from '../device/nucleus.ts'
import { faultsOf, makeFault, originOf } from '../faults/catalogue.ts'
import type { DeviceView } from '../faults/families/process-fault.ts'
import { Machine } from '../plant/machine.ts'
import { Recording } from '../plant/recording.ts'
import { selects } from '../plant/selector.ts'
import { settingsOfLine } from '../plant/settings.ts'
import { StationMetrics } from '../plant/station-metrics.ts'
import type { DeviceWorld } from './device-world.ts'
import type { DevicePlan } from './plan.ts'

/** The parts of a device that run every minute, before its nucleus exists. */
export interface Station {
  readonly plan: DevicePlan
  readonly machine: Machine
  readonly faults: DeviceFaults
  readonly firmware: Firmware
  readonly monitor: HealthMonitor
  /** Set once the nucleus exists. */
  readonly core: { nucleus: Nucleus | null }
}

export function makeMachine({ thing, line }: DevicePlan, { plan, calendarOf }: DeviceWorld): Machine {
  const { seed, plant, recorded, startMs } = plan
  const recording = Recording.of(recorded.tracks, thing, line, recorded.startMs)
  const { noise } = settingsOfLine(plant, line)
  const metrics = StationMetrics.of(seed, thing, line, plant.metrics)
  return new Machine(seed, thing, line, calendarOf(line), noise, recording, startMs, metrics)
}

export function makeStation(plan: DevicePlan, machine: Machine, world: DeviceWorld): Station {
  const { clock, trace, calendarOf, peers } = world
  const { seed, schemaOf, startMs } = world.plan
  const { thing, line } = plan
  const phaseMs = Math.floor(seed.stream(`core/${thing}/sample-phase`).next() * (SAMPLE_PERIOD_MS / 1000)) * 1000
  const core: Station['core'] = { nucleus: null }
  // Faults query the view only once all parts of the device exist.
  const view: DeviceView = {
    hasRun: (version) => firmware.hasRun(version),
    hasComponent: (name) => core.nucleus?.componentState(name) !== undefined,
    peerRuns: (version) => peers.otherRuns(line, thing, version),
    freeMemoryShare: () => firmware.freeMemoryShare(),
  }
  const faults = new DeviceFaults(thing, processFaultsOf(plan, world), trace, view)
  const firmware = new Firmware({
    thing,
    machine,
    faults,
    calendar: calendarOf(line),
    peers,
    onOutage: (outage) => core.nucleus?.lose(outage),
    phaseMs,
    clock,
    trace,
    worldStartMs: startMs,
    stream: (label) => seed.stream(label),
  })
  const monitor = new HealthMonitor({ thing, machine, firmware, clock, trace, phaseMs, schemaOf })
  return { plan, machine, faults, firmware, monitor, core }
}

const processFaultsOf = ({ thing, line }: DevicePlan, { plan, faultWorld }: DeviceWorld): readonly DeviceFault[] =>
  faultsOf(plan.faults, 'process').map(({ index, spec }) => ({
    index,
    kind: spec.kind,
    origin: originOf(spec),
    fault: makeFault(spec, faultWorld.chance(`fault/${index}/${thing}`)),
    actsOn: (version) => selects(spec.in, thing, line, version),
  }))
