import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { failureTexts, reportedLine } from '../../reports/messages/reported.ts'
import type { Report } from '../../reports/run/report.ts'
import { parseScenario } from '../files/load.ts'
import type { Scenario, ScenarioInput } from '../files/scenario.ts'
import { InvalidScenario } from '../files/yaml-file.ts'
import { conclude } from '../outcome/conclude.ts'
import { makeFolder, writeRunFiles, writeWhole } from '../outcome/output-files.ts'
import { reproCommand } from '../outcome/repro-command.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'

export type { Report } from '../../reports/run/report.ts'

/** Your plant and its controller's policy; what is left out is that of the default plant. */
export interface PlantInput {
  /** A fleet file, or its content. A path is relative to the working directory. */
  readonly fleet?: ScenarioInput['fleet'] | URL
  /** A policy file, or its content. */
  readonly policy?: ScenarioInput['policy'] | URL
  /** The rehearsed release with its data and document versions; by default a minor one, 2.4.0 replacing 2.3.1. */
  readonly release?: ScenarioInput['release']
  /** Site-local start of the rollout with its zone; by default `2026-03-02T14:00[Europe/Berlin]`, a Monday. */
  readonly start?: string
}

/** Injected faults and the expected result, with the keys of a scenario file. */
export interface PlantCase
  extends Pick<ScenarioInput, 'faults' | 'expect' | 'timeLimit'>,
    Pick<PlantInput, 'release' | 'start'> {
  /** Seed of every random draw in the run; 1 by default. */
  readonly seed?: number
}

/** A rehearsal did not meet its expectation. The message has the seed, the failures, and the command that repeats it. */
export class RehearsalFailed extends Error {
  override readonly name = 'RehearsalFailed'
  /** Unmet expectations and violated invariants: a sentence each, with numbers. */
  readonly failures: readonly string[]
  /** Shell command that repeats the run. */
  readonly command: string

  constructor(title: string, seed: number, failures: readonly string[], command: string) {
    super([`${title} (seed ${seed})`, ...failures.map((one) => `  ${one}`), `  replay: ${command}`].join('\n'))
    this.failures = failures
    this.command = command
  }
}

const DEFAULT_RELEASE: ScenarioInput['release'] = {
  version: '2.4.0',
  replaces: '2.3.1',
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
}
const DEFAULT_START = '2026-03-02T14:00[Europe/Berlin]'

/**
 * Rehearses a release in the plant, at model level, in about a second; returns its report. `title` names the run and its
 * folder in `reports/out/`.
 *
 * @example
 * const report = await rehearseIn({ fleet: 'plant.yaml', policy: { window: '12h' } }, 'a leak is rolled back', {
 *   faults: [{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: '26 MiB/h' }],
 *   expect: { outcome: 'rolled-back', caughtIn: 'canary' },
 * })
 * console.log(report.outcome, report.exposure.devices)
 *
 * @throws RehearsalFailed if the expectation is not met, an invariant is violated, or the controller refuses the release:
 * the scenario, its reports and its trace are in `reports/out/` then; InvalidScenario if the input is invalid
 */
export async function rehearseIn(plant: PlantInput, title: string, given: PlantCase): Promise<Report> {
  const { seed = 1 } = given
  const name = nameOf(title)
  const folder = join('reports', 'out', `${name}-${seed}`)
  const file = join(folder, `${name}.yaml`)
  const text = scenarioText(plant, title, given, folder)
  const command = reproCommand(file, { seed, level: 'model' })
  const keep = (): void => {
    makeFolder(folder)
    writeWhole(file, text)
  }
  const failed = (failures: readonly string[]): RehearsalFailed => {
    keep()
    return new RehearsalFailed(title, seed, failures, `npx ${command}`)
  }
  try {
    const scenario = parseScenario(text, file)
    const result = await run(scenario, seed)
    const report = conclude(scenario, result)
    const failures = [...failureTexts(report), ...unexpectedRefusals(report)]
    if (failures.length === 0) return report
    const saved = { ...result, expect: scenario.expect, command }
    writeRunFiles(folder, report, saved)
    throw failed(failures)
  } catch (error) {
    // Problems of an invalid scenario name lines of its file.
    if (error instanceof InvalidScenario) keep()
    throw error
  }
}

/** A refusal is a failure unless the expectation is about the outcome; then it has been compared. */
const unexpectedRefusals = ({ outcome, notStarted = [], expectation }: Report): readonly string[] =>
  outcome !== 'refused' || expectation.checked.some(({ what }) => what === 'outcome')
    ? []
    : notStarted.map(reportedLine)

/** Loads the SDK on demand, without its warning about Node's version. */
async function run(scenario: Scenario, seed: number): Promise<RehearsalResult> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { rehearse } = await import('../world/rehearse.ts')
  return rehearse(scenario, { seed, level: 'model' })
}

/** The text of the scenario as a file in `folder`, so that the command line runs the same. */
function scenarioText(plant: PlantInput, title: string, given: PlantCase, folder: string): string {
  const { seed: _, release = plant.release ?? DEFAULT_RELEASE, start = plant.start ?? DEFAULT_START, ...own } = given
  const parts = { fleet: relativeTo(folder, plant.fleet), policy: relativeTo(folder, plant.policy) }
  // JSON drops keys whose value is undefined.
  return stringify(JSON.parse(JSON.stringify({ story: title, ...parts, release, start, ...own })), {
    aliasDuplicateObjects: false,
  })
}

/** A path relative to the working directory, made relative to `folder`. */
function relativeTo(folder: string, part: PlantInput['fleet'] | PlantInput['policy']): unknown {
  if (part instanceof URL) return relative(folder, relative('.', fileURLToPath(part)))
  if (typeof part === 'string') return relative(folder, part)
  return part?.extends === undefined ? part : { ...part, extends: relative(folder, part.extends) }
}

const LONGEST_NAME = 60

const nameOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replaceAll(/^-+|-+$/g, '') || 'rehearsal'
