import type { Clock, Timer } from '../clock.ts'
import type { Effect, Fault, ProcessView } from '../faults/fault.ts'
import { type Condition, HEALTHY, type Machine, MEMORY_LIMIT_MIB } from '../plant/machine.ts'
import type { Stream } from '../random.ts'
import type { Trace } from '../trace.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'

/** A fault of the scenario that concerns this device, with its place in the scenario's list. */
export interface DeviceFault {
  readonly index: number
  readonly fault: Fault
  /** Whether it acts while this version runs. */
  readonly actsOn: (version: string) => boolean
}

export interface FirmwareOptions {
  readonly thing: string
  readonly machine: Machine
  readonly faults: readonly DeviceFault[]
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

const NOT_RUNNING: Condition = { ...HEALTHY, isRunning: false }

/** The line firmware on one device: its scripts, its process, and what the injected faults make of it. */
export class Firmware implements ComponentRuntime {
  readonly #options: FirmwareOptions
  readonly #source: string
  readonly #scripts: Stream
  readonly #bootIds: Stream
  /** When each version first ran here. */
  readonly #installedAtMs = new Map<string, number>()
  readonly #announced = new Set<string>()
  #process: { view: ProcessView; version: string; timers: Timer[]; faults: readonly DeviceFault[] } | null = null
  #bootId = ''
  #crashes = 0
  #boots = 0
  #beforeChange: () => void = () => undefined

  constructor(options: FirmwareOptions) {
    this.#options = options
    this.#source = `core/${options.thing}`
    this.#scripts = options.stream(`firmware/${options.thing}/scripts`)
    this.#bootIds = options.stream(`firmware/${options.thing}/boot-ids`)
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
    return this.#process === null ? 0 : Math.floor((nowMs - this.#process.view.startedAtMs) / 1000)
  }

  /** `listener` runs before anything of the process changes, while all of it is still as it was. */
  onBeforeChange(listener: () => void): void {
    this.#beforeChange = listener
  }

  install(version: string): ScriptRun {
    const durationMs = this.#draw(INSTALL_MS)
    return { durationMs: this.#hang('install', version) ?? durationMs, exitCode: 0 }
  }

  startup(version: string): ScriptRun {
    const durationMs = this.#draw(STARTUP_MS)
    const failing = this.#faultsOf(version).find(({ fault }) => fault.startupExitCode !== undefined)
    if (failing === undefined) return { durationMs: this.#hang('startup', version) ?? durationMs, exitCode: 0 }
    this.#options.clock.after(durationMs, () => {
      this.#announce(failing)
      this.#crashed(version, `startup script exited with code ${failing.fault.startupExitCode}`)
    })
    return { durationMs, exitCode: failing.fault.startupExitCode as number }
  }

  shutdown(): ScriptRun {
    this.#beforeChange()
    return { durationMs: this.#draw(SHUTDOWN_MS), exitCode: 0 }
  }

  running(version: string, onExit: (exitCode: number, reason: string) => void): void {
    const { clock, trace, machine, thing } = this.#options
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
    }
    const faults = this.#faultsOf(version)
    this.#process = { view, version, timers: [], faults }
    trace.record(this.#source, { kind: 'firmware-started', thing, version, bootId: this.#bootId })
    for (const one of faults) this.#schedule(one, view, onExit)
  }

  stopped(): void {
    this.#beforeChange()
    for (const timer of this.#process?.timers ?? []) timer.cancel()
    this.#process = null
  }

  /** What the machine experiences in the minute that ends at `atMs`, as long as nothing of the process changes. */
  conditionAt(atMs: number): Condition {
    if (this.#process === null) return NOT_RUNNING
    const { view, faults } = this.#process
    return faults.reduce((condition, { fault }) => combine(condition, fault.effect?.(view, atMs) ?? {}), HEALTHY)
  }

  /** Whether every minute is alike until something of the process changes. */
  get isEven(): boolean {
    return this.#process === null || this.#process.faults.every(({ fault }) => fault.effect === undefined)
  }

  /** Endless where a fault lets the script hang, and told as its onset; undefined where none does. */
  #hang(script: 'install' | 'startup', version: string): number | undefined {
    const hanging = this.#faultsOf(version).find(({ fault }) => fault.hangsIn === script)
    if (hanging === undefined) return undefined
    this.#announce(hanging)
    return Number.POSITIVE_INFINITY
  }

  #schedule(one: DeviceFault, view: ProcessView, onExit: (exitCode: number, reason: string) => void): void {
    const { clock } = this.#options
    const timers = this.#process?.timers as Timer[]
    timers.push(clock.at(one.fault.onsetMs(view), () => this.#announce(one)))
    const death = one.fault.death?.(view)
    if (death === undefined) return
    const die = (): void => {
      this.#crashed(this.#process?.version as string, death.reason)
      onExit(death.exitCode, death.reason)
    }
    timers.push(clock.at(death.atMs, die))
  }

  /** The ground truth: this fault begins to act on this device. */
  #announce({ index, fault }: DeviceFault): void {
    const key = String(index)
    if (this.#announced.has(key)) return
    this.#announced.add(key)
    const { trace, thing } = this.#options
    trace.record(`fault/${index}/${thing}`, { kind: 'fault-started', fault: index, faultKind: fault.kind, thing })
  }

  #crashed(version: string, reason: string): void {
    this.#beforeChange()
    this.#crashes += 1
    const { trace, thing } = this.#options
    trace.record(this.#source, { kind: 'firmware-crashed', thing, version, reason })
  }

  #faultsOf(version: string): readonly DeviceFault[] {
    return this.#options.faults.filter(({ actsOn }) => actsOn(version))
  }

  #draw(range: { min: number; max: number }): number {
    return Math.round(this.#scripts.between(range.min, range.max))
  }
}

const combine = (condition: Condition, effect: Effect): Condition => ({
  ...condition,
  cycleTimeFactor: condition.cycleTimeFactor * (effect.cycleTimeFactor ?? 1),
  errorRateFactor: condition.errorRateFactor * (effect.errorRateFactor ?? 1),
  connectionFailureShare: Math.min(condition.connectionFailureShare + (effect.connectionFailureShare ?? 0), 1),
  extraMemoryMiB: condition.extraMemoryMiB + (effect.extraMemoryMiB ?? 0),
})
