/** A file is invalid; every problem is `file:line:column: what is wrong`. */
export class InvalidScenario extends Error {
  override readonly name = 'InvalidScenario'
  readonly exitCode = 64
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}
