import type { Clock } from '../../kernel/clock.ts'
import { AwsError } from './aws-error.ts'

/** A stored answer is given again to the same client token for this long. [gg: clientToken] */
const KEPT_MS = 8 * 3_600_000

interface Stored {
  readonly body: string
  readonly answer: object
  readonly atMs: number
}

/** The idempotency of the create operations of Greengrass v2. */
export class ClientTokens {
  readonly #clock: Clock
  readonly #what: string
  readonly #stored = new Map<string, Stored>()

  /** `what` the tokens make, for the message of a conflict: "deployment". */
  constructor(clock: Clock, what: string) {
    this.#clock = clock
    this.#what = what
  }

  /**
   * What `make` answers, or what it answered to the same token and body before. Errors are not stored.
   * @throws AwsError ConflictException when the token came with another body. [inferred: the model has no other error]
   */
  once(token: string | undefined, body: object, make: () => object): object {
    if (token === undefined) return make()
    const text = JSON.stringify(body)
    const nowMs = this.#clock.nowMs()
    const stored = this.#stored.get(token)
    if (stored !== undefined && nowMs - stored.atMs < KEPT_MS) {
      if (stored.body === text) return stored.answer
      throw new AwsError('ConflictException', 409, `The client token ${token} was used for another ${this.#what}`, {
        resourceId: token,
        resourceType: 'ClientToken',
      })
    }
    const answer = make()
    this.#stored.set(token, { body: text, answer, atMs: nowMs })
    return answer
  }
}
