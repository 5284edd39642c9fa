import type { Clock } from '../../kernel/clock.ts'
import type { Seed } from '../../kernel/random.ts'
import type { Trace } from '../../kernel/trace.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import type { Chance } from './chance.ts'

/** What the simulation gives to faults: time, random draws by name, and the record of the ground truth. */
export class FaultWorld {
  readonly clock: Clock
  /** Start of the rehearsal: the origin of fault windows. */
  readonly startMs: number
  readonly #seed: Seed
  readonly #trace: Trace
  readonly #keys = new Map<string, number>()
  readonly #recorded = new Set<string>()

  constructor(seed: Seed, clock: Clock, trace: Trace, startMs: number) {
    this.#seed = seed
    this.clock = clock
    this.#trace = trace
    this.startMs = startMs
  }

  /** Key of the counter-based noise of this name (sim/plant/noise.ts). */
  key(label: string): number {
    const known = this.#keys.get(label) ?? this.#seed.key(label)
    this.#keys.set(label, known)
    return known
  }

  /** Counter-based, so that an additional fault or draw changes no other draw. */
  chance(label: string): Chance {
    const channel = channelKey(this.key(label), 0)
    return (n) => uniformAt(channel, n)
  }

  /** Ground truth: the fault begins to act on a device. Recorded once per fault and device. */
  actsOnDevice(index: number, faultKind: string, thing: string): void {
    this.#record(index, thing, () => ({ kind: 'fault-started', fault: index, faultKind, thing }))
  }

  /** The same for a target that is no device: an AWS operation, a detail type of events, a Lambda function. */
  actsOn(index: number, faultKind: string, target: string): void {
    this.#record(index, target, () => ({ kind: 'fault-started', fault: index, faultKind, thing: null, target }))
  }

  /** Time since the start of the rehearsal. */
  sinceMs(): number {
    return this.clock.nowMs() - this.startMs
  }

  #record(index: number, target: string, event: () => Parameters<Trace['record']>[1]): void {
    const source = `fault/${index}/${target}`
    if (this.#recorded.has(source)) return
    this.#recorded.add(source)
    this.#trace.record(source, event())
  }
}
