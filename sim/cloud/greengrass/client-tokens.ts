import type { Clock } from '../../kernel/clock.ts'
import { conflict } from './validate.ts'

/** A request with a stored client token gets the stored answer for this long. [source: client-token] */
const KEPT_MS = 8 * 3_600_000

interface Stored<Answer> {
  readonly body: string
  readonly answer: Answer
  readonly atMs: number
}

/** The idempotency of one create operation of Greengrass v2. */
export class ClientTokens<Answer> {
  readonly #clock: Clock
  readonly #what: string
  readonly #stored = new Map<string, Stored<Answer>>()

  /** `what` the operation creates, for the message of a conflict: "deployment". */
  constructor(clock: Clock, what: string) {
    this.#clock = clock
    this.#what = what
  }

  /**
   * The answer of `make`, or its stored answer to the same token and body (besides the token), of which `onAgain` is told.
   * Errors are not stored.
   * @throws AwsError ConflictException when the token was used with another body. [source: token-other-body]
   */
  once(
    token: string | undefined,
    body: object,
    make: () => Answer,
    onAgain: (answer: Answer, token: string) => void = () => undefined,
  ): Answer {
    if (token === undefined) return make()
    const text = JSON.stringify({ ...body, clientToken: undefined })
    const nowMs = this.#clock.nowMs()
    const stored = this.#stored.get(token)
    if (stored !== undefined && nowMs - stored.atMs < KEPT_MS) {
      if (stored.body === text) {
        onAgain(stored.answer, token)
        return stored.answer
      }
      throw conflict(token, 'ClientToken', `The client token ${token} was used for another ${this.#what}`)
    }
    const answer = make()
    this.#stored.set(token, { body: text, answer, atMs: nowMs })
    return answer
  }
}
