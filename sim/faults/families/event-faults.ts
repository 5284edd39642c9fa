import type { BusDelivery, DeliveryFate } from '../../cloud/events/event-bus.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import type { EventFault, EventFaultSpec } from './event-fault.ts'
import { isWithin } from './fault-window.ts'
import type { FaultWorld } from './fault-world.ts'
import type { IndexedFault } from './indexed-fault.ts'

interface CountedFault extends IndexedFault<EventFaultSpec, EventFault> {
  /** Deliveries that matched its selector so far, by origin and rule. */
  readonly counts: Map<string, number>
}

/** What all event faults together do to a delivery, one after the other in the order of the scenario. */
export function eventFates(
  faults: readonly IndexedFault<EventFaultSpec, EventFault>[],
  world: FaultWorld,
): DeliveryFate {
  const counted: readonly CountedFault[] = faults.map((one) => ({ ...one, counts: new Map() }))
  return (delivery) =>
    counted.reduce<readonly number[]>((delays, one) => applied(one, world, delivery, delays), ON_TIME)
}

const ON_TIME = [0]

function applied(
  { index, spec, fault, counts }: CountedFault,
  world: FaultWorld,
  { rule, origin, detailType }: BusDelivery,
  delaysMs: readonly number[],
): readonly number[] {
  if (spec.in.detailType !== undefined && spec.in.detailType !== detailType) return delaysMs
  const route = `${origin}/${rule}`
  const n = counts.get(route) ?? 0
  counts.set(route, n + 1)
  if (!isWithin(spec, world.sinceMs())) return delaysMs
  const key = world.key(`fault/${index}/${route}`)
  const chance = (draw: number): number => uniformAt(channelKey(key, draw), n)
  if (chance(0) >= spec.share / 100) return delaysMs
  world.actsOn(index, spec.kind, detailType)
  const copiesMs = fault.copyDelaysMs(chance)
  return delaysMs.flatMap((delayMs) => copiesMs.map((moreMs) => delayMs + moreMs))
}
