/** What an operator may request: the operations of the controller. */
export const OPERATIONS = ['pause', 'resume', 'abort', 'skip', 'retry', 'promote', 'freeze', 'unfreeze'] as const

/** A request to the controller's function for operators. */
export interface OperatorRequest {
  /** After the start of the rehearsal. */
  readonly atMs: number
  readonly operation: (typeof OPERATIONS)[number]
  readonly actor: string
  readonly reason: string
  /** Idempotency key of the request. */
  readonly id?: string | undefined
}
