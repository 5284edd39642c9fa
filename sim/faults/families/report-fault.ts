/** A fault on messages that one device sends. Draws depend on simulated time, so that the order on a socket has no effect. */
export interface ReportFault {
  /** Samples are published at QoS 0; everything else at QoS 1, which is acknowledged. */
  readonly of: 'samples' | 'acknowledged'
  /**
   * The extra delay of each copy of a message that is sent at this time after the start of the rehearsal: empty if the
   * message is lost, null if the fault does not act on it.
   */
  delaysMs(sinceMs: number): readonly number[] | null
}
