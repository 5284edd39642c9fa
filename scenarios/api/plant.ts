import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { failureTexts } from '../../reports/messages/reported.ts'
import type { Report } from '../../reports/run/report.ts'
import { parseScenario } from '../files/load.ts'
import type { Scenario, ScenarioInput } from '../files/scenario.ts'
import { InvalidScenario } from '../files/yaml-file.ts'
import { conclude } from '../outcome/conclude.ts'
import { makeFolder, writeReportFiles, writeTrace, writeWhole } from '../outcome/output-files.ts'
import { reproCommand } from '../outcome/repro-command.ts'
import { RolloutRefused } from '../support/user-error.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'

export type { Report } from '../../reports/run/report.ts'

/** A plant of your own, and what its controller goes by; what is left out is the plant that the package ships. */
export interface PlantInput {
  /** A fleet file, or its content. A path is relative to the working directory. */
  readonly fleet?: ScenarioInput['fleet'] | URL
  /** A policy file, or its content. */
  readonly policy?: ScenarioInput['policy'] | URL
  /** The release that is rehearsed: its versions of data and of documents. A minor one, 2.4.0 after 2.3.1, by default. */
  readonly release?: ScenarioInput['release']
  /** When rollouts are started, in site-local time: Monday, 2 March 2026, 14:00 in Berlin by default. */
  readonly start?: string
}

/** What goes wrong, and what must come out: the words of a scenario file. */
export interface PlantCase
  extends Pick<ScenarioInput, 'faults' | 'expect' | 'timeLimit'>,
    Pick<PlantInput, 'release' | 'start'> {
  /** Of all chance in the run; 1 by default. */
  readonly seed?: number
}

/** A rehearsal did not come out as it must. The message names seed, failures, and the command that plays it again. */
export class RehearsalFailed extends Error {
  override readonly name = 'RehearsalFailed'
  /** What was expected and did not come, and invariants that were violated: a sentence each, in numbers. */
  readonly failures: readonly string[]
  readonly command: string

  constructor(title: string, seed: number, failures: readonly string[], command: string) {
    super([`${title} (seed ${seed})`, ...failures.map((one) => `  ${one}`), `  replay: ${command}`].join('\n'))
    this.failures = failures
    this.command = command
  }
}

const USUAL_RELEASE: ScenarioInput['release'] = {
  version: '2.4.0',
  replaces: '2.3.1',
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
}
const USUAL_START = '2026-03-02T14:00[Europe/Berlin]'

/**
 * Rehearses a release in the plant, at model level.
 * @throws RehearsalFailed when it does not come out as it must, or the controller refuses it: scenario, reports and trace
 * are in `reports/out/` then; InvalidScenario for what cannot be rehearsed
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
    const result = await play(scenario, seed)
    const report = conclude(scenario, result)
    const failures = failureTexts(report)
    if (failures.length === 0) return report
    const saved = { ...result, expect: scenario.expect, command }
    writeReportFiles(folder, report, saved)
    writeTrace(folder, saved)
    throw failed(failures)
  } catch (error) {
    if (error instanceof RolloutRefused) throw failed([error.message])
    // The lines that an invalid scenario names are those of its file.
    if (error instanceof InvalidScenario) keep()
    throw error
  }
}

/** The SDK is loaded when it is needed, and does not warn of Node's version then. */
async function play(scenario: Scenario, seed: number): Promise<RehearsalResult> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { rehearse } = await import('../world/rehearse.ts')
  return rehearse(scenario, { seed, level: 'model' })
}

/** The scenario as a file of its folder has it, so that the command line plays the same. */
function scenarioText(plant: PlantInput, title: string, given: PlantCase, folder: string): string {
  const { seed: _, release = plant.release ?? USUAL_RELEASE, start = plant.start ?? USUAL_START, ...own } = given
  const parts = { fleet: seenFrom(folder, plant.fleet), policy: seenFrom(folder, plant.policy) }
  // By way of JSON, so that nothing that is left out stands there.
  return stringify(JSON.parse(JSON.stringify({ story: title, ...parts, release, start, ...own })), {
    aliasDuplicateObjects: false,
  })
}

/** A file of the working directory as a file in the folder names it. */
function seenFrom(folder: string, part: PlantInput['fleet'] | PlantInput['policy']): unknown {
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
