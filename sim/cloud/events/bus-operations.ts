import { AwsError } from '../base/aws-error.ts'
import { parseObject } from '../base/json.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { DEFAULT_BUS, requireDefaultBus } from './bus-name.ts'
import type { EventBus } from './event-bus.ts'
import { parseEventPattern } from './event-pattern.ts'

/** The default event bus, and patterns on their own. */
export const busOperations = defineOperations<'events', { readonly events: EventBus }>()({
  DescribeEventBus: ({ Name }, { events }) => {
    requireDefaultBus(Name, events)
    return { Name: DEFAULT_BUS, Arn: events.arn }
  },

  ListEventBuses: ({ NamePrefix = '', Limit, NextToken }, { events }) => {
    const buses = [{ Name: DEFAULT_BUS, Arn: events.arn }].filter(({ Name }) => Name.startsWith(NamePrefix))
    const request = { maxResults: Limit, nextToken: NextToken }
    const { items, nextToken } = page(buses, request, { max: 100, errorName: 'ValidationException' })
    return { EventBuses: items, NextToken: nextToken }
  },

  TestEventPattern: ({ EventPattern = '', Event = '' }) => {
    const event = parseObject(Event)
    if (event === null) throw new AwsError('ValidationException', 400, 'Parameter Event is not valid.')
    return { Result: parseEventPattern(EventPattern)(event) }
  },
})
