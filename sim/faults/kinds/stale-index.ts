import { z } from 'zod'
import { SAMPLE_PERIOD_MS } from '../../../controller/contract.ts'
import { duration } from '../../../controller/units/quantity.ts'
import type { FleetIndex, IndexView } from '../../cloud/iot/fleet-index.ts'
import { Priority } from '../../kernel/clock.ts'
import { isWithin, windowShape } from '../families/fault-window.ts'
import type { FaultWorld, Placed } from '../families/fault-world.ts'

/**
 * Fleet indexing is eventually consistent: it stops taking in changes, and once it is so far behind it stays so far behind;
 * in the end it catches up at once. Nobody is told. [iot: SearchIndex]
 */
export const staleIndex = z
  .strictObject({
    kind: z.literal('stale-index'),
    in: z.strictObject({ api: z.literal('SearchIndex') }).default({ api: 'SearchIndex' }),
    behind: duration.describe('How far the index is behind'),
    ...windowShape,
  })
  .describe('The fleet index answers with the fleet as it was')

export type StaleIndexSpec = z.output<typeof staleIndex>

/**
 * Lets the index answer from looks at the fleet that are taken once a sample period, after the samples of that instant.
 * Of several such faults the first that acts counts.
 */
export function putIndexBehind(index: FleetIndex, faults: readonly Placed<StaleIndexSpec>[], world: FaultWorld): void {
  const lags = faults.map((fault) => new Lag(fault, index, world))
  index.answerFrom(() => {
    for (const lag of lags) {
      const view = lag.view()
      if (view !== null) return view
    }
    return null
  })
}

class Lag {
  readonly #fault: Placed<StaleIndexSpec>
  readonly #index: FleetIndex
  readonly #world: FaultWorld
  /** Oldest first; the first is what the index has got to. */
  readonly #evaluations: { readonly atMs: number; readonly view: IndexView }[] = []

  constructor(fault: Placed<StaleIndexSpec>, index: FleetIndex, world: FaultWorld) {
    this.#fault = fault
    this.#index = index
    this.#world = world
    world.clock.at(world.startMs + fault.spec.from, () => this.#evaluation(), Priority.delivery)
  }

  view(): IndexView | null {
    const { index, spec } = this.#fault
    if (!isWithin(spec, this.#world.sinceMs())) return null
    this.#forget()
    const view = this.#evaluations[0]?.view ?? null
    if (view !== null) this.#world.actsOn(index, spec.kind, spec.in.api)
    return view
  }

  #evaluation(): void {
    const { clock } = this.#world
    if (!isWithin(this.#fault.spec, this.#world.sinceMs())) return void this.#evaluations.splice(0)
    this.#evaluations.push({ atMs: clock.nowMs(), view: this.#index.snapshot() })
    this.#forget()
    clock.after(SAMPLE_PERIOD_MS, () => this.#evaluation(), Priority.delivery)
  }

  /** What lies further back than the last look that the index has got to. */
  #forget(): void {
    const reachedMs = this.#world.clock.nowMs() - this.#fault.spec.behind
    while ((this.#evaluations[1]?.atMs ?? Number.POSITIVE_INFINITY) <= reachedMs) this.#evaluations.shift()
  }
}
