import type { Clock } from '../../kernel/clock.ts'
import type { Seed } from '../../kernel/random.ts'
import type { Trace } from '../../kernel/trace.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import type { Chance } from './fault.ts'

/** A fault of the scenario with its place in the scenario's list, which names its chance and its ground truth. */
export interface Placed<Spec> {
  readonly index: number
  readonly spec: Spec
}

/** The faults of one family, with their places. */
export const placed = <All, Spec extends All>(
  specs: readonly All[],
  isOfFamily: (spec: All) => spec is Spec,
): Placed<Spec>[] => specs.flatMap((spec, index) => (isOfFamily(spec) ? [{ index, spec }] : []))

/** What faults that do not sit in a firmware process are given by the world. */
export class FaultWorld {
  readonly clock: Clock
  /** Start of the rehearsal, which their windows count from. */
  readonly startMs: number
  readonly #seed: Seed
  readonly #trace: Trace
  readonly #keys = new Map<string, number>()
  readonly #announced = new Set<string>()

  constructor(seed: Seed, clock: Clock, trace: Trace, startMs: number) {
    this.#seed = seed
    this.clock = clock
    this.#trace = trace
    this.startMs = startMs
  }

  /** Of the counter-based noise of this name (sim/plant/noise.ts). */
  key(label: string): number {
    const known = this.#keys.get(label) ?? this.#seed.key(label)
    this.#keys.set(label, known)
    return known
  }

  /** Counter-based, so that a fault or a draw more moves no other. */
  chance(label: string): Chance {
    const channel = channelKey(this.key(label), 0)
    return (n) => uniformAt(channel, n)
  }

  /** The ground truth: the fault begins to act on a device. Told once each. */
  actsOnDevice(index: number, faultKind: string, thing: string): void {
    this.#tell(index, thing, () => ({ kind: 'fault-started', fault: index, faultKind, thing }))
  }

  /** The same for what is no device: an operation, an event's detail type, a function. */
  actsOn(index: number, faultKind: string, target: string): void {
    this.#tell(index, target, () => ({ kind: 'fault-started', fault: index, faultKind, thing: null, target }))
  }

  /** Since the start of the rehearsal. */
  sinceMs(): number {
    return this.clock.nowMs() - this.startMs
  }

  #tell(index: number, on: string, event: () => Parameters<Trace['record']>[1]): void {
    const source = `fault/${index}/${on}`
    if (this.#announced.has(source)) return
    this.#announced.add(source)
    this.#trace.record(source, event())
  }
}
