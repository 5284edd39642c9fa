/** One way of rolling out one release, on which many seeds are played, and what is true of the release. */
export interface Variant {
  readonly scenario: string
  /** Whether something is wrong with the release itself: if not, every rollback is a false alarm. */
  readonly isFaulty: boolean
  /** Kinds of the faults of the release itself, such as `memory-leak`; empty for a good release. */
  readonly faultKinds: readonly string[]
  /** How large they are, in words, such as `rate 26 MiB/h`; of a good release, what else is wrong. */
  readonly faultSize: string
  readonly windowHours: number
  readonly profile: string
  readonly gates: 'plant' | 'open'
}
