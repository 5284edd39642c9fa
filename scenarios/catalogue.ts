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
  'leak-within-4h',
  'leak-acted-on-in-time',
  'starved-rollback',
  'crash-on-start',
  'crash-loop',
  'random-crashes',
  'counter-overflow',
  'silent-12h',
  'silent-12h-short-window',
  'breach-during-promotion',
  'cycle-drift',
  'drift-s-curve',
  'first-shift-only',
  'grazing-below',
  'grazing-above',
  'one-bad-line',
  'error-step',
  'hang-in-install',
  'hang-in-download',
  'rejected-job',
  'disk-full',
  'reboot-mid-update',
  'silent-fallback',
  'bricked',
  'clock-skew',
  'breaking-change',
  'unreadable-after-rollback',
  'neighbours-cannot-read',
  'noisy-network',
  'offline-canary',
  'flapping-line',
  'reconnect-storm',
  'burst-loss',
  'late-reports',
  'duplicate-reports',
  'throttled-api',
  'failing-api',
  'lost-replies',
  'stale-index',
  'events-gone-wrong',
  'lambda-killed',
  'lambda-timeout-in-rollback',
  'operators',
  'wrong-group',
  'recorded-line',
  'other-plant',
  'holdback',
] as const

/** The package's own folder, from the source as well as from `dist/`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

const fileOf = (name: string): string => join(packageRoot(), 'scenarios', `${name}.yaml`)

/** Whether a scenario is named by its file, not by the name of a shipped one. */
export const isFile = (nameOrFile: string): boolean => /\.ya?ml$/.test(nameOrFile)

/** A shipped scenario by its name, or any scenario by its file. @throws InvalidScenario */
export function findScenario(nameOrFile: string): Scenario {
  const isShipped = (SHIPPED as readonly string[]).includes(nameOrFile.replace(/^scenarios\//, ''))
  if (!isShipped && isFile(nameOrFile)) return loadScenario(nameOrFile)
  return loadScenario(shippedFile(nameOrFile))
}

/** The file of a shipped scenario. @throws InvalidScenario naming the nearest one */
export function shippedFile(given: string): string {
  const name = given.replace(/^scenarios\//, '')
  if ((SHIPPED as readonly string[]).includes(name)) return fileOf(name)
  const nearest = closest(name, [...SHIPPED])
  throw new InvalidScenario([`no scenario "${given}"; did you mean "${nearest}"? (rehearse list shows all)`])
}

export const shippedScenarios = (): readonly Scenario[] => SHIPPED.map((name) => loadScenario(fileOf(name)))
