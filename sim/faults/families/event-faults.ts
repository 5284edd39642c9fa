import type { BusDelivery, DeliveryFate } from '../../cloud/events/event-bus.ts'
import { channelKey, uniformAt } from '../../plant/noise.ts'
import type { CopiesOf, EventSelector } from './event-fault.ts'
import type { FaultWindow } from './fault-window.ts'
import { isWithin } from './fault-window.ts'
import type { FaultWorld, Placed } from './fault-world.ts'

interface EventFaultSpec extends FaultWindow {
  readonly kind: string
  readonly in: EventSelector
  readonly share: number
}
interface Acting extends Placed<EventFaultSpec> {
  readonly copiesOf: CopiesOf
  /** Deliveries it concerned so far, by where they come from and go to. */
  readonly counts: Map<string, number>
}

/** What all faults of events together make of a delivery, one after the other in the order of the scenario. */
export function eventFates(
  faults: readonly (Placed<EventFaultSpec> & { readonly copiesOf: CopiesOf })[],
  world: FaultWorld,
): DeliveryFate {
  const acting: readonly Acting[] = faults.map((fault) => ({ ...fault, counts: new Map() }))
  return (delivery) => acting.reduce<readonly number[]>((delays, one) => applied(one, world, delivery, delays), USUAL)
}

const USUAL = [0]

function applied(
  { index, spec, copiesOf, counts }: Acting,
  world: FaultWorld,
  { rule, origin, detailType }: BusDelivery,
  delaysMs: readonly number[],
): readonly number[] {
  if (spec.in.detailType !== undefined && spec.in.detailType !== detailType) return delaysMs
  const way = `${origin}/${rule}`
  const n = counts.get(way) ?? 0
  counts.set(way, n + 1)
  if (!isWithin(spec, world.sinceMs())) return delaysMs
  const key = world.key(`fault/${index}/${way}`)
  const chance = (draw: number): number => uniformAt(channelKey(key, draw), n)
  if (chance(0) >= spec.share / 100) return delaysMs
  world.actsOn(index, spec.kind, detailType)
  const copies = copiesOf(chance)
  return delaysMs.flatMap((delayMs) => copies.map((moreMs) => delayMs + moreMs))
}
