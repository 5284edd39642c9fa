import { ROLLOUT_EVENT_SOURCE, STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'
import type { FunctionName } from './functions.ts'

/** Of more events from outside the oldest are forgotten. */
const MAX_EVENTS = 10_000

/** Whoever made a rule that is not the controller's: EventBridge invokes for them. */
export const EVENT_BRIDGE: OutsideClient = { by: 'address', id: 'events.amazonaws.com' }

interface Delivered {
  readonly id?: string
  readonly source?: string
  readonly 'detail-type'?: string
  readonly resources?: readonly string[]
}

/** Tells deliveries of the controller's own rules and events from those that clients from outside have caused. */
export class ForeignDeliveries {
  readonly #clients = new Map<string, OutsideClient>()

  /** A client put these events on the bus. */
  add(eventIds: readonly string[], client: OutsideClient): void {
    for (const id of eventIds) this.#clients.set(id, client)
    for (const id of this.#clients.keys()) {
      if (this.#clients.size <= MAX_EVENTS) break
      this.#clients.delete(id)
    }
  }

  /** Who caused the delivery of this event to this function; null for the controller's own rules and events. */
  clientOf(name: FunctionName, event: Delivered): OutsideClient | null {
    const client = this.#clients.get(event.id ?? '')
    if (client !== undefined) return client
    return isOwn(name, event) ? null : EVENT_BRIDGE
  }
}

/** Whether the controller's rule for this function delivers such an event. The pipeline calls `start` without a rule. */
function isOwn(name: FunctionName, event: Delivered): boolean {
  if (name === 'analyze')
    return event.source === 'aws.events' && event.resources?.[0]?.endsWith(':rule/analyze') === true
  return name === 'promote' && event.source === ROLLOUT_EVENT_SOURCE && event['detail-type'] === STAGE_PASSED_EVENT
}
