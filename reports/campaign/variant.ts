/** One release under one rollout configuration, rehearsed with many seeds, and the truth about the release. */
export interface Variant {
  readonly scenario: string
  /** Whether the release itself has a fault: if not, every rollback is a false alarm. */
  readonly isFaulty: boolean
  /** Kinds of the faults of the release itself, such as `memory-leak`; empty for a good release. */
  readonly faultKinds: readonly string[]
  /** Their size as text, such as `rate 26 MiB/h`; for a good release, that of the faults of its environment. */
  readonly faultSize: string
  readonly windowHours: number
  readonly profile: string
  readonly gates: 'plant' | 'open'
}
