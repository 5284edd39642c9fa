/** The retained message of one topic. */
export interface RetainedMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly lastModifiedAtMs: number
}

/** The retained messages of a broker, in order of their topics' first message. */
export class RetainedMessages {
  readonly #byTopic = new Map<string, RetainedMessage>()
  readonly #limits: { readonly maxMessages: number; readonly maxBytes: number }
  #bytes = 0

  constructor(limits: { readonly maxMessages: number; readonly maxBytes: number }) {
    this.#limits = limits
  }

  /** Keeps the message in place of the topic's last one; an empty one deletes it. False where there is no room for it. */
  put(message: RetainedMessage): boolean {
    const { topic, payload } = message
    const bytes = this.#bytes - (this.#byTopic.get(topic)?.payload.length ?? 0) + payload.length
    const isNew = !this.#byTopic.has(topic) && payload.length > 0
    if (bytes > this.#limits.maxBytes || (isNew && this.#byTopic.size >= this.#limits.maxMessages)) return false
    this.#bytes = bytes
    if (payload.length === 0) this.#byTopic.delete(topic)
    else this.#byTopic.set(topic, message)
    return true
  }

  get(topic: string): RetainedMessage | undefined {
    return this.#byTopic.get(topic)
  }

  all(): readonly RetainedMessage[] {
    return [...this.#byTopic.values()]
  }
}
