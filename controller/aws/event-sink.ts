import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ROLLOUT_EVENT_SOURCE } from '../contract.ts'
import type { EventSink } from '../ports/ports.ts'

/** The bus did not take the event; the schedule will do what it was for. */
export class EventNotTaken extends Error {
  override readonly name = 'EventNotTaken'
}

/** Events on the default bus. */
export const eventSink = (events: EventBridgeClient): EventSink => ({
  async put(detailType, detail) {
    const entry = { Source: ROLLOUT_EVENT_SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) }
    const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }))
    if ((FailedEntryCount ?? 0) > 0) throw new EventNotTaken(`${detailType}: ${Entries?.[0]?.ErrorMessage}`)
  },
})
