import type { AwsError } from '../../cloud/base/aws-error.ts'
import { type ApiService, OPERATION_NAMES } from '../../cloud/operation-names.ts'
import type { InFlight } from '../../kernel/in-flight.ts'
import { virtualWait } from '../../kernel/virtual-wait.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import { type ApiFault, type ApiFaultSpec, concerns } from './api-fault.ts'
import { isWithin } from './fault-window.ts'
import type { FaultWorld } from './fault-world.ts'
import type { IndexedFault } from './indexed-fault.ts'

interface CountedFault extends IndexedFault<ApiFaultSpec, ApiFault> {
  /** Calls that matched its selector so far, by service and operation. */
  readonly counts: Map<string, number>
}

/**
 * The API faults in front of the operations, at both levels: whatever transports a call asks for its fate. A retry is a
 * call of its own, as in AWS.
 */
export class ApiFaults {
  readonly #world: FaultWorld
  readonly #inFlight: InFlight
  readonly #faults: readonly CountedFault[]

  constructor(faults: readonly IndexedFault<ApiFaultSpec, ApiFault>[], world: FaultWorld, inFlight: InFlight) {
    this.#world = world
    this.#inFlight = inFlight
    this.#faults = faults.map((one) => ({ ...one, counts: new Map() }))
  }

  /** Begins a call of this service; null if the scenario has no API faults. */
  begin(service: ApiService): FaultyCall | null {
    return this.#faults.length === 0 ? null : new FaultyCall(service, this)
  }

  /** Whether any fault can act on calls of this service. */
  concern(service: ApiService): boolean {
    const operations = OPERATION_NAMES.get(service) ?? []
    return this.#faults.some(({ spec }) => operations.some((operation) => concerns(spec.in, service, operation)))
  }

  /** @internal What all faults together do to a call. */
  fateOf(service: ApiService, operation: string, isConditional: boolean): Fate {
    const fate: { -readonly [K in keyof Fate]: Fate[K] } = { refusal: null, delayMs: 0, isReplyLost: false }
    const sinceMs = this.#world.sinceMs()
    for (const { index, spec, fault, counts } of this.#faults) {
      if (!concerns(spec.in, service, operation)) continue
      const name = `${service}/${operation}`
      const n = counts.get(name) ?? 0
      counts.set(name, n + 1)
      if (!isWithin(spec, sinceMs)) continue
      const channel = this.#world.key(`fault/${index}/${name}`)
      const chance = (draw: number): number => uniformAt(channelKey(channel, draw), n)
      const own = fault.fateOf({ service, isConditional, nowMs: this.#world.clock.nowMs(), chance })
      if (own === null) continue
      this.#world.actsOn(index, spec.kind, operation)
      fate.refusal ??= own.refusal ?? null
      fate.delayMs += own.delayMs ?? 0
      fate.isReplyLost ||= own.isReplyLost ?? false
    }
    return fate
  }

  /** @internal */
  wait(delayMs: number): Promise<void> {
    return virtualWait(this.#world.clock, this.#inFlight, delayMs)
  }
}

interface Fate {
  readonly refusal: AwsError | null
  readonly delayMs: number
  readonly isReplyLost: boolean
}

/** A call that passes through the API faults. */
export class FaultyCall {
  readonly #service: ApiService
  readonly #faults: ApiFaults
  #fate: Fate = { refusal: null, delayMs: 0, isReplyLost: false }

  constructor(service: ApiService, faults: ApiFaults) {
    this.#service = service
    this.#faults = faults
  }

  /** The request has arrived; `isConditional` is false for an unconditional write. @throws AwsError when it is refused */
  admit(operation: string, isConditional = true): void {
    this.#fate = this.#faults.fateOf(this.#service, operation, isConditional)
    if (this.#fate.refusal !== null) throw this.#fate.refusal
  }

  /** Whether simulated time passes until the response arrives. */
  get isLate(): boolean {
    return this.#fate.delayMs > 0
  }

  /** Resolves when the response arrives, or when its connection breaks because it is lost. */
  async reply(): Promise<'arrives' | 'lost'> {
    if (this.#fate.delayMs > 0) await this.#faults.wait(this.#fate.delayMs)
    return this.#fate.isReplyLost ? 'lost' : 'arrives'
  }
}
