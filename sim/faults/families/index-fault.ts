/** The fleet index answers with an old state of the fleet. */
export interface IndexFault {
  /** Age of the state that it answers with. */
  readonly lagMs: number
  /** The operation that the ground truth names. */
  readonly api: string
}
