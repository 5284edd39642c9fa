import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type ReportedMessage, reportedLine } from '../../reports/messages/reported.ts'
import { reportedSchema } from '../../reports/run/report-schema.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { loadScenario } from '../files/load.ts'
import { type Batch, type Failure, runBatch } from '../fuzz/batch.ts'
import { type CampaignPlan, runCampaign } from '../fuzz/campaign.ts'
import { ENOUGH_SCENARIOS, gapsOf, isBudgetExceeded, renderTally } from '../fuzz/campaign-text.ts'
import { probe } from '../fuzz/probe.ts'
import { REGRESSIONS, regressionFiles, writeRegression } from '../fuzz/regressions.ts'
import { sumOf, type Tally, tallySchema } from '../fuzz/tally.ts'
import { EXIT } from '../support/exit-codes.ts'
import { NotACampaign } from '../support/user-error.ts'
import { wallMs } from '../support/wall.ts'
import type { FuzzOptions } from './commands/fuzz.ts'
import { type Io, interruptible } from './io.ts'

/** Where neither --runs nor --time is given. */
const DEFAULT_RUNS = 100
const PROGRESS_PERIOD_MS = 10_000

/** What `--json` prints and `--merge` reads. */
interface FuzzResult {
  readonly schemaVersion: 2
  readonly seconds: number
  readonly tally: Tally
  /** The violations of one invariant, and the file of the scenario that shows them. */
  readonly failures: readonly FailedScenario[]
}

interface FailedScenario {
  readonly file: string
  readonly violated: readonly ReportedMessage[]
}

const resultSchema = z.object({
  schemaVersion: z.literal(2),
  seconds: z.number().nonnegative(),
  tally: tallySchema,
  failures: z.array(z.object({ file: z.string(), violated: z.array(reportedSchema) })),
})

/** `rehearse fuzz`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function fuzz(options: FuzzOptions, io: Io): Promise<number> {
  if (options.merge !== undefined) return finish(merged(options.merge), options, io)
  const folder = options.out ?? REGRESSIONS
  const startedWallMs = wallMs()
  const found = await interruptible(io, async (signal) => {
    const known = await runRegressions(folder, signal, io)
    if (known.length > 0) return { tally: sumOf([]), failures: known }
    const { tally, failure } = await search(options, signal, io)
    return { tally, failures: failure === null ? [] : [written(folder, failure)] }
  })
  return finish({ schemaVersion: 2, seconds: (wallMs() - startedWallMs) / 1000, ...found }, options, io)
}

/** Scenarios that once violated an invariant come first. */
async function runRegressions(folder: string, signal: AbortSignal, io: Io): Promise<readonly FailedScenario[]> {
  const failures: FailedScenario[] = []
  for (const file of regressionFiles(folder)) {
    signal.throwIfAborted()
    const { violated } = await probe(loadScenario(file), 'model')
    if (violated.length > 0) failures.push({ file, violated })
  }
  const count = regressionFiles(folder).length
  if (count > 0)
    io.stderr.write(`${count} regressions in ${folder} run first, ${failures.length} violated an invariant\n`)
  return failures
}

function search(
  { seed, path, runs, time, shard, workers, scenario: centre }: FuzzOptions,
  signal: AbortSignal,
  io: Io,
): Promise<Batch> {
  // A mistake in the file is told before any thread reads it.
  if (centre !== undefined) loadScenario(centre)
  if (path !== undefined) return runBatch({ seed, path, scenarios: 1, ...(centre !== undefined && { centre }) })
  const wanted = runs ?? (time === undefined ? DEFAULT_RUNS : undefined)
  const plan: CampaignPlan = {
    seed,
    signal,
    onProgress: progress(io, wanted),
    ...(wanted !== undefined && { runs: wanted }),
    ...(time !== undefined && { timeMs: time }),
    ...(shard !== undefined && { shard }),
    ...(centre !== undefined && { centre }),
    ...(workers !== undefined && { workers }),
  }
  return runCampaign(plan)
}

function progress(io: Io, runs: number | undefined): NonNullable<CampaignPlan['onProgress']> {
  let reportedMs = 0
  return ({ scenarios, elapsedMs }) => {
    if (elapsedMs - reportedMs < PROGRESS_PERIOD_MS) return
    reportedMs = elapsedMs
    const of = runs === undefined ? '' : ` of ${runs}`
    io.stderr.write(`${scenarios}${of} scenarios in ${Math.round(elapsedMs / 1000)} s, no invariant violated so far\n`)
  }
}

const written = (folder: string, failure: Failure): FailedScenario => ({
  file: writeRegression(folder, failure),
  violated: failure.violated,
})

/** The results of several shards or runs as one. @throws NotACampaign */
function merged(files: readonly string[]): FuzzResult {
  const results = files.map((file) => {
    try {
      return resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch (error) {
      throw new NotACampaign(file, error)
    }
  })
  return {
    schemaVersion: 2,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    tally: sumOf(results.map(({ tally }) => tally)),
    failures: results.flatMap(({ failures }) => failures),
  }
}

function finish(result: FuzzResult, options: FuzzOptions, io: Io): number {
  const { tally, failures, seconds } = result
  if (options.json) io.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else {
    if (tally.scenarios > 0) io.stdout.write(`${renderTally(tally, seconds)}\n`)
    for (const { file, violated } of failures) {
      for (const one of violated) io.stdout.write(terminalText(`\n  INVARIANT VIOLATED  ${reportedLine(one)}\n`))
      io.stdout.write(`  rehearse run ${file} --level model\n`)
    }
  }
  return exitCodeOf(tally, failures.length > 0, options)
}

/** Not met: a scenario violates an invariant, or a campaign that was long enough has not reached what it should. */
function exitCodeOf(tally: Tally, isViolated: boolean, { path, shard }: FuzzOptions): number {
  if (isViolated || isBudgetExceeded(tally)) return EXIT.notMet
  if (path !== undefined) return EXIT.met
  if (tally.scenarios === 0) return EXIT.inconclusive
  const { kinds, rows } = gapsOf(tally)
  // A shard is a part; the whole is judged when its results are merged.
  return shard === undefined && tally.scenarios >= ENOUGH_SCENARIOS && kinds.length + rows.length > 0
    ? EXIT.notMet
    : EXIT.met
}
