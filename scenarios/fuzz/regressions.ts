import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import type { Failure } from './batch.ts'
import { invariantOf } from './tally.ts'
import { worldText } from './world-arbitrary.ts'

/** Where worlds that once broke a law are kept, in whichever project `rehearse` runs. */
export const REGRESSIONS = 'scenarios/library/regressions'

/** The files of the folder in order of their names; none where there is no folder. */
export const regressionFiles = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.ya?ml$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : []

/** Writes the world as a scenario file, ready to be committed, and returns its name. @throws CannotWrite */
export function writeRegression(folder: string, { seed, path, world, violated }: Failure): string {
  const comment = [
    ...violated.map((sentence) => `# ${sentence.replaceAll('\n', ' ')}`),
    `# rehearse fuzz --seed ${seed} --path ${path}`,
    '',
  ].join('\n')
  const text = worldText(world, comment)
  const invariant = invariantOf(violated[0] as string)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replace(/-$/, '')
  const mark = createHash('sha256').update(worldText(world)).digest('hex').slice(0, 6)
  makeFolder(folder)
  const file = join(folder, `${invariant}-${mark}.yaml`)
  writeWhole(file, text)
  return file
}
