import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Temporal } from 'temporal-polyfill'
import { type ReleaseRow, releaseRow } from '../../reports/campaign/history.ts'
import type { Scenario } from '../files/scenario.ts'
import { findScenario } from '../library/catalogue.ts'
import { conclude } from '../outcome/conclude.ts'
import { withThreads } from '../support/thread-pool.ts'
import { World } from '../world/world.ts'
import { HISTORY, type HistoryPlan } from './history-plan.ts'
import type { SweepOptions } from './run-many.ts'
import { SweepFailed } from './sweep-failed.ts'

const DAY_MS = 86_400_000
/** Starts on Monday to Thursday in turn. [source: reference-calendar] */
const START_DAYS = 4
const FIRST_VERSION = '2.0.0'

/**
 * The releases of a history as scenarios, in order. With 18.5 days from one to the next no two rollouts overlap, and a
 * week without a rollout lies before each. [source: release-history] Which version a release replaces is known when it
 * is run.
 */
export function releases(plan: HistoryPlan = HISTORY): readonly [Scenario, ...Scenario[]] {
  const { firstMonday, zone, days, faulty, meanDaysBetweenCrashes } = plan
  const base = findScenario('healthy')
  return Array.from({ length: plan.releases }, (_, index): Scenario => {
    const week = Math.round((index * days) / plan.releases / 7)
    const start = Temporal.PlainDate.from(firstMonday)
      .add({ days: week * 7 + (index % START_DAYS) })
      .toZonedDateTime({ timeZone: zone, plainTime: '14:00' })
    const version = `2.${index + 1}.0`
    const isFaulty = faulty.includes(index)
    return {
      ...base,
      name: `release-${String(index + 1).padStart(2, '0')}`,
      story: `Release ${index + 1} of ${plan.releases}.`,
      start: { atMs: start.epochMilliseconds, zone },
      release: { ...base.release, version, replaces: FIRST_VERSION },
      faults: isFaulty ? [{ kind: 'crash', in: { firmware: version }, every: meanDaysBetweenCrashes * DAY_MS }] : [],
      expect: {},
    }
  }) as [Scenario, ...Scenario[]]
}

export interface HistoryOptions {
  readonly seed: number
  readonly signal?: AbortSignal
  /** Called after every release. */
  readonly onRelease?: (row: ReleaseRow) => void
}

/**
 * Runs releases one after the other against one fleet and one controller, at model level. Each replaces the version that
 * the fleet is deployed with by then.
 * @throws the signal's reason when aborted
 */
export async function runHistory(
  scenarios: readonly [Scenario, ...Scenario[]],
  { seed, signal, onRelease }: HistoryOptions,
): Promise<readonly ReleaseRow[]> {
  const world = await World.open(scenarios, { seed, level: 'model', ...(signal !== undefined && { signal }) })
  const rows: ReleaseRow[] = []
  try {
    for (const planned of scenarios) {
      const release = { ...planned.release, replaces: world.deployedVersion() }
      const row = await runRelease(world, { ...planned, release })
      rows.push(row)
      onRelease?.(row)
    }
  } finally {
    await world.close()
  }
  return rows
}

async function runRelease(world: World, scenario: Scenario): Promise<ReleaseRow> {
  const { version, replaces } = scenario.release
  const head = { version, replaces, isFaulty: scenario.faults.length > 0 }
  return releaseRow(head, conclude(scenario, await world.run(scenario)))
}

/** One history, as its worker gets it. */
export interface HistoryTask {
  readonly seed: number
  /** Called after every release. */
  readonly port: MessagePort
}

export type CompletedHistory =
  | { readonly rows: readonly ReleaseRow[] }
  | { readonly error: { readonly name: string; readonly message: string } }

/**
 * Runs the plant's history `repeat` times on worker threads, with the seeds 1 to `repeat`; progress counts releases.
 * @throws SweepFailed; the signal's reason when aborted
 */
export async function runHistories(
  repeat: number,
  options: SweepOptions = {},
): Promise<readonly (readonly ReleaseRow[])[]> {
  const total = repeat * HISTORY.releases
  let done = 0
  const report = (count: number): void => {
    done += count
    options.onProgress?.({ done, total })
  }
  const seeds = Array.from({ length: repeat }, (_, i) => i + 1)
  return withThreads('sweep/history-worker.js', repeat, options, (pool) =>
    Promise.all(
      seeds.map(async (seed) => {
        const { port1, port2 } = new MessageChannel()
        let reported = 0
        port1.on('message', () => {
          reported += 1
          report(1)
        })
        try {
          const task: HistoryTask = { seed, port: port2 }
          const completed: CompletedHistory = await pool.run(task, { transferList: [port2] })
          if ('error' in completed) throw new SweepFailed({ scenario: 'history', seed, error: completed.error })
          if (reported < completed.rows.length) report(completed.rows.length - reported)
          return completed.rows
        } finally {
          port1.removeAllListeners('message')
          port1.close()
        }
      }),
    ),
  )
}
