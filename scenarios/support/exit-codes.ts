/** Exit codes of the process. [source: exit-codes] */
export const EXIT = {
  met: 0,
  /** The expectation was not met, or an invariant was violated. */
  notMet: 1,
  inconclusive: 2,
  /** Wrong usage or an invalid file. */
  usage: 64,
  internal: 70,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const
