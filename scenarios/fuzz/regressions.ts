import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { reportedLine } from '../../reports/messages/reported.ts'
import type { ScenarioInput } from '../files/scenario.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import type { Failure } from './batch.ts'
import { scenarioText } from './scenario-arbitrary.ts'

export { REGRESSIONS } from './scenario-arbitrary.ts'

/** The files of the folder in order of their names; none where there is no folder. */
export const regressionFiles = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : []

/**
 * Writes the scenario as a file that is ready to be committed, and returns its name: the code of the violated invariant and
 * a hash of the content. @throws CannotWrite
 */
export function writeRegression(folder: string, { seed, path, input, violated, from }: Failure): string {
  const comment = [
    ...violated.map((one) => `# ${reportedLine(one).replaceAll('\n', ' ')}`),
    `# rehearse fuzz${from.file === undefined ? '' : ` --scenario ${from.file}`} --seed ${seed} --path ${path}`,
    '',
  ].join('\n')
  const code = (violated[0] as Failure['violated'][number]).code.toLowerCase().replaceAll('_', '-')
  const mark = createHash('sha256').update(scenarioText(input)).digest('hex').slice(0, 6)
  makeFolder(folder)
  const file = join(folder, `${code}-${mark}.yaml`)
  writeWhole(file, scenarioText(moved(input, from, folder), comment))
  return file
}

/** The scenario in another folder: paths of recordings start from there. */
const moved = (input: ScenarioInput, { folder }: Failure['from'], to: string): ScenarioInput =>
  input.telemetry === undefined
    ? input
    : {
        ...input,
        telemetry: input.telemetry.map((one) => ({
          ...one,
          file: relative(to, resolve(folder, one.file)).replaceAll('\\', '/'),
        })),
      }
