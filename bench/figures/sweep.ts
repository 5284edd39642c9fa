import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import { packageRoot } from '../../scenarios/support/package-root.ts'
import { type PoolOptions, withThreads } from '../../scenarios/support/thread-pool.ts'
import type { CompletedRun, PlannedRun } from '../../scenarios/sweep/run-many.ts'
import { addResult, type Result, readResults, resultOf } from './result.ts'

/** One rehearsal that figures are made of. */
export interface Planned {
  readonly family: string
  readonly scenario: Scenario
  readonly seed: number
}

export interface SweepPlan extends PoolOptions {
  readonly file: string
  readonly onResult?: (done: number, of: number) => void
}

/** Rehearses what the file does not have yet on all processors; results are in the order of the plan. */
export async function sweep(planned: readonly Planned[], plan: SweepPlan): Promise<readonly Result[]> {
  const { file, onResult, ...pool } = plan
  const build = fingerprintOf(['controller', 'sim', 'scenarios'])
  const known = readResults(file)
  const runs = planned.map((one) => ({ ...one, key: keyOf(build, one) }))
  const missing = runs.filter(({ key }) => !known.has(key))
  let done = runs.length - missing.length
  if (missing.length > 0)
    await withThreads('sweep/worker.js', missing.length, pool, (threads) =>
      Promise.all(
        missing.map(async ({ key, family, scenario, seed }) => {
          const task: PlannedRun = { scenario: { ...scenario, name: family }, seed }
          const completed: CompletedRun = await threads.run(task)
          const result = resultOf(key, family, completed)
          known.set(key, result)
          addResult(file, result)
          done += 1
          onResult?.(done, runs.length)
        }),
      ),
    )
  return runs.map(({ key }) => known.get(key) as Result)
}

const keyOf = (build: string, { family, scenario, seed }: Planned): string =>
  hashOf(`${build}${family}${seed}${JSON.stringify(scenario)}`)

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Of the code that decides and of the world it decides about: another build has other results. */
function fingerprintOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders) {
    const root = join(packageRoot(), 'dist', folder)
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted())
      if (name.endsWith('.js') && !name.startsWith('cli')) hash.update(name).update(readFileSync(join(root, name)))
  }
  return hash.digest('hex').slice(0, 16)
}
