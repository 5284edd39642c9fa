import type { Server } from 'node:http'

/**
 * Takes the limits of real time off a server: a rehearsal may be paced, paused or slow for as long as it likes between two
 * calls. A connection that the server closes meanwhile (Node: after 5 s) is one that the next call may just be using, and a
 * retry then takes virtual time.
 */
export function withoutHurry<T extends Server>(server: T): T {
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  return server
}
