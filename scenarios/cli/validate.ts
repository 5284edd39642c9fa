import { printableLine } from '../../reports/numbers/printable.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { InvalidScenario, loadAny } from '../files/load.ts'
import { EXIT } from '../support/exit-codes.ts'
import { refuseStatically } from '../world/static-refusals.ts'
import { explain } from './explain.ts'
import type { Io } from './io.ts'

/**
 * `rehearse validate`: prints what each file does, or each of its problems on a line. What `rehearse run` would refuse
 * before any telemetry is a problem of the scenario, unless it expects to be refused. Returns the exit code.
 */
export function validate(files: readonly string[], io: Pick<Io, 'stdout' | 'stderr'>): number {
  let exitCode: number = EXIT.met
  for (const file of files) {
    try {
      const checked = loadAny(file)
      if (checked.kind === 'scenario' && checked.scenario.expect.outcome !== 'refused') {
        refuseStatically(checked.scenario, file)
      }
      io.stdout.write(terminalText(`${file}: valid ${checked.kind}\n`))
      for (const line of explain(checked)) io.stdout.write(terminalText(`  ${printableLine(line)}\n`))
    } catch (error) {
      if (!(error instanceof InvalidScenario)) throw error
      for (const problem of error.problems) io.stderr.write(terminalText(`${problem}\n`))
      exitCode = EXIT.usage
    }
  }
  return exitCode
}
