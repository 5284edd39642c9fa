/**
 * An error that an emulated service answers, exactly as AWS names it: the exception name, its HTTP status, and its members
 * in the service model besides `message`.
 */
export class AwsError extends Error {
  override readonly name: string
  readonly statusCode: number
  readonly members: Readonly<Record<string, unknown>>

  constructor(name: string, statusCode: number, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = name
    this.statusCode = statusCode
    this.members = members
  }
}

/**
 * The twin does not emulate this operation, field or query. It is refused by name rather than ignored, because nobody can
 * rely on an emulator that answers wrongly without an error. Over HTTP it is a 501 with this name.
 */
export class NotEmulated extends AwsError {
  constructor(what: string) {
    super('NotEmulated', 501, `${what} is not emulated by fleet-rehearsal`)
  }
}
