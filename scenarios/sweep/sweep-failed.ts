import { EXIT } from '../support/exit-codes.ts'

/** A rehearsal of a sweep could not be played: its figures would be of fewer runs than they say. */
export class SweepFailed extends Error {
  override readonly name = 'SweepFailed'
  readonly exitCode = EXIT.notMet

  constructor(failed: {
    readonly scenario: string
    readonly seed: number
    readonly error: { readonly message: string }
  }) {
    super(`${failed.scenario} with seed ${failed.seed} could not be played: ${failed.error.message}`)
  }
}
