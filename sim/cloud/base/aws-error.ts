/**
 * An error the emulated service answers with, exactly as AWS names it: the exception name, its HTTP status, and the
 * members beside `message` that the service model gives it.
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
 * The twin does not emulate this operation, field or query. It is refused by name rather than ignored, because a silent
 * wrong answer is what makes an emulator useless. On the wire it is a 501 with this name.
 */
export class NotEmulated extends AwsError {
  constructor(what: string) {
    super('NotEmulated', 501, `${what} is not emulated by fleet-rehearsal`)
  }
}
