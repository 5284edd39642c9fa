import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import type { Outage, ProcessEffect, ProcessView } from '../faults/families/fault.ts'
import { type Clock, Priority, type Timer } from '../kernel/clock.ts'
import type { Stream } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import type { CrashReason } from '../plant/crash-messages.ts'
import type { LinePeers } from '../plant/line-peers.ts'
import { type Condition, HEALTHY, type Machine, MEMORY_LIMIT_MIB } from '../plant/machine.ts'
import type { PlantCalendar } from '../plant/shifts.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'

export interface FirmwareOptions {
  readonly thing: string
  readonly machine: Machine
  readonly faults: DeviceFaults
  readonly calendar: PlantCalendar
  readonly peers: LinePeers
  /** Takes the device's power away. */
  readonly onOutage: (outage: Outage) => void
  /** Where in the minute the machine's minutes end, in milliseconds: with this device's samples. */
  readonly phaseMs: number
  readonly clock: Clock
  readonly trace: Trace
  /** Start of the rehearsal. */
  readonly worldStartMs: number
  readonly stream: (label: string) => Stream
}

/** Script times; with the nucleus' own share a revert takes 120-180 s (timings.ts). [seed: revert within 2-3 min] */
const SHUTDOWN_MS = { min: 5_000, max: 10_000 }
const INSTALL_MS = { min: 40_000, max: 60_000 }
const STARTUP_MS = { min: 20_000, max: 35_000 }

/** A fault of the running process, and the process as this fault sees it. */
interface ProcessFault {
  readonly one: DeviceFault
  view: ProcessView
  /** Cycles until its counter is full, as of so many of the machine; null before it was counted, or without one. */
  counted: { readonly left: number; readonly atCycles: number } | null
  /** What it has under way. */
  readonly timers: Timer[]
}

interface Process {
  readonly view: ProcessView
  readonly onExit: OnExit
}

type OnExit = (exitCode: number) => void

/** Left by what a device carries, more than any artifact of the plant takes. */
const DISK_FREE_MIB = 2_048
const NO_FAULTS: readonly ProcessFault[] = []
const NOT_RUNNING: Condition = { ...HEALTHY, isRunning: false }

/** The line firmware on one device: its scripts, its process, and what the injected faults make of it. */
export class Firmware implements ComponentRuntime {
  readonly #options: FirmwareOptions
  readonly #source: string
  readonly #scripts: Stream
  readonly #bootIds: Stream
  /** When each version first ran here. */
  readonly #installedAtMs = new Map<string, number>()
  #process: Process | null = null
  // What a look reads of every device stands here and not in the process: objects of their own are slow to reach.
  /** Of the running process or of the last one, which the device's clock still has. */
  #processFaults = NO_FAULTS
  /** Whether no fault of the running process has an effect that changes from minute to minute. */
  #isEven = true
  #version: string | null = null
  #startedAtMs = Number.NaN
  /** What scripts and the process have under way. */
  #timers: Timer[] = []
  #bootId = ''
  #crashes = 0
  #boots = 0
  #beforeChange: () => void = () => undefined

  constructor(options: FirmwareOptions) {
    this.#options = options
    this.#source = `core/${options.thing}`
    this.#scripts = options.stream(`firmware/${options.thing}/scripts`)
    this.#bootIds = options.stream(`firmware/${options.thing}/boot-ids`)
    if (options.faults.watchPeers) this.#watchPeers()
  }

  /** Of the running process, or of the last one; null before the first. */
  get version(): string | null {
    return this.#version
  }

  /** Of the running process, or of the last one. */
  get bootId(): string {
    return this.#bootId
  }

  /** Times the firmware died or failed to start since the device came up. */
  get crashes(): number {
    return this.#crashes
  }

  uptimeS(nowMs: number): number {
    return this.#process === null ? 0 : Math.floor((nowMs - this.#startedAtMs) / 1000)
  }

  /** `listener` runs before anything of the process changes, while all of it is still as it was. */
  onBeforeChange(listener: () => void): void {
    this.#beforeChange = listener
  }

  install(version: string): ScriptRun {
    const durationMs = this.#draw(INSTALL_MS)
    this.#leaveDuring(version, durationMs)
    return { durationMs: this.#hang('install', version) ?? durationMs, exitCode: 0 }
  }

  startup(version: string): ScriptRun {
    const durationMs = this.#draw(STARTUP_MS)
    const exitCodeOf = (one: DeviceFault): number | undefined => one.fault.startupExitCode
    const failing = this.#find(version, (one) => exitCodeOf(one) !== undefined)
    if (failing === undefined) return { durationMs: this.#hang('startup', version) ?? durationMs, exitCode: 0 }
    const exitCode = exitCodeOf(failing) as number
    this.#after(durationMs, () => {
      this.#options.faults.announce(failing)
      this.#crashed(version, { code: 'STARTUP_FAILED', data: { exitCode } })
    })
    return { durationMs, exitCode }
  }

  shutdown(): ScriptRun {
    this.#beforeChange()
    return { durationMs: this.#draw(SHUTDOWN_MS), exitCode: 0 }
  }

  running(version: string, onExit: OnExit): void {
    const { clock, trace, machine, thing, calendar, peers, faults } = this.#options
    this.#beforeChange()
    const nowMs = clock.nowMs()
    this.#bootId = this.#bootIds.uuid()
    if (!this.#installedAtMs.has(version)) this.#installedAtMs.set(version, nowMs)
    this.#boots += 1
    const view: ProcessView = {
      installedAtMs: this.#installedAtMs.get(version) as number,
      startedAtMs: nowMs,
      worldStartMs: this.#options.worldStartMs,
      boot: this.#boots,
      baseMemoryMiB: machine.baseMemoryMiBAt(nowMs),
      memoryLimitMiB: MEMORY_LIMIT_MIB,
      plantTime: (atMs) => calendar.at(atMs),
      counterFullAtMs: Number.POSITIVE_INFINITY,
    }
    const ofVersion = faults.of(version)
    this.#process = { view, onExit }
    this.#version = version
    this.#startedAtMs = nowMs
    this.#setProcessFaults(ofVersion.length === 0 ? NO_FAULTS : ofVersion.map((one) => this.#felt(one, view)))
    trace.record(this.#source, { kind: 'firmware-started', thing, version, bootId: this.#bootId })
    peers.changed(machine.line, thing, version)
    for (const processFault of this.#processFaults) this.#begin(processFault, onExit)
  }

  /** A fault more, from now on: on the running process if it concerns that, and on those to come. */
  inject(one: DeviceFault): void {
    this.#options.faults.add(one)
    if (one.fault.when !== undefined) this.#watchPeers()
    if (this.#process === null || !one.actsOn(this.#version as string)) return
    this.#beforeChange()
    const { view, onExit } = this.#process
    const before = this.#processFaults
    const added = this.#felt(one, view)
    this.#setProcessFaults([...before, added])
    this.#begin(added, onExit)
    // How far ahead a counter is full was told for a machine without this fault.
    for (const felt of before) if (felt.counted !== null) this.#count(felt, onExit)
  }

  stopped(): void {
    this.#beforeChange()
    for (const timer of this.#timers.splice(0)) timer.cancel()
    this.#process = null
    const { peers, machine, thing } = this.#options
    peers.changed(machine.line, thing, null)
  }

  /** Whether a process of this version ever came up here. */
  hasRun(version: string): boolean {
    return this.#installedAtMs.has(version)
  }

  /** Share of the memory that the firmware leaves now, 0 to 1. */
  freeMemoryShare(): number {
    if (this.#process === null) return 1
    const { baseMemoryMiB, memoryLimitMiB } = this.#process.view
    const usedMiB = baseMemoryMiB + this.conditionAt(this.#options.clock.nowMs()).extraMemoryMiB
    return Math.max(0, 1 - usedMiB / memoryLimitMiB)
  }

  /** What is left of the disk that artifacts go to. */
  get diskFreeMiB(): number {
    let freeMiB = DISK_FREE_MIB
    for (const { one } of this.#processFaults) {
      freeMiB = Math.min(freeMiB, one.fault.diskFreeMiB ?? freeMiB)
    }
    return freeMiB
  }

  /** How far the device's clock is ahead of the true time. */
  clockOffsetMs(nowMs: number): number {
    let sumMs = 0
    for (const { one, view } of this.#processFaults) {
      if (this.#options.faults.acts(one)) sumMs += one.fault.clockOffsetMs?.(view, nowMs) ?? 0
    }
    return sumMs
  }

  /** What the machine experiences in the minute that ends at `atMs`, as long as nothing of the process changes. */
  conditionAt(atMs: number): Condition {
    if (this.#process === null) return NOT_RUNNING
    if (this.#isEven) return HEALTHY
    const { faults } = this.#options
    let condition = HEALTHY
    for (const { one, view } of this.#processFaults) {
      const effect = one.fault.effect
      if (effect !== undefined && faults.acts(one)) condition = combine(condition, effect(view, atMs))
    }
    return condition
  }

  /** Whether every minute is alike until something of the process changes. */
  get isEven(): boolean {
    return this.#process === null || this.#isEven
  }

  /** Endless where a fault lets the script hang, and told as its onset; undefined where none does. */
  #hang(script: 'install' | 'startup', version: string): number | undefined {
    const hanging = this.#find(version, ({ fault }) => fault.hangsIn === script)
    if (hanging === undefined) return undefined
    this.#options.faults.announce(hanging)
    return Number.POSITIVE_INFINITY
  }

  /** In the middle of the install script, once. */
  #leaveDuring(version: string, installMs: number): void {
    const { faults, onOutage } = this.#options
    const isDue = (one: DeviceFault): boolean => one.fault.outageIn?.step === 'install' && !faults.hasStarted(one)
    const leaving = this.#find(version, isDue)
    const outage = leaving?.fault.outageIn
    if (leaving === undefined || outage === undefined) return
    this.#after(Math.round(installMs / 2), () => {
      faults.announce(leaving)
      onOutage(outage)
    })
  }

  #watchPeers(): void {
    const { peers, machine, thing } = this.#options
    peers.watch(machine.line, thing, {
      before: () => this.#beforeChange(),
      after: () => this.#announceWoken(),
    })
  }

  #setProcessFaults(faults: readonly ProcessFault[]): void {
    this.#processFaults = faults
    this.#isEven = faults.every(({ one }) => one.fault.effect === undefined)
  }

  /** For a fault that was injected, the install, the process and the rehearsal began no earlier than itself. */
  #felt(one: DeviceFault, view: ProcessView): ProcessFault {
    const common = { one, counted: null, timers: [] }
    if (one.sinceMs === undefined) return { ...common, view }
    const { sinceMs } = one
    const startedAtMs = Math.max(view.startedAtMs, sinceMs)
    const baseMemoryMiB = this.#options.machine.baseMemoryMiBAt(startedAtMs)
    const installedAtMs = Math.max(view.installedAtMs, sinceMs)
    return { ...common, view: { ...view, installedAtMs, startedAtMs, baseMemoryMiB, worldStartMs: sinceMs } }
  }

  #begin(processFault: ProcessFault, onExit: OnExit): void {
    // What was there before the rehearsal starts before its machine has lived the week before: counted from now on.
    if (processFault.one.fault.counterCycles === undefined) this.#schedule(processFault, onExit)
    else this.#after(0, () => this.#count(processFault, onExit))
  }

  #schedule({ one, view, timers }: ProcessFault, onExit: OnExit): void {
    const { faults, onOutage } = this.#options
    const at = (atMs: number, action: () => void): void => this.#at(atMs, action, timers)
    at(one.fault.onsetMs(view), () => {
      if (faults.acts(one)) faults.announce(one)
    })
    const death = one.fault.death?.(view)
    if (death !== undefined) {
      at(death.atMs, () => {
        this.#crashed(this.#version as string, death.reason)
        onExit(death.exitCode)
      })
    }
    const outage = one.fault.outage?.(view)
    if (outage !== undefined) at(outage.atMs, () => onOutage(outage))
  }

  /** Looks ahead to when the counter will be full: no minute has to be looked at on the way. */
  #count(processFault: ProcessFault, onExit: OnExit): void {
    const { machine, clock, phaseMs } = this.#options
    const { one, counted } = processFault
    const cycles = one.fault.counterCycles as number
    const left = counted === null ? cycles : counted.left - (machine.cycles - counted.atCycles)
    if (left <= 0) return // it is full, and that is under way or has been told
    processFault.counted = { left, atCycles: machine.cycles }
    for (const timer of processFault.timers.splice(0)) timer.cancel()
    const nowMs = clock.nowMs()
    const sinceMs = (((nowMs - phaseMs) % SAMPLE_PERIOD_MS) + SAMPLE_PERIOD_MS) % SAMPLE_PERIOD_MS
    // The sample of this very millisecond is still to come: timers of the world run before it.
    const nextEndMs = sinceMs === 0 && clock.turn() < Priority.sample ? nowMs : nowMs - sinceMs + SAMPLE_PERIOD_MS
    const even = this.isEven ? this.conditionAt(nowMs) : null
    const doneAtMs = machine.cyclesDoneAtMs(
      nextEndMs - SAMPLE_PERIOD_MS,
      left,
      (endMs) => even ?? this.conditionAt(endMs),
    )
    processFault.view = { ...processFault.view, counterFullAtMs: doneAtMs + 1 }
    this.#schedule(processFault, onExit)
  }

  /** What rested until the neighbours changed. */
  #announceWoken(): void {
    const { faults, clock } = this.#options
    for (const { one, view } of this.#process === null ? NO_FAULTS : this.#processFaults) {
      const isWoken = one.fault.when !== undefined && one.fault.onsetMs(view) <= clock.nowMs() && faults.acts(one)
      if (isWoken) faults.announce(one)
    }
  }

  #crashed(version: string, reason: CrashReason): void {
    this.#beforeChange()
    this.#crashes += 1
    const { trace, thing } = this.#options
    trace.record(this.#source, { kind: 'firmware-crashed', thing, version, reason })
  }

  #find(version: string, isOfSort: (one: DeviceFault) => boolean): DeviceFault | undefined {
    const { faults } = this.#options
    return faults.of(version).find((one) => isOfSort(one) && faults.acts(one))
  }

  /** Never, where the time is infinite. */
  #at(atMs: number, action: () => void, ofFault: Timer[] = []): void {
    if (!Number.isFinite(atMs)) return
    const timer = this.#options.clock.at(atMs, action)
    this.#timers.push(timer)
    ofFault.push(timer)
  }

  #after(delayMs: number, action: () => void): void {
    this.#at(this.#options.clock.nowMs() + delayMs, action)
  }

  #draw(range: { min: number; max: number }): number {
    return Math.round(this.#scripts.between(range.min, range.max))
  }
}

const combine = (condition: Condition, effect: ProcessEffect): Condition => ({
  ...condition,
  cycleTimeFactor: condition.cycleTimeFactor * (effect.cycleTimeFactor ?? 1),
  errorRateFactor: condition.errorRateFactor * (effect.errorRateFactor ?? 1),
  connectionFailureShare: Math.min(condition.connectionFailureShare + (effect.connectionFailureShare ?? 0), 1),
  extraMemoryMiB: condition.extraMemoryMiB + (effect.extraMemoryMiB ?? 0),
})
