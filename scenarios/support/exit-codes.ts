/** What the process says to scripts. [design 9] */
export const EXIT = {
  met: 0,
  /** The expectation was not met, or an invariant was violated. */
  notMet: 1,
  inconclusive: 2,
  /** Bad usage or a bad scenario. */
  usage: 64,
  internal: 70,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const
