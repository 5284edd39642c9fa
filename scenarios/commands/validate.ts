import { EXIT } from '../exit-codes.ts'
import { InvalidScenario, loadScenario } from '../load.ts'
import type { Io } from './io.ts'

/** `rehearse validate`: every problem of every file, a line each. */
export function validate(files: readonly string[], io: Pick<Io, 'stdout' | 'stderr'>): number {
  let exitCode: number = EXIT.met
  for (const file of files) {
    try {
      loadScenario(file)
      io.stdout.write(`${file}: valid\n`)
    } catch (error) {
      if (!(error instanceof InvalidScenario)) throw error
      for (const problem of error.problems) io.stderr.write(`${problem}\n`)
      exitCode = EXIT.usage
    }
  }
  return exitCode
}
