import { StaleRollout } from '../../controller/errors.ts'
import type { RolloutStore, Stored } from '../../controller/ports.ts'

/** The store in memory, for tests; values are copied as JSON like anywhere else. */
export class MemoryStore implements RolloutStore {
  readonly #documents = new Map<string, { text: string; version: number }>()

  async get<T>(key: string): Promise<Stored<T> | null> {
    const found = this.#documents.get(key)
    return found === undefined ? null : { value: JSON.parse(found.text) as T, version: found.version }
  }

  async put<T>(key: string, value: T): Promise<void> {
    this.#documents.set(key, { text: JSON.stringify(value), version: 1 })
  }

  async putIf<T>(key: string, value: T, expectedVersion: number): Promise<number> {
    if ((this.#documents.get(key)?.version ?? 0) !== expectedVersion) throw new StaleRollout(key)
    this.#documents.set(key, { text: JSON.stringify(value), version: expectedVersion + 1 })
    return expectedVersion + 1
  }
}
