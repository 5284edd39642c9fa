import { join } from 'node:path'
import { foldAdvice, type MixedRun } from '../../reports/campaign/advice.ts'
import { reported } from '../../reports/messages/reported.ts'
import { adviceSentence, renderAdvice } from '../../reports/text/advice-text.ts'
import { DEFAULT_MIX, type FaultMix, loadMix } from '../files/fault-mix.ts'
import { policyFor } from '../files/plan.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { Interrupted } from '../support/user-error.ts'
import { mixedFaults, plannedStarts, runMix } from '../sweep/advise.ts'
import { refuseShortWindows, refuseStatically } from '../world/static-refusals.ts'
import type { AdviseOptions } from './commands/advise.ts'
import { type Io, interruptible } from './io.ts'
import { scenarioOrPlant } from './power.ts'
import { sweepProgress } from './sweep-progress.ts'

/** `rehearse advise`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function advise(name: string, options: AdviseOptions, io: Io): Promise<number> {
  const scenario = scenarioOrPlant(name)
  refuseStatically(scenario, name)
  refuseShortWindows(scenario, options.windows)
  const mix = options.mix === undefined ? DEFAULT_MIX : loadMix(options.mix)
  const windowsMs = [...new Set(options.windows)].sort((a, b) => a - b)
  const policy = policyFor(scenario)
  const starts = plannedStarts(policy, scenario.start.atMs, windowsMs)
  const progress = sweepProgress('rehearsals', io.stderr)
  const known: MixedRun[] = []
  let isInterrupted = false
  const runs = await interruptible(io, (signal) =>
    runMix(scenario, mixedFaults(mix, options.seeds), windowsMs.at(-1) as number, {
      signal,
      onProgress: progress.show,
      onRun: (run) => known.push(run),
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  )
    .catch((error: unknown) => {
      if (!(error instanceof Interrupted) || known.length === 0) throw error
      isInterrupted = true
      return known.toSorted((a, b) => a.seed - b.seed)
    })
    .finally(() => progress.end())
  const advice = foldAdvice(runs, starts, options.history, policy.evidence.falseRollbackShare)
  const assumptions = assumptionsOf(mix, options.mix, runs)
  const json = `${JSON.stringify({ schemaVersion: 1, scenario: scenario.name, isInterrupted, ...advice, reasons: advice.reasons.map(reported), sentence: adviceSentence(advice), assumptions, mix, runs }, null, 2)}\n`
  const folder = options.out ?? 'reports/out/advise'
  makeFolder(folder)
  writeWhole(join(folder, 'advice.json'), json)
  io.stdout.write(options.json ? json : `${renderAdvice(advice, assumptions)}\n\n  ${folder}/advice.json\n`)
  if (isInterrupted) io.stderr.write(`rehearse: interrupted after ${runs.length} of ${options.seeds} releases\n`)
  return isInterrupted ? EXIT.interrupted : EXIT.met
}

/** What the figures rest on. */
function assumptionsOf(mix: FaultMix, file: string | undefined, runs: readonly MixedRun[]): readonly string[] {
  const kinds = mix.map(({ kind, sizes: [from, to] }) => `${kind} ${from} to ${to}`).join(', ')
  const source =
    file === undefined
      ? 'sizes log-uniform, kinds equally often; half of the faults that can be late begin 1 h to 48 h after the install, because such have been met'
      : `of ${file}`
  const refused = runs.filter(({ isRefused }) => isRefused).length
  return [
    `${runs.length} faulty releases: ${kinds}; ${source}`,
    'lead time and coverage: by the calendar, of every hour of a week at which canary may start',
    ...(refused === 0 ? [] : [`${refused} releases refused by the preflight are not counted`]),
  ]
}
