import { UnexpectedEvent } from '../errors.ts'

/** As EventBridge writes it: ISO 8601 in UTC. [source: event-structure] */
const EVENT_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/

/** The time of an EventBridge event: when what it tells of happened. @throws UnexpectedEvent */
export function timeOf(event: unknown): number {
  const time = (event as { time?: unknown } | null)?.time
  const atMs = typeof time === 'string' && EVENT_TIME.test(time) ? Date.parse(time) : Number.NaN
  if (!Number.isFinite(atMs)) throw new UnexpectedEvent(`an event without a valid time: ${JSON.stringify(event)}`)
  return atMs
}
