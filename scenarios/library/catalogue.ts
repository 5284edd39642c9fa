import { join } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { renamedText } from '../../controller/support/renamed.ts'
import { InvalidScenario, loadScenario } from '../files/load.ts'
import type { Scenario } from '../files/scenario.ts'
import { packageRoot } from '../support/package-root.ts'

/** Names of the shipped scenarios in reading order; their files are in this folder. */
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
  'torque-drift',
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
  'peers-cannot-read',
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
  'own-stages',
  'wrong-group',
  'recorded-line',
  'other-plant',
  'holdback',
] as const

const fileOf = (name: string): string => join(packageRoot(), 'scenarios', 'library', `${name}.yaml`)

/** Without the folder that shell completion puts in front of the name. */
const bare = (given: string): string => given.replace(/^scenarios\/(library\/)?/, '')

/** Whether a scenario is given by its file, and not by the name of a shipped one. */
export const isFile = (nameOrFile: string): boolean => /\.ya?ml$/.test(nameOrFile)

/** A shipped scenario by its name, or any scenario by its file. @throws InvalidScenario */
export function findScenario(nameOrFile: string): Scenario {
  const isShipped = (SHIPPED as readonly string[]).includes(bare(nameOrFile))
  if (!isShipped && isFile(nameOrFile)) return loadScenario(nameOrFile)
  return loadScenario(shippedFile(nameOrFile))
}

/** The file of a shipped scenario. @throws InvalidScenario naming the nearest one */
export function shippedFile(given: string): string {
  const name = bare(given)
  if ((SHIPPED as readonly string[]).includes(name)) return fileOf(name)
  const hint = renamedText(name, SHIPPED) ?? `; did you mean "${closest(name, [...SHIPPED])}"?`
  throw new InvalidScenario([`no scenario "${given}"${hint} (rehearse list shows all)`])
}

export const shippedScenarios = (): readonly Scenario[] => SHIPPED.map((name) => loadScenario(fileOf(name)))
