import { BROKER_LIMITS } from './broker-limits.ts'

/** Who publishes or subscribes. A thing may use its own reserved topics, any other client those of every thing. */
export interface TopicUser {
  readonly clientId: string
  readonly isThing: boolean
}

const THINGS = '$aws/things/'

/** What a client may publish to: requests to shadows, to IoT Jobs and fleet status. Answers are the services' own. [source: reserved-topics] */
const REQUEST =
  /^\$aws\/things\/[^/]+\/(?:shadow\/(?:name\/[^/]+\/)?(?:get|update|delete)|jobs\/(?:namespace-[^/]+\/)?(?:get|start-next)|jobs\/[^/]+\/(?:namespace-[^/]+\/)?(?:get|update)|greengrass(?:v2)?\/health\/json)$/
/** A filter of reserved topics names a thing's, or those of presence. */
const RESERVED_FILTER = /^\$aws\/(?:things|events)\//

/** Why a message is refused, with which the connection is closed; null if it is not. [source: denied-publish] */
export function publishRefusal(
  user: TopicUser,
  message: { readonly topic: string; readonly qos: number; readonly retain: boolean; readonly payloadBytes: number },
): string | null {
  const { topic, qos, retain, payloadBytes } = message
  if (qos === 2) return 'QoS 2 is not supported'
  if (payloadBytes > BROKER_LIMITS.maxPayloadBytes) return `payload above ${BROKER_LIMITS.maxPayloadBytes} bytes`
  const malformed = topicRefusal(topic)
  if (malformed !== null) return malformed
  if (!topic.startsWith('$')) return null
  if (retain) return 'retained messages are not allowed on $ topics'
  return REQUEST.test(topic) && isOwn(user, topic) ? null : `not authorised to publish to ${topic}`
}

/** Why a filter is refused, with which the connection is closed; null if it is not. [source: denied-publish] [source: qos-2] */
export function subscribeRefusal(user: TopicUser, filter: string, qos: number): string | null {
  if (qos === 2) return 'QoS 2 is not supported'
  const malformed = topicRefusal(filter)
  if (malformed !== null) return malformed
  if (!filter.startsWith('$')) return null
  return RESERVED_FILTER.test(filter) && isOwn(user, filter) ? null : `not authorised to subscribe to ${filter}`
}

function topicRefusal(topic: string): string | null {
  if (Buffer.byteLength(topic) > BROKER_LIMITS.maxTopicBytes) return `topic above ${BROKER_LIMITS.maxTopicBytes} bytes`
  if (topic.includes('\0') || topic.includes('\ufffd')) return 'topic is not valid UTF-8'
  const slashes = topic.split('/').length - 1
  return slashes > BROKER_LIMITS.maxSlashes ? `topic with more than ${BROKER_LIMITS.maxSlashes} slashes` : null
}

/** [source: device-policy] */
const isOwn = ({ clientId, isThing }: TopicUser, topic: string): boolean =>
  !isThing || topic.startsWith(`${THINGS}${clientId}/`)

/**
 * A filter as the broker's library has to know it: in AWS, `a/#` does not match `a` itself. [source: multi-level-wildcard]
 */
export const libraryFilter = (filter: string): string => (filter.endsWith('/#') ? `${filter.slice(0, -1)}+/#` : filter)

export const hasWildcard = (filter: string): boolean => filter.includes('+') || filter.includes('#')
