/** Keeps several rehearsals in lock-step: none advances to an instant before all others that still run have reached it. */
export class LockstepGroup {
  readonly #members: { atMs: number; go: (() => void) | null }[]

  constructor(size: number) {
    this.#members = Array.from({ length: size }, () => ({ atMs: Number.NEGATIVE_INFINITY, go: null }))
  }

  /** Resolves when member `index` may advance to `atMs`. */
  until(index: number, atMs: number): Promise<void> {
    return new Promise((go) => {
      Object.assign(this.#members[index] as object, { atMs, go })
      this.#release()
    })
  }

  /** The others no longer wait for member `index`. */
  leave(index: number): void {
    Object.assign(this.#members[index] as object, { atMs: Number.POSITIVE_INFINITY, go: null })
    this.#release()
  }

  /** Members that wait for the earliest instant may advance; members that are still running delay all later ones. */
  #release(): void {
    const earliestMs = Math.min(...this.#members.map(({ atMs }) => atMs))
    for (const member of this.#members) {
      if (member.atMs > earliestMs || member.go === null) continue
      member.go()
      member.go = null
    }
  }
}
