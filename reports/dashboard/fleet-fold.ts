import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { bringsRelease } from '../run/deployments-by-direction.ts'
import { type DashboardState, DEVICE_CODES, type DeviceCode, type StageRow } from './state.ts'

/** What is known of one device. */
interface Device {
  readonly stage: StageName
  runsRelease: boolean
  isHealthy: boolean
  hasCrashed: boolean
  isConnected: boolean
  isHeld: boolean
  /** The deployment that it works on. */
  task: 'release' | 'rollback' | null
}

/** What every device is doing: the map of the fleet, and the counts of a stage. */
export class FleetFold {
  readonly #header: TraceHeader
  readonly #devices = new Map<string, Device>()
  readonly #lines = new Map<number, string[]>()
  /** Deployments to stages, by id. */
  readonly #tasks = new Map<string, Device['task']>()

  constructor(header: TraceHeader) {
    this.#header = header
    for (const [stage, things] of Object.entries(header.stages)) {
      for (const thing of things) this.#devices.set(thing, begin(stage))
    }
    for (const [thing, line] of Object.entries(header.lines)) {
      this.#lines.set(line, [...(this.#lines.get(line) ?? []), thing])
    }
  }

  get map(): DashboardState['map'] {
    return [...this.#lines].map(([line, things]) => ({
      line,
      things,
      codes: things.map((thing) => codeOf(this.#devices.get(thing))).join(''),
    }))
  }

  countsOf(name: StageName): Pick<StageRow, 'devices' | 'running' | 'healthy' | 'held'> {
    const own = [...this.#devices.values()].filter(({ stage }) => stage === name)
    const running = own.filter(({ runsRelease }) => runsRelease)
    const healthy = running.filter(({ isHealthy, hasCrashed }) => isHealthy && !hasCrashed)
    const held = own.filter(({ isHeld }) => isHeld)
    return { devices: own.length, running: running.length, healthy: healthy.length, held: held.length }
  }

  take(record: TraceRecord): void {
    if (record.kind === 'deployment-created') {
      const isOfStage = record.target in this.#header.stages
      if (isOfStage) this.#tasks.set(record.deploymentId, bringsRelease(this.#header, record) ? 'release' : 'rollback')
      return
    }
    const device = 'thing' in record && record.thing !== null ? this.#devices.get(record.thing) : undefined
    if (device !== undefined) this.#follow(device, record)
  }

  #follow(device: Device, record: TraceRecord): void {
    switch (record.kind) {
      case 'device-connected':
        device.isConnected = true
        return
      case 'device-disconnected':
        device.isConnected = false
        return
      case 'device-moved':
        if (record.group === HOLDBACK_GROUP) device.isHeld = record.change === 'added'
        return
      case 'deployment-received':
        device.task = this.#tasks.get(record.deploymentId) ?? null
        return
      case 'deployment-finished':
        device.task = null
        return
      case 'firmware-started':
        Object.assign(device, { isHealthy: false, hasCrashed: false })
        device.runsRelease = record.version === this.#header.release.version
        return
      case 'firmware-crashed':
        device.hasCrashed = true
        return
      case 'device-healthy':
        Object.assign(device, { isHealthy: true, hasCrashed: false })
        return
      case 'component-state':
        if (record.component === FIRMWARE_COMPONENT && record.state === 'BROKEN') device.hasCrashed = true
    }
  }
}

const begin = (stage: StageName): Device => ({
  stage,
  runsRelease: false,
  isHealthy: true,
  hasCrashed: false,
  isConnected: true,
  isHeld: false,
  task: null,
})

/** What is most severe about the device. */
function codeOf(device: Device | undefined): DeviceCode {
  if (device === undefined) return DEVICE_CODES.old
  if (device.hasCrashed) return DEVICE_CODES.crashed
  if (!device.isConnected) return DEVICE_CODES.offline
  if (device.task === 'rollback') return DEVICE_CODES.reverting
  if (device.task === 'release') return DEVICE_CODES.installing
  if (!device.isHealthy) return DEVICE_CODES.starting
  if (device.runsRelease) return DEVICE_CODES.new
  return device.isHeld ? DEVICE_CODES.held : DEVICE_CODES.old
}
