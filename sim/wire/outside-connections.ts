import type { Socket } from 'node:net'

/** Pulses without a request, within one, or without taking its response, after which a connection is closed. */
const MAX_QUIET_PULSES = 60
const PULSE_MS = 1_000
/** Connections of clients from outside at once; beyond it the one that has been quiet for longest goes. */
const MAX_CONNECTIONS = 256

interface Connection {
  /** Pulses since it was opened, or since a request on it began or was answered. */
  quietPulses: number
  /** Requests that are being served. */
  serving: number
}

/**
 * Connections that are not known to be the controller's. They end when their clients are quiet for about a minute. Time is
 * counted in pulses of a timer and not read from a clock: while the process or the machine sleeps no pulse passes, so that
 * a connection of the controller, whose first request is waiting to be read, is never taken for a quiet one.
 */
export class OutsideConnections {
  readonly #open = new Map<Socket, Connection>()
  readonly #timer = setInterval(() => this.pulse(), PULSE_MS).unref()

  opened(socket: Socket): void {
    this.#open.set(socket, { quietPulses: 0, serving: 0 })
    socket.once('close', () => this.#open.delete(socket))
    if (this.#open.size > MAX_CONNECTIONS) this.#quietest()?.destroy()
  }

  /** A request on this connection begins. */
  begins(socket: Socket): void {
    this.#update(socket, 0)
  }

  /** Its body is complete: from here on only the twin can be slow. */
  serves(socket: Socket): void {
    this.#update(socket, 1)
  }

  answered(socket: Socket): void {
    this.#update(socket, -1)
  }

  /** The connection is the controller's, and has no limits any more. */
  trust(socket: Socket): void {
    this.#open.delete(socket)
  }

  /** @internal One step of time. */
  pulse(): void {
    for (const [socket, connection] of this.#open) {
      if (connection.serving > 0) continue
      connection.quietPulses += 1
      if (connection.quietPulses > MAX_QUIET_PULSES) socket.destroy()
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #update(socket: Socket, serving: number): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    connection.quietPulses = 0
    connection.serving += serving
  }

  /** The first of those that have been quiet for longest, in order of opening. */
  #quietest(): Socket | undefined {
    const idle = [...this.#open].filter(([, { serving }]) => serving === 0)
    return idle.sort(([, a], [, b]) => b.quietPulses - a.quietPulses)[0]?.[0]
  }
}
