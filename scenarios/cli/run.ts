import type { Report } from '../../reports/run/report.ts'
import { problemTexts, type Verdict, verdictOf } from '../../reports/run/verdict.ts'
import { renderSummary } from '../../reports/text/summary.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import type { PolicyOptions } from '../files/plan.ts'
import { withDevices } from '../files/scale.ts'
import type { Scenario } from '../files/scenario.ts'
import { findScenario, isFile } from '../library/catalogue.ts'
import { conclude } from '../outcome/conclude.ts'
import { compareRuns } from '../outcome/determinism.ts'
import { makeFolder, renderOutput, reportJson, writeRunFiles } from '../outcome/output-files.ts'
import { reproCommand } from '../outcome/repro-command.ts'
import type { SavedTrace } from '../outcome/saved-trace.ts'
import { EXIT } from '../support/exit-codes.ts'
import { Interrupted } from '../support/user-error.ts'
import { ownTerminal } from '../watch/terminal.ts'
import type { RehearsalOptions, RehearsalResult } from '../world/rehearsal.ts'
import { refuseShortWindows } from '../world/static-refusals.ts'
import { coloured } from './colour.ts'
import type { RunOptions } from './commands/run.ts'
import { reportToGithub } from './github.ts'
import { type Io, interruptible, isTerminal } from './io.ts'
import { progressLine } from './progress-line.ts'

const WIRE_ONLY = [
  { option: 'connections', flag: '--connections' },
  { option: 'mqttPort', flag: '--mqtt-port' },
  { option: 'httpPort', flag: '--http-port' },
] as const satisfies readonly { option: keyof RunOptions; flag: string }[]

type Seeded = RunOptions & { readonly seed: number }
type Rehearse = (scenario: Scenario, options: RehearsalOptions) => Promise<RehearsalResult>

/** `rehearse run`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function run(name: string, options: RunOptions, io: Io, rehearse?: Rehearse): Promise<number> {
  const wireOnly = WIRE_ONLY.find(({ option }) => options[option] !== undefined)
  if (options.level === 'model' && wireOnly !== undefined) {
    io.stderr.write(`rehearse: ${wireOnly.flag} has no effect at model level, which has no sockets\n`)
    return EXIT.usage
  }
  const found = findScenario(name)
  const scenario = options.devices === undefined ? found : withDevices(found, options.devices)
  if (options.window !== undefined) refuseShortWindows(scenario, [options.window])
  const seeded = { ...options, seed: options.seed ?? scenario.seed ?? 1 }
  // A folder that cannot be written to is found before anything is played.
  makeFolder(folderOf(scenario, seeded))
  const runScenario = rehearse ?? (await import('../world/rehearse.ts')).rehearse
  return interruptible(io, async (signal) => {
    const runFirst = showsDashboard(options, io) ? runWatched : runOnce
    const first = await runFirst(runScenario, scenario, seeded, io, signal)
    if (options.checkDeterminism) {
      const second = await runOnce(runScenario, scenario, seeded, io, signal)
      const difference = compareRuns(first, second)
      io.stderr.write(
        difference === null ? `deterministic: both runs have digest ${first.facts.digest}\n` : `${difference}\n`,
      )
      if (difference !== null) return EXIT.notMet
    }
    const saved = { ...first, expect: scenario.expect, command: reproCommand(name, seeded) }
    return finish(name, scenario, saved, seeded, io)
  })
}

/** By default on a terminal, for runs that take long enough to be watched. */
function showsDashboard({ dashboard, level, pace, json, checkDeterminism }: RunOptions, io: Io): boolean {
  const isPossible = isTerminal(io)
  if (dashboard === true && !isPossible) io.stderr.write('rehearse: no dashboard: this is not a terminal\n')
  const isWorthwhile = dashboard ?? (level === 'wire' || pace.kind === 'times')
  return isPossible && isWorthwhile && json !== true && checkDeterminism !== true
}

/** The dashboard stays open after the end until the user closes it. */
async function runWatched(
  rehearse: Rehearse,
  scenario: Scenario,
  options: Seeded,
  io: Io,
  interrupted: AbortSignal,
): Promise<RehearsalResult> {
  const { Dashboard } = await import('../watch/dashboard.ts')
  const quit = new AbortController()
  const dashboard = new Dashboard(ownTerminal(io.stdout), () => quit.abort(new Interrupted()))
  try {
    const signal = AbortSignal.any([interrupted, quit.signal])
    const result = await rehearse(scenario, {
      ...rehearsalOptions(options, signal),
      onProgress: () => dashboard.tick(),
      onLive: (live) => dashboard.watch(live),
    })
    await dashboard.end(conclude(scenario, result).outcome, signal)
    return result
  } finally {
    await dashboard.close()
  }
}

async function runOnce(
  rehearse: Rehearse,
  scenario: Scenario,
  options: Seeded,
  io: Io,
  signal: AbortSignal,
): Promise<RehearsalResult> {
  const progress = progressLine(scenario, io.stderr)
  try {
    return await rehearse(scenario, {
      ...rehearsalOptions(options, signal),
      onProgress: progress.show,
      onListening: ({ mqttUrl, httpUrl }) => progress.note(`listening on ${mqttUrl} and ${httpUrl}`),
    })
  } finally {
    progress.end()
  }
}

const policyOptions = ({ window, profile }: RunOptions): PolicyOptions => ({
  ...(window !== undefined && { windowMs: window }),
  ...(profile !== undefined && { profile }),
})

const rehearsalOptions = (options: Seeded, signal: AbortSignal): RehearsalOptions => ({
  seed: options.seed,
  level: options.level,
  pace: options.pace,
  signal,
  ...(options.connections !== undefined && { connections: options.connections }),
  ...(options.mqttPort !== undefined && { mqttPort: options.mqttPort }),
  ...(options.httpPort !== undefined && { httpPort: options.httpPort }),
  ...policyOptions(options),
  ...(options.until !== undefined && { untilMs: options.until }),
})

const folderOf = ({ name }: Scenario, { out, seed }: Seeded): string => out ?? `reports/out/${name}-${seed}`

/** `name`: the scenario as the user named it. */
function finish(name: string, scenario: Scenario, saved: SavedTrace, options: Seeded, io: Io): number {
  const report = conclude(scenario, saved)
  const exitCode = exitCodeOf(report)
  const summary = coloured(renderSummary(report, scenario.story), exitCode === EXIT.met, io.stdout)
  // What came out is shown even if it cannot be written.
  io.stdout.write(options.json ? reportJson(report) : `${summary}\n`)
  const folder = folderOf(scenario, options)
  const files = writeRunFiles(folder, report, saved)
  if (!options.json) io.stdout.write(terminalText(`  ${folder}/${files.join(', ')}\n`))
  reportToGithub(
    {
      markdown: renderOutput('report.md', report, saved),
      failures: problemTexts(report),
      file: isFile(name) ? name : undefined,
    },
    io.stderr,
  )
  return exitCode
}

const EXITS: Readonly<Record<Verdict, number>> = {
  met: EXIT.met,
  'not-met': EXIT.notMet,
  undecided: EXIT.inconclusive,
}

/** The exit code of a finished run. */
export const exitCodeOf = (report: Report): number => EXITS[verdictOf(report)]
