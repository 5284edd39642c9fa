import { RetainedMessages } from '../cloud/base/retained-messages.ts'
import type { InFlight } from '../kernel/in-flight.ts'
import type { Level, LevelEvents } from '../twin/level.ts'
import { DirectLink, type Exchange } from './direct-link.ts'
import { MessageQueue } from './message-queue.ts'

/** The model level: no sockets and no serialisation, the same device and cloud code. Only devices of the twin subscribe. */
export function openModelLevel(events: LevelEvents, inFlight: InFlight, onBug: (error: unknown) => void): Level {
  const counts = { published: 0, delivered: 0 }
  const links = new Map<string, DirectLink>()
  const subscribers = new Map<string, Set<DirectLink>>()
  const queue = new MessageQueue(inFlight, onBug)
  const exchange: Exchange = {
    queue,
    receive(thing, topic, payload) {
      counts.published += 1
      events.onPublish(thing, topic, payload, null)
    },
    subscribe(topic, link) {
      const own = subscribers.get(topic) ?? new Set()
      subscribers.set(topic, own)
      own.add(link)
    },
    unsubscribe(topic, link) {
      const own = subscribers.get(topic)
      own?.delete(link)
      if (own?.size === 0) subscribers.delete(topic)
    },
  }
  const deliver = (link: DirectLink, topic: string, payload: object): void =>
    queue.send(() => {
      counts.delivered += 1
      link.deliver(topic, payload)
    })
  return {
    messaging: {
      publish(topic, payload) {
        const own = subscribers.get(topic)
        if (own === undefined) return
        counts.published += 1
        for (const link of own) deliver(link, topic, payload)
      },
      reply(clientId, topic, payload) {
        const link = links.get(clientId)
        if (!link?.isConnected) return
        counts.published += 1
        deliver(link, topic, payload)
      },
      hasSubscribers: (topic) => subscribers.has(topic),
      // No client from outside reaches this level.
      accept: () => 'the model level takes no message from outside',
      retained: new RetainedMessages({ maxMessages: 0, maxBytes: 0 }),
    },
    http: null,
    defersSamples: true,
    counts,
    endpoints: null,
    link(thing, linkEvents) {
      const link = new DirectLink(thing, exchange, linkEvents)
      links.set(thing, link)
      return link
    },
    serve: async () => undefined,
    close: async () => undefined,
  }
}
