/** The topics with subscribers, so that a service makes only payloads that a client receives. */
export class TopicFilters {
  readonly #byClient = new Map<string, Set<string>>()
  /** The number of clients per filter: without wildcards (nearly all: a device's own topics), and with. */
  readonly #exact = new Map<string, number>()
  readonly #wild = new Map<string, number>()

  add(clientId: string, filter: string): void {
    const own = this.#byClient.get(clientId) ?? new Set()
    this.#byClient.set(clientId, own)
    if (own.has(filter)) return
    own.add(filter)
    const counts = this.#countsOf(filter)
    counts.set(filter, (counts.get(filter) ?? 0) + 1)
  }

  remove(clientId: string, filter: string): void {
    if (!this.#byClient.get(clientId)?.delete(filter)) return
    const counts = this.#countsOf(filter)
    const left = (counts.get(filter) ?? 0) - 1
    if (left > 0) counts.set(filter, left)
    else counts.delete(filter)
  }

  removeClient(clientId: string): void {
    for (const filter of [...(this.#byClient.get(clientId) ?? [])]) this.remove(clientId, filter)
    this.#byClient.delete(clientId)
  }

  matches(topic: string): boolean {
    if (this.#exact.has(topic)) return true
    for (const filter of this.#wild.keys()) if (filterMatches(filter, topic)) return true
    return false
  }

  #countsOf(filter: string): Map<string, number> {
    return filter.includes('+') || filter.includes('#') ? this.#wild : this.#exact
  }
}

/** A leading wildcard never matches a topic beginning with `$`. [source: mqtt-dollar-topics] */
export function filterMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const levels = filter.split('/')
  const parts = topic.split('/')
  for (let i = 0; i < levels.length; i++) {
    if (levels[i] === '#') return true
    if (i >= parts.length || (levels[i] !== '+' && levels[i] !== parts[i])) return false
  }
  return levels.length === parts.length
}
