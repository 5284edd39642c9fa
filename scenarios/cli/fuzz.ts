import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { loadScenario } from '../files/load.ts'
import { type Batch, type Failure, playBatch } from '../fuzz/batch.ts'
import { type CampaignPlan, playCampaign } from '../fuzz/campaign.ts'
import { ENOUGH_WORLDS, gapsOf, renderTally } from '../fuzz/campaign-text.ts'
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

const resultSchema = z.object({
  schemaVersion: z.literal(1),
  seconds: z.number().nonnegative(),
  tally: tallySchema,
  /** The violated invariants as sentences, and the scenario's file. */
  failures: z.array(z.object({ file: z.string(), violated: z.array(z.string()) })),
})
type FuzzResult = z.output<typeof resultSchema>

/** `rehearse fuzz`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function fuzz(options: FuzzOptions, io: Io): Promise<number> {
  if (options.merge !== undefined) return finish(merged(options.merge), options, io)
  const folder = options.out ?? REGRESSIONS
  const startedWallMs = wallMs()
  const found = await interruptible(io, async (signal) => {
    const known = await runRegressions(folder, signal, io)
    if (known.length > 0) return { tally: sumOf([]), failures: known }
    const { tally, failure } = await search(options, signal, io)
    return { tally, failures: failure === null ? [] : [saved(folder, failure)] }
  })
  return finish({ schemaVersion: 1, seconds: (wallMs() - startedWallMs) / 1000, ...found }, options, io)
}

/** Scenarios that once violated an invariant run first. */
async function runRegressions(folder: string, signal: AbortSignal, io: Io): Promise<FuzzResult['failures']> {
  const failures: FuzzResult['failures'] = []
  for (const file of regressionFiles(folder)) {
    signal.throwIfAborted()
    const { violated } = await probe(loadScenario(file), 'model')
    if (violated.length > 0) failures.push({ file, violated: [...violated] })
  }
  const count = regressionFiles(folder).length
  if (count > 0) io.stderr.write(`${count} regressions in ${folder} run first, ${failures.length} violated\n`)
  return failures
}

function search({ seed, path, runs, time, shard, workers }: FuzzOptions, signal: AbortSignal, io: Io): Promise<Batch> {
  if (path !== undefined) return playBatch({ seed, path, worlds: 1 })
  const wanted = runs ?? (time === undefined ? DEFAULT_RUNS : undefined)
  const plan: CampaignPlan = {
    seed,
    signal,
    onProgress: progress(io, wanted),
    ...(wanted !== undefined && { runs: wanted }),
    ...(time !== undefined && { timeMs: time }),
    ...(shard !== undefined && { shard }),
    ...(workers !== undefined && { workers }),
  }
  return playCampaign(plan)
}

function progress(io: Io, runs: number | undefined): NonNullable<CampaignPlan['onProgress']> {
  let reportedMs = 0
  return ({ worlds, elapsedMs }) => {
    if (elapsedMs - reportedMs < PROGRESS_PERIOD_MS) return
    reportedMs = elapsedMs
    const of = runs === undefined ? '' : ` of ${runs}`
    io.stderr.write(`${worlds}${of} scenarios in ${Math.round(elapsedMs / 1000)} s, no invariant violated so far\n`)
  }
}

const saved = (folder: string, failure: Failure): FuzzResult['failures'][number] => ({
  file: writeRegression(folder, failure),
  violated: [...failure.violated],
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
    schemaVersion: 1,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    tally: sumOf(results.map(({ tally }) => tally)),
    failures: results.flatMap(({ failures }) => failures),
  }
}

function finish(result: FuzzResult, options: FuzzOptions, io: Io): number {
  const { tally, failures, seconds } = result
  if (options.json) io.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else {
    if (tally.worlds > 0) io.stdout.write(`${renderTally(tally, seconds)}\n`)
    for (const { file, violated } of failures) {
      for (const sentence of violated) io.stdout.write(`\n  INVARIANT VIOLATED  ${sentence}\n`)
      io.stdout.write(`  rehearse run ${file} --level model\n`)
    }
  }
  return exitCodeOf(tally, failures.length > 0, options)
}

/** 1 for a violated invariant, and for a campaign that was long enough and has not covered what it should. */
function exitCodeOf(tally: Tally, isViolated: boolean, { path, shard }: FuzzOptions): number {
  if (isViolated) return EXIT.notMet
  if (path !== undefined) return EXIT.met
  if (tally.worlds === 0) return EXIT.inconclusive
  const { kinds, rows } = gapsOf(tally)
  // Coverage of a shard is judged when the results of all shards are merged.
  return shard === undefined && tally.worlds >= ENOUGH_WORLDS && kinds.length + rows.length > 0 ? EXIT.notMet : EXIT.met
}
