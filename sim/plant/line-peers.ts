/** Called before and after another device of the line starts or stops a firmware. */
export interface PeerWatcher {
  readonly before: () => void
  readonly after: () => void
}

/** The firmware versions that run on each line. */
export class LinePeers {
  /** Line -> thing -> version. */
  readonly #running = new Map<number, Map<string, string>>()
  readonly #watchers = new Map<number, Map<string, PeerWatcher>>()

  watch(line: number, thing: string, watcher: PeerWatcher): void {
    inner(this.#watchers, line).set(thing, watcher)
  }

  /** `version` is null when the firmware stopped. */
  changed(line: number, thing: string, version: string | null): void {
    const running = inner(this.#running, line)
    if ((running.get(thing) ?? null) === version) return
    const others = [...(this.#watchers.get(line) ?? [])].filter(([other]) => other !== thing)
    for (const [, watcher] of others) watcher.before()
    if (version === null) running.delete(thing)
    else running.set(thing, version)
    for (const [, watcher] of others) watcher.after()
  }

  otherRuns(line: number, thing: string, version: string): boolean {
    for (const [other, running] of this.#running.get(line) ?? []) {
      if (running === version && other !== thing) return true
    }
    return false
  }
}

function inner<V>(outer: Map<number, Map<string, V>>, line: number): Map<string, V> {
  const found = outer.get(line) ?? new Map<string, V>()
  outer.set(line, found)
  return found
}
