import type { AwsError } from '../../cloud/base/aws-error.ts'
import { type ApiService, OPERATION_NAMES } from '../../cloud/operation-names.ts'
import type { InFlight } from '../../kernel/in-flight.ts'
import { virtualWait } from '../../kernel/virtual-wait.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import { type ApiFault, type ApiSelector, concerns } from './api-fault.ts'
import { isWithin } from './fault-window.ts'
import type { FaultWorld, Placed } from './fault-world.ts'

/** One fault of the API with what it needs to act. */
interface Acting {
  readonly index: number
  readonly kind: string
  readonly where: ApiSelector
  readonly fault: ApiFault
  /** Calls it concerned so far, by service and operation. */
  readonly counts: Map<string, number>
}

/**
 * The faults of the API, in front of the operations at both levels: whoever carries a call asks for its fate. A retry is a
 * call of its own, as AWS sees it.
 */
export class ApiFaults {
  readonly #world: FaultWorld
  readonly #inFlight: InFlight
  readonly #acting: readonly Acting[]

  constructor(
    faults: readonly (Placed<{ readonly kind: string; readonly in: ApiSelector }> & { readonly fault: ApiFault })[],
    world: FaultWorld,
    inFlight: InFlight,
  ) {
    this.#world = world
    this.#inFlight = inFlight
    this.#acting = faults.map(({ index, spec, fault }) => ({
      index,
      kind: spec.kind,
      where: spec.in,
      fault,
      counts: new Map(),
    }))
  }

  /** A call of this service is about to be made; null where there are no faults. */
  begin(service: ApiService): FaultyCall | null {
    return this.#acting.length === 0 ? null : new FaultyCall(service, this)
  }

  /** Whether any fault can meet calls of this service. */
  concern(service: ApiService): boolean {
    const operations = OPERATION_NAMES.get(service) ?? []
    return this.#acting.some(({ where }) => operations.some((operation) => concerns(where, service, operation)))
  }

  /** @internal What all faults together make of a call. */
  fateOf(service: ApiService, operation: string, isConditional: boolean): Fate {
    const fate: { -readonly [K in keyof Fate]: Fate[K] } = { refusal: null, delayMs: 0, isReplyLost: false }
    const sinceMs = this.#world.sinceMs()
    for (const acting of this.#acting) {
      const { index, kind, where, fault, counts } = acting
      if (!concerns(where, service, operation)) continue
      const name = `${service}/${operation}`
      const n = counts.get(name) ?? 0
      counts.set(name, n + 1)
      if (!isWithin(fault.window, sinceMs)) continue
      const channel = this.#world.key(`fault/${index}/${name}`)
      const chance = (draw: number): number => uniformAt(channelKey(channel, draw), n)
      const own = fault.fateOf({ service, isConditional, nowMs: this.#world.clock.nowMs(), chance })
      if (own === null) continue
      this.#world.actsOn(index, kind, operation)
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

/** A call on its way through the faults. */
export class FaultyCall {
  readonly #service: ApiService
  readonly #faults: ApiFaults
  #fate: Fate = { refusal: null, delayMs: 0, isReplyLost: false }

  constructor(service: ApiService, faults: ApiFaults) {
    this.#service = service
    this.#faults = faults
  }

  /** The call has arrived; `isConditional` unless it writes whatever is there. @throws AwsError when it is refused */
  admit(operation: string, isConditional = true): void {
    this.#fate = this.#faults.fateOf(this.#service, operation, isConditional)
    if (this.#fate.refusal !== null) throw this.#fate.refusal
  }

  /** Whether time passes until the answer is back. */
  get isLate(): boolean {
    return this.#fate.delayMs > 0
  }

  /** Resolves when the answer is back, or would be: the caller of a lost one sees its connection break. */
  async reply(): Promise<'arrives' | 'lost'> {
    if (this.#fate.delayMs > 0) await this.#faults.wait(this.#fate.delayMs)
    return this.#fate.isReplyLost ? 'lost' : 'arrives'
  }
}
