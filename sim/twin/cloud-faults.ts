import type { DeliveryFate } from '../cloud/events/event-bus.ts'
import type { FleetIndex } from '../cloud/iot/fleet-index.ts'
import { type FaultSpec, makeFaultsOf } from '../faults/catalogue.ts'
import { ApiFaults } from '../faults/families/api-faults.ts'
import { eventFates } from '../faults/families/event-faults.ts'
import type { FaultWorld } from '../faults/families/fault-world.ts'
import { delayIndex } from '../faults/families/index-faults.ts'
import type { InFlight } from '../kernel/in-flight.ts'

/** The scenario's faults of AWS calls. */
export const apiFaultsOf = (faults: readonly FaultSpec[], world: FaultWorld, inFlight: InFlight): ApiFaults =>
  new ApiFaults(makeFaultsOf(faults, 'api'), world, inFlight)

/** The scenario's faults of event delivery; undefined without any. */
export function eventFateOf(faults: readonly FaultSpec[], world: FaultWorld): DeliveryFate | undefined {
  const own = makeFaultsOf(faults, 'event')
  return own.length === 0 ? undefined : eventFates(own, world)
}

/** The scenario's faults of the fleet index; without any the index stays as it is. */
export function applyIndexFaults(faults: readonly FaultSpec[], index: FleetIndex, world: FaultWorld): void {
  const own = makeFaultsOf(faults, 'index')
  if (own.length > 0) delayIndex(index, own, world)
}
