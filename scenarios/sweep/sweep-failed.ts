import { EXIT } from '../support/exit-codes.ts'

/** A rehearsal of a sweep failed to run, so that figures over the sweep would be of fewer runs than planned. */
export class SweepFailed extends Error {
  override readonly name = 'SweepFailed'
  readonly exitCode = EXIT.notMet

  constructor(failed: {
    readonly scenario: string
    readonly seed: number
    readonly error: { readonly message: string }
  }) {
    super(`${failed.scenario} with seed ${failed.seed} could not be run: ${failed.error.message}`)
  }
}
