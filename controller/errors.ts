/** Another instance of the function wrote the document since it was read. */
export class StaleRollout extends Error {
  override readonly name = 'StaleRollout'
  readonly key: string

  constructor(key: string) {
    super(`${key} was changed by another instance since it was read`)
    this.key = key
  }
}

/** An event that this function is not meant for. */
export class UnexpectedEvent extends Error {
  override readonly name = 'UnexpectedEvent'
}

/** The function was deployed without what it needs, or with a policy document that is invalid; every problem at once. */
export class MisconfiguredFunction extends Error {
  override readonly name = 'MisconfiguredFunction'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the function is misconfigured: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** A policy document does not follow the schema; every problem at once, each with its path. */
export class InvalidPolicy extends Error {
  override readonly name = 'InvalidPolicy'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the policy is invalid: ${problems.join('; ')}`)
    this.problems = problems
  }
}
