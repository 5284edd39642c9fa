import type { Server } from 'node:http'

/**
 * Removes the timeouts of real time from a server: a rehearsal may be paced, paused or slow for any real time between two
 * calls. The next call may use a connection just while the server closes it as idle (Node: after 5 s), and its retry would
 * cost simulated time.
 */
export function withoutTimeouts<T extends Server>(server: T): T {
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  return server
}
