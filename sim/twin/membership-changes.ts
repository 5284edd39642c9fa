import { AwsError } from '../cloud/base/aws-error.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { type FaultSpec, makeFaultsOf } from '../faults/catalogue.ts'
import type { MembershipFault } from '../faults/families/membership-fault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Trace } from '../kernel/trace.ts'
import type { DevicePlan } from './plan.ts'

/** Changes of thing groups: records those of the controller, and makes those of the scenario's membership faults. */
export class MembershipChanges {
  readonly #things: Cloud['things']
  readonly #clock: Clock
  readonly #trace: Trace
  /** While a fault changes a group. */
  #isByFault = false

  constructor({ things }: Cloud, clock: Clock, trace: Trace) {
    this.#things = things
    this.#clock = clock
    this.#trace = trace
    things.onMove((group, thing, change) => {
      if (!this.#isByFault) trace.record(`things/${thing}`, { kind: 'device-moved', thing, group, change })
    })
  }

  /** Schedules the membership faults of the scenario; times count from `startMs`. */
  schedule(faults: readonly FaultSpec[], devices: readonly DevicePlan[], startMs: number): void {
    for (const { index, spec, fault } of makeFaultsOf(faults, 'membership')) {
      const own = devices.find(({ thing }) => thing === fault.thing)?.stage
      // A fleet that was scaled down may not have the device.
      if (own !== undefined) this.#clock.at(startMs + fault.atMs, () => this.#misplace(fault, own, index, spec.kind))
    }
  }

  #misplace(fault: MembershipFault, own: string, index: number, faultKind: string): void {
    const { thing, group, isMove, revertedAfterMs } = fault
    const source = `fault/${index}/${thing}`
    this.#trace.record(source, { kind: 'fault-started', fault: index, faultKind, thing })
    this.#change(source, thing, group, 'added')
    if (isMove) this.#change(source, thing, own, 'removed')
    if (revertedAfterMs === null) return
    this.#clock.after(revertedAfterMs, () => {
      if (isMove) this.#change(source, thing, own, 'added')
      this.#change(source, thing, group, 'removed')
    })
  }

  #change(source: string, thing: string, group: string, change: 'added' | 'removed'): void {
    if (!this.#isPossible(thing, group, change)) return
    this.#trace.record(source, { kind: 'membership-changed', thing, group, change })
    this.#isByFault = true
    this.#things.changeMembership(group, thing, change)
    this.#isByFault = false
  }

  /** Not when a client from outside has deleted the thing or the group, or has put the thing into too many. */
  #isPossible(thing: string, group: string, change: 'added' | 'removed'): boolean {
    try {
      this.#things.checkMembership(group, thing, change)
      return true
    } catch (error) {
      if (error instanceof AwsError) return false
      throw error
    }
  }
}
