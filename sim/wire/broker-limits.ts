/** The most that a timer takes: aedes and mqtt.js have no way to switch theirs off. */
export const NEVER_MS = 2 ** 31 - 1

/** What IoT Core allows, and what this broker keeps in memory for clients from outside. */
export const BROKER_LIMITS = {
  /** [source: message-limits] */
  maxPayloadBytes: 128 * 1024,
  maxTopicBytes: 256,
  /** Slashes in a topic or filter. [source: message-limits] */
  maxSlashes: 7,
  /** A packet that announces more than a payload with its topic and header is not read. */
  maxPacketBytes: 128 * 1024 + 1024,
  maxClientIdBytes: 128,
  /** [source: subscribe-limit] */
  maxFiltersPerSubscribe: 8,
  maxSubscriptionsPerConnection: 50,
  /** Connections at a time, and sessions that are kept for clients that are away. */
  maxConnections: 2_000,
  maxSessions: 2_000,
  /** Messages that are kept for one client that is away. */
  maxQueuedMessages: 1_000,
  maxRetainedMessages: 10_000,
  maxRetainedBytes: 32 * 1024 * 1024,
  /** What a client may be behind in reading before it is disconnected. */
  maxUnreadBytes: 16 * 1024 * 1024,
  /** How long a connection may be open without a CONNECT packet, in real time. */
  connectTimeoutMs: 30_000,
  /** A keep-alive of 0 or more than this is taken for this; a client is gone after 1.5 times its keep-alive. [source: keep-alive] */
  maxKeepAliveS: 1_200,
} as const
