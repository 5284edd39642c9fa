/**
 * How much of each thing an account may have. Rates of requests are none of them: calls of one evaluation happen in one
 * instant of simulated time, so that throttling is a fault of calls (`failing-api`), not a quota.
 */
export interface Quotas {
  readonly groupsPerThing: number
  /** Levels of a hierarchy of thing groups. */
  readonly groupLevels: number
  /** Groups directly in one group. */
  readonly childGroups: number
  /** Desired and reported state of one shadow. */
  readonly shadowDocumentBytes: number
  readonly rulesPerEventBus: number
  readonly targetsPerRule: number
  readonly filtersPerSubscribe: number
  readonly subscriptionsPerConnection: number
  /** MQTT connections of clients from outside at a time. */
  readonly connections: number
  /** Sessions that are kept for clients that are away. */
  readonly persistentSessions: number
  /** How long a session is kept for a client that is away, in simulated time. */
  readonly sessionExpiryMs: number
  /** Messages that are kept for one client that is away. */
  readonly queuedMessages: number
  readonly retainedMessages: number
}

/** Those of an account that has asked for no other; the last ones, which only bound memory, are ours. */
export const DEFAULT_QUOTAS: Quotas = {
  /** [source: groups-per-thing] */
  groupsPerThing: 10,
  /** [source: group-limits] */
  groupLevels: 7,
  childGroups: 100,
  /** [source: shadow-limits] */
  shadowDocumentBytes: 8 * 1024,
  /** [source: event-bus-quotas] */
  rulesPerEventBus: 300,
  targetsPerRule: 5,
  /** [source: subscribe-limit] */
  filtersPerSubscribe: 8,
  subscriptionsPerConnection: 50,
  /** [source: session-expiry] */
  sessionExpiryMs: 3_600_000,
  /** [source: broker-memory] */
  connections: 2_000,
  persistentSessions: 2_000,
  queuedMessages: 1_000,
  retainedMessages: 10_000,
}
