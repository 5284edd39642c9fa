/** The most that a timer takes: aedes and mqtt.js have no way to switch theirs off. */
export const NEVER_MS = 2 ** 31 - 1

/** What IoT Core allows of clients from outside, whatever the quotas of the account. */
export const BROKER_LIMITS = {
  /** [source: message-limits] */
  maxPayloadBytes: 128 * 1024,
  maxTopicBytes: 256,
  /** Slashes in a topic or filter. [source: message-limits] */
  maxSlashes: 7,
  /** A packet that announces more than a payload with its topic and header is not read. */
  maxPacketBytes: 128 * 1024 + 1024,
  maxClientIdBytes: 128,
  maxRetainedBytes: 32 * 1024 * 1024,
  /** What a client may be behind in reading before it is disconnected. */
  maxUnreadBytes: 16 * 1024 * 1024,
  /** How long a connection may be open without a CONNECT packet, in real time. */
  connectTimeoutMs: 30_000,
  /** A keep-alive of 0 or more than this is taken for this; a client is gone after 1.5 times its keep-alive. [source: keep-alive] */
  maxKeepAliveS: 1_200,
} as const
