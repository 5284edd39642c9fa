import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closest } from 'fastest-levenshtein'
import { InvalidScenario, loadScenario } from './load.ts'
import type { Scenario } from './scenario.ts'

/** Shipped scenarios in reading order; the files stand beside this one. */
export const SHIPPED = [
  'healthy',
  'memory-leak',
  'leak-in-steps',
  'crash-on-start',
  'random-crashes',
  'hang-in-install',
  'cycle-drift',
  'drift-s-curve',
  'grazing-above',
  'one-bad-line',
  'error-step',
  'silent-12h',
  'noisy-network',
  'offline-canary',
  'flapping-line',
] as const

/** The package's own folder, from the source as well as from `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

const fileOf = (name: string): string => join(packageRoot(), 'scenarios', `${name}.yaml`)

/** A shipped scenario by its name, or any scenario by its file. @throws InvalidScenario */
export function findScenario(nameOrFile: string): Scenario {
  const name = nameOrFile.replace(/^scenarios\//, '')
  if ((SHIPPED as readonly string[]).includes(name)) return loadScenario(fileOf(name))
  if (/\.ya?ml$/.test(nameOrFile)) return loadScenario(nameOrFile)
  const nearest = closest(name, [...SHIPPED])
  throw new InvalidScenario([`no scenario "${nameOrFile}"; did you mean "${nearest}"? (rehearse list shows all)`])
}

export const shippedScenarios = (): readonly Scenario[] => SHIPPED.map((name) => loadScenario(fileOf(name)))
