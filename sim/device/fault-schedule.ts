import { SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import type { Outage } from '../faults/families/process-fault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Condition } from '../plant/condition.ts'
import type { CrashReason } from '../plant/crash-messages.ts'
import type { Machine } from '../plant/machine.ts'
import type { ActiveFault } from './active-fault.ts'
import type { OnExit } from './component-runtime.ts'
import type { DeviceFaults } from './device-faults.ts'
import { untilNextSampleMs } from './sample-phase.ts'
import type { TimerGroup } from './timer-group.ts'

export interface FaultScheduleOptions {
  readonly faults: DeviceFaults
  readonly machine: Machine
  readonly clock: Clock
  /** Those of the process: cancelled when it stops. */
  readonly timers: TimerGroup
  readonly phaseMs: number
  readonly onOutage: (outage: Outage) => void
  /** The process dies of a fault. */
  readonly onDeath: (reason: CrashReason) => void
  /** The condition of the minute that ends at this time. */
  readonly conditionAt: (atMs: number) => Condition
  /** Whether that condition is the same for every minute. */
  readonly isSteady: () => boolean
}

/** The instants at which the faults of a running process begin to act, kill it, or restart its device. */
export class FaultSchedule {
  readonly #options: FaultScheduleOptions

  constructor(options: FaultScheduleOptions) {
    this.#options = options
  }

  begin(active: ActiveFault, onExit: OnExit): void {
    // The processes installed at the start begin before their machine has simulated the week before, so count from now on.
    if (active.one.fault.counterCycles === undefined) this.#schedule(active, onExit)
    else this.#options.timers.after(0, () => this.countCycles(active, onExit))
  }

  /** Computes when the counter will overflow, so that no minute has to be checked until then. */
  countCycles(active: ActiveFault, onExit: OnExit): void {
    const { machine, clock, phaseMs, conditionAt, isSteady } = this.#options
    const { one, counted } = active
    const cycles = one.fault.counterCycles as number
    const left = counted === null ? cycles : counted.left - (machine.cycles - counted.atCycles)
    if (left <= 0) return // it has overflowed: its effect is scheduled or recorded
    active.counted = { left, atCycles: machine.cycles }
    for (const timer of active.timers.splice(0)) timer.cancel()
    const nowMs = clock.nowMs()
    const steady = isSteady() ? conditionAt(nowMs) : null
    const doneAtMs = machine.cyclesDoneAtMs(
      nowMs + untilNextSampleMs(clock, phaseMs) - SAMPLE_PERIOD_MS,
      left,
      (endMs) => steady ?? conditionAt(endMs),
    )
    active.view = { ...active.view, counterFullAtMs: doneAtMs + 1 }
    this.#schedule(active, onExit)
  }

  #schedule({ one, view, timers }: ActiveFault, onExit: OnExit): void {
    const { faults, onOutage, onDeath } = this.#options
    const at = (atMs: number, action: () => void): void => {
      const timer = this.#options.timers.at(atMs, action)
      if (timer !== null) timers.push(timer)
    }
    at(one.fault.onsetMs(view), () => {
      if (faults.isActive(one)) faults.recordOnset(one)
    })
    const death = one.fault.death?.(view)
    if (death !== undefined) {
      at(death.atMs, () => {
        onDeath(death.reason)
        onExit(death.exitCode)
      })
    }
    const outage = one.fault.outage?.(view)
    if (outage !== undefined) at(outage.atMs, () => onOutage(outage))
  }
}
