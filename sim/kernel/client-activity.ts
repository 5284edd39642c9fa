/** Who sent a request or a message that is not the twin's own or the controller's. */
export interface OutsideClient {
  /**
   * How the client is known: by the access key that it signs with, by its MQTT client id, or (`address`) by the socket of
   * a client that has told neither.
   */
  readonly by: 'access-key' | 'client-id' | 'address'
  readonly id: string
}

/** Something that a client did, how often, and when, in milliseconds of simulated time since the epoch. */
export interface ClientDeed {
  /** The operation as AWS names it, e.g. `greengrass CreateDeployment`, or the MQTT packet and its topic. */
  readonly request: string
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** A request that was refused or failed, or a connection that was closed for what was sent on it. */
export interface ClientError extends ClientDeed {
  /** Name of the error, e.g. `InvalidRequestException`. */
  readonly error: string
  /** The sentence of the first one. */
  readonly message: string
}

/** What one client from outside did to a run. It differs between runs of a seed and is no part of the digest. */
export interface ClientActivity {
  readonly client: OutsideClient
  readonly changes: readonly ClientDeed[]
  /** Requests that change nothing, by their names. */
  readonly reads: Readonly<Record<string, number>>
  readonly errors: readonly ClientError[]
}
