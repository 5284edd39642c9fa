import { StaleRollout } from '../../controller/errors.ts'
import type { RolloutStore, Stored } from '../../controller/ports/ports.ts'

/** The store in memory. Documents are not copied: the caller must not change one after `put`. */
export class MemoryStore implements RolloutStore {
  readonly #documents = new Map<string, Stored<unknown>>()

  async get<T>(key: string): Promise<Stored<T> | null> {
    return (this.#documents.get(key) as Stored<T> | undefined) ?? null
  }

  async put<T>(key: string, value: T): Promise<void> {
    this.#documents.set(key, { value, version: 1 })
  }

  async putIf<T>(key: string, value: T, expectedVersion: number): Promise<number> {
    if ((this.#documents.get(key)?.version ?? 0) !== expectedVersion) throw new StaleRollout(key)
    this.#documents.set(key, { value, version: expectedVersion + 1 })
    return expectedVersion + 1
  }

  async delete(key: string): Promise<void> {
    this.#documents.delete(key)
  }
}
