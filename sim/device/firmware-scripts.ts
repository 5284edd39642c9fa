import type { Outage } from '../faults/families/process-fault.ts'
import type { Stream } from '../kernel/random.ts'
import type { ScriptRun } from './component-runtime.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'
import type { TimerGroup } from './timer-group.ts'

/** Script times; with the nucleus' own share a revert takes 120-180 s (timings.ts). [source: rollback-times] */
const SHUTDOWN_MS = { min: 5_000, max: 10_000 }
const INSTALL_MS = { min: 40_000, max: 60_000 }
const STARTUP_MS = { min: 20_000, max: 35_000 }

export interface FirmwareScriptsOptions {
  readonly faults: DeviceFaults
  readonly stream: Stream
  readonly timers: TimerGroup
  readonly onOutage: (outage: Outage) => void
  /** The startup script of this version failed. */
  readonly onStartupFailed: (version: string, exitCode: number) => void
}

/** The lifecycle scripts of the firmware under the faults of the device. */
export class FirmwareScripts {
  readonly #options: FirmwareScriptsOptions

  constructor(options: FirmwareScriptsOptions) {
    this.#options = options
  }

  install(version: string): ScriptRun {
    const durationMs = this.#draw(INSTALL_MS)
    this.#scheduleOutage(version, durationMs)
    return { durationMs: this.#hang('install', version) ?? durationMs, exitCode: 0 }
  }

  startup(version: string): ScriptRun {
    const { faults, timers, onStartupFailed } = this.#options
    const durationMs = this.#draw(STARTUP_MS)
    const failing = this.#find(version, ({ fault }) => fault.startupExitCode !== undefined)
    const exitCode = failing?.fault.startupExitCode
    if (failing === undefined || exitCode === undefined) {
      return { durationMs: this.#hang('startup', version) ?? durationMs, exitCode: 0 }
    }
    timers.after(durationMs, () => {
      faults.recordOnset(failing)
      onStartupFailed(version, exitCode)
    })
    return { durationMs, exitCode }
  }

  shutdown(): ScriptRun {
    return { durationMs: this.#draw(SHUTDOWN_MS), exitCode: 0 }
  }

  /** Infinite if a fault lets the script hang, which is recorded as its onset; undefined if none does. */
  #hang(script: 'install' | 'startup', version: string): number | undefined {
    const hanging = this.#find(version, ({ fault }) => fault.hangsIn === script)
    if (hanging === undefined) return undefined
    this.#options.faults.recordOnset(hanging)
    return Number.POSITIVE_INFINITY
  }

  /** In the middle of the install script, once. */
  #scheduleOutage(version: string, installMs: number): void {
    const { faults, timers, onOutage } = this.#options
    const isDue = (one: DeviceFault): boolean => one.fault.outageIn?.step === 'install' && !faults.hasStarted(one)
    const due = this.#find(version, isDue)
    const outage = due?.fault.outageIn
    if (due === undefined || outage === undefined) return
    timers.after(Math.round(installMs / 2), () => {
      faults.recordOnset(due)
      onOutage(outage)
    })
  }

  #find(version: string, isOfSort: (one: DeviceFault) => boolean): DeviceFault | undefined {
    return this.#options.faults.active(version, isOfSort)[0]
  }

  #draw({ min, max }: { readonly min: number; readonly max: number }): number {
    return Math.round(this.#options.stream.between(min, max))
  }
}
