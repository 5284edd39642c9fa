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

/** The function was deployed without what it needs; every problem at once. */
export class MisconfiguredFunction extends Error {
  override readonly name = 'MisconfiguredFunction'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the function's environment is wrong: ${problems.join('; ')}`)
    this.problems = problems
  }
}
