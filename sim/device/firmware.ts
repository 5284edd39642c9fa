import type { Outage, ProcessView } from '../faults/families/process-fault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Stream } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import { type Condition, HEALTHY } from '../plant/condition.ts'
import type { CrashReason } from '../plant/crash-messages.ts'
import type { LinePeers } from '../plant/line-peers.ts'
import { type Machine, MEMORY_LIMIT_MIB } from '../plant/machine.ts'
import type { PlantCalendar } from '../plant/shifts.ts'
import { type ActiveFault, activeFaultOf, conditionUnder } from './active-fault.ts'
import type { ComponentRuntime, OnExit, ScriptRun } from './component-runtime.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'
import { FaultSchedule } from './fault-schedule.ts'
import { FirmwareScripts } from './firmware-scripts.ts'
import { TimerGroup } from './timer-group.ts'

export interface FirmwareOptions {
  readonly thing: string
  readonly machine: Machine
  readonly faults: DeviceFaults
  readonly calendar: PlantCalendar
  readonly peers: LinePeers
  /** Takes the device's power away. */
  readonly onOutage: (outage: Outage) => void
  /** Offset in the minute at which the machine's minutes end, in milliseconds: the device's sample phase. */
  readonly phaseMs: number
  readonly clock: Clock
  readonly trace: Trace
  /** Start of the rehearsal. */
  readonly worldStartMs: number
  readonly stream: (label: string) => Stream
}

interface Process {
  readonly view: ProcessView
  readonly onExit: OnExit
}

/** Free disk space without faults: more than any artifact of the plant needs. */
const DISK_FREE_MIB = 2_048
const NO_FAULTS: readonly ActiveFault[] = []
const NOT_RUNNING: Condition = { ...HEALTHY, isRunning: false }

/** The line firmware on one device: its scripts and its process, under the injected faults. */
export class Firmware implements ComponentRuntime {
  readonly #options: FirmwareOptions
  readonly #source: string
  readonly #bootIds: Stream
  /** Of scripts and process. */
  readonly #timers: TimerGroup
  readonly #scripts: FirmwareScripts
  readonly #schedule: FaultSchedule
  /** When each version first ran here. */
  readonly #installedAtMs = new Map<string, number>()
  #process: Process | null = null
  // What every evaluation reads is a field here and not in the process: separate objects are slower to reach.
  /** Of the running process or of the last one, whose clock faults remain on the device. */
  #activeFaults = NO_FAULTS
  /** Whether no fault of the running process has an effect that changes from minute to minute. */
  #hasNoEffects = true
  #version: string | null = null
  #startedAtMs = Number.NaN
  #bootId = ''
  #crashes = 0
  #boots = 0
  #beforeChange: () => void = () => undefined

  constructor(options: FirmwareOptions) {
    const { thing, faults, machine, clock, phaseMs, onOutage, stream } = options
    this.#options = options
    this.#source = `core/${thing}`
    this.#bootIds = stream(`firmware/${thing}/boot-ids`)
    this.#timers = new TimerGroup(clock)
    this.#scripts = new FirmwareScripts({
      faults,
      stream: stream(`firmware/${thing}/scripts`),
      timers: this.#timers,
      onOutage,
      onStartupFailed: (version, exitCode) => this.#crashed(version, { code: 'STARTUP_FAILED', data: { exitCode } }),
    })
    this.#schedule = new FaultSchedule({
      faults,
      machine,
      clock,
      timers: this.#timers,
      phaseMs,
      onOutage,
      onDeath: (reason) => this.#crashed(this.#version as string, reason),
      conditionAt: (atMs) => this.conditionAt(atMs),
      isSteady: () => this.isSteady,
    })
    if (faults.watchesPeers) this.#watchPeers()
  }

  /** Of the running process, or of the last one; null before the first. */
  get version(): string | null {
    return this.#version
  }

  /** Of the running process, or of the last one. */
  get bootId(): string {
    return this.#bootId
  }

  /** How often the firmware died or failed to start since the device started. */
  get crashes(): number {
    return this.#crashes
  }

  uptimeS(nowMs: number): number {
    return this.#process === null ? 0 : Math.floor((nowMs - this.#startedAtMs) / 1000)
  }

  /** The running process has been up since then: it was installed before the rehearsal. */
  assumeUpSince(atMs: number): void {
    this.#startedAtMs = atMs
  }

  /** `listener` runs before anything of the process changes. */
  onBeforeChange(listener: () => void): void {
    this.#beforeChange = listener
  }

  install(version: string): ScriptRun {
    return this.#scripts.install(version)
  }

  startup(version: string): ScriptRun {
    return this.#scripts.startup(version)
  }

  shutdown(): ScriptRun {
    this.#beforeChange()
    return this.#scripts.shutdown()
  }

  running(version: string, onExit: OnExit): void {
    const { clock, trace, machine, thing, peers, faults } = this.#options
    this.#beforeChange()
    const nowMs = clock.nowMs()
    this.#bootId = this.#bootIds.uuid()
    if (!this.#installedAtMs.has(version)) this.#installedAtMs.set(version, nowMs)
    this.#boots += 1
    // What was installed at the start has been running for long.
    if (this.#boots > 1) machine.restartedAt(nowMs)
    const view = this.#viewOf(version, nowMs)
    const ofVersion = faults.of(version)
    this.#process = { view, onExit }
    this.#version = version
    this.#startedAtMs = nowMs
    this.#setActiveFaults(ofVersion.length === 0 ? NO_FAULTS : ofVersion.map((one) => this.#activeFault(one, view)))
    trace.record(this.#source, { kind: 'firmware-started', thing, version, bootId: this.#bootId })
    peers.changed(machine.line, thing, version)
    for (const active of this.#activeFaults) this.#schedule.begin(active, onExit)
  }

  /** Adds a fault from now on: to the running process if it acts on that, and to later ones. */
  inject(one: DeviceFault): void {
    this.#options.faults.add(one)
    if (one.fault.when !== undefined) this.#watchPeers()
    if (this.#process === null || !one.actsOn(this.#version as string)) return
    this.#beforeChange()
    const { view, onExit } = this.#process
    const before = this.#activeFaults
    const added = this.#activeFault(one, view)
    this.#setActiveFaults([...before, added])
    this.#schedule.begin(added, onExit)
    // The overflow of counters was computed for a machine without this fault.
    for (const active of before) if (active.counted !== null) this.#schedule.countCycles(active, onExit)
  }

  stopped(): void {
    this.#beforeChange()
    this.#timers.cancelAll()
    this.#process = null
    const { peers, machine, thing } = this.#options
    peers.changed(machine.line, thing, null)
  }

  /** Whether a process of this version ever ran here. */
  hasRun(version: string): boolean {
    return this.#installedAtMs.has(version)
  }

  /** Share of the memory that the firmware leaves free now, 0 to 1. */
  freeMemoryShare(): number {
    if (this.#process === null) return 1
    const { baseMemoryMiB, memoryLimitMiB } = this.#process.view
    const usedMiB = baseMemoryMiB + this.conditionAt(this.#options.clock.nowMs()).extraMemoryMiB
    return Math.max(0, 1 - usedMiB / memoryLimitMiB)
  }

  /** Free space of the disk for artifacts. */
  get diskFreeMiB(): number {
    let freeMiB = DISK_FREE_MIB
    for (const { one } of this.#activeFaults) {
      freeMiB = Math.min(freeMiB, one.fault.diskFreeMiB ?? freeMiB)
    }
    return freeMiB
  }

  /** How far the device's clock is ahead of true time. */
  clockOffsetMs(nowMs: number): number {
    let sumMs = 0
    for (const { one, view } of this.#activeFaults) {
      if (this.#options.faults.isActive(one)) sumMs += one.fault.clockOffsetMs?.(view, nowMs) ?? 0
    }
    return sumMs
  }

  /** The condition of the minute that ends at `atMs`, as long as nothing of the process changes. */
  conditionAt(atMs: number): Condition {
    if (this.#process === null) return NOT_RUNNING
    return this.#hasNoEffects ? HEALTHY : conditionUnder(this.#activeFaults, this.#options.faults, atMs)
  }

  /** Whether the condition is the same for every minute until something of the process changes. */
  get isSteady(): boolean {
    return this.#process === null || this.#hasNoEffects
  }

  #viewOf(version: string, startedAtMs: number): ProcessView {
    const { machine, calendar, worldStartMs } = this.#options
    return {
      installedAtMs: this.#installedAtMs.get(version) as number,
      startedAtMs,
      worldStartMs,
      boot: this.#boots,
      baseMemoryMiB: machine.baseMemoryMiBAt(startedAtMs),
      memoryLimitMiB: MEMORY_LIMIT_MIB,
      plantTime: (atMs) => calendar.at(atMs),
      counterFullAtMs: Number.POSITIVE_INFINITY,
    }
  }

  #activeFault(one: DeviceFault, view: ProcessView): ActiveFault {
    return activeFaultOf(one, view, (atMs) => this.#options.machine.baseMemoryMiBAt(atMs))
  }

  #setActiveFaults(active: readonly ActiveFault[]): void {
    this.#activeFaults = active
    this.#hasNoEffects = active.every(({ one }) => one.fault.effect === undefined)
  }

  #watchPeers(): void {
    const { peers, machine, thing } = this.#options
    peers.watch(machine.line, thing, {
      before: () => this.#beforeChange(),
      after: () => this.#recordActivated(),
    })
  }

  /** Faults that became active with the change of a line peer. */
  #recordActivated(): void {
    const { faults, clock } = this.#options
    for (const { one, view } of this.#process === null ? NO_FAULTS : this.#activeFaults) {
      const isActivated =
        one.fault.when !== undefined && one.fault.onsetMs(view) <= clock.nowMs() && faults.isActive(one)
      if (isActivated) faults.recordOnset(one)
    }
  }

  #crashed(version: string, reason: CrashReason): void {
    this.#beforeChange()
    this.#crashes += 1
    const { trace, thing } = this.#options
    trace.record(this.#source, { kind: 'firmware-crashed', thing, version, reason })
  }
}
