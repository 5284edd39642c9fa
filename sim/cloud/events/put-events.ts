import type { PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import { parseObject } from '../base/json.ts'
import { defineOperations } from '../base/operations.ts'
import { requireDefaultBus } from './bus-name.ts'
import type { EventBus } from './event-bus.ts'

const MAX_ENTRIES = 10
const MAX_ENTRY_BYTES = 256 * 1024

/** Events that a client puts on the default event bus. */
export const putEventsOperations = defineOperations<'events', { readonly events: EventBus }>()({
  PutEvents: ({ Entries = [], EndpointId }, { events }) => {
    if (EndpointId !== undefined) throw new NotEmulated('EndpointId of PutEvents')
    if (Entries.length < 1 || Entries.length > MAX_ENTRIES) {
      const message = `PutEvents accepts 1 to ${MAX_ENTRIES} entries, got ${Entries.length}`
      throw new AwsError('ValidationException', 400, message)
    }
    const results = Entries.map((entry) => putEntry(entry, events))
    return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results }
  },
})

/** A refused entry gets its own error; the other entries are put. */
function putEntry(entry: PutEventsRequestEntry, events: EventBus): PutEventsResultEntry {
  requireDefaultBus(entry.EventBusName, events)
  if (entry.TraceHeader !== undefined) throw new NotEmulated('TraceHeader of PutEvents')
  const detail = parseObject(entry.Detail ?? '')
  if (entry.Source === undefined || entry.DetailType === undefined || detail === null) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Source, DetailType and Detail (a JSON object) are required',
    }
  }
  if (entry.Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
  }
  if (Buffer.byteLength(entry.Detail as string) > MAX_ENTRY_BYTES) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Total size of the entry exceeds 256 KB' }
  }
  const { Source: source, DetailType: detailType, Resources: resources = [] } = entry
  return { EventId: events.put({ source, detailType, detail, resources, atMs: entry.Time?.getTime() }) }
}
