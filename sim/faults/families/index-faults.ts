import { SAMPLE_PERIOD_MS } from '../../../controller/contract.ts'
import type { FleetIndex } from '../../cloud/iot/fleet-index.ts'
import type { IndexView } from '../../cloud/iot/index-fields.ts'
import { Priority } from '../../kernel/clock.ts'
import { type FaultWindow, isWithin } from './fault-window.ts'
import type { FaultWorld } from './fault-world.ts'
import type { IndexFault } from './index-fault.ts'
import type { IndexedFault } from './indexed-fault.ts'

type Indexed = IndexedFault<FaultWindow, IndexFault>

/**
 * Makes the index answer from snapshots of the fleet, taken once per sample period after the samples of that instant.
 * If several faults act at once, the first of the scenario counts.
 */
export function delayIndex(index: FleetIndex, faults: readonly Indexed[], world: FaultWorld): void {
  const lags = faults.map((fault) => new IndexLag(fault, index, world))
  index.answerFrom(() => {
    for (const lag of lags) {
      const view = lag.view()
      if (view !== null) return view
    }
    return null
  })
}

class IndexLag {
  readonly #indexed: Indexed
  readonly #index: FleetIndex
  readonly #world: FaultWorld
  /** Oldest first; the first is the state that the index answers with. */
  readonly #snapshots: { readonly atMs: number; readonly view: IndexView }[] = []

  constructor(indexed: Indexed, index: FleetIndex, world: FaultWorld) {
    this.#indexed = indexed
    this.#index = index
    this.#world = world
    world.clock.at(world.startMs + indexed.spec.from, () => this.#takeSnapshot(), Priority.delivery)
  }

  view(): IndexView | null {
    const { index, spec, fault } = this.#indexed
    if (!isWithin(spec, this.#world.sinceMs())) return null
    this.#dropOutdated()
    const view = this.#snapshots[0]?.view ?? null
    if (view !== null) this.#world.actsOn(index, spec.kind, fault.api)
    return view
  }

  #takeSnapshot(): void {
    const { clock } = this.#world
    if (!isWithin(this.#indexed.spec, this.#world.sinceMs())) return void this.#snapshots.splice(0)
    this.#snapshots.push({ atMs: clock.nowMs(), view: this.#index.snapshot() })
    this.#dropOutdated()
    clock.after(SAMPLE_PERIOD_MS, () => this.#takeSnapshot(), Priority.delivery)
  }

  /** Drops snapshots older than the one that the index has reached. */
  #dropOutdated(): void {
    const reachedMs = this.#world.clock.nowMs() - this.#indexed.fault.lagMs
    while ((this.#snapshots[1]?.atMs ?? Number.POSITIVE_INFINITY) <= reachedMs) this.#snapshots.shift()
  }
}
