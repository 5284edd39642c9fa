import type { Scenario } from '../files/scenario.ts'
import { findScenario } from '../library/catalogue.ts'
import { type Pace, Pacer } from '../world/pacer.ts'
import type { LiveRehearsal, RehearsalResult } from '../world/rehearsal.ts'
import { rehearse } from '../world/rehearse.ts'
import { LockstepGroup } from './lockstep-group.ts'

const HOUR_MS = 3_600_000

/** The one release that is run twice: silent for twelve hours, deployed as soon as the stage before has passed. */
const SCENARIO = 'silent-12h'
const WINDOWS_MS = [4 * HOUR_MS, 24 * HOUR_MS] as const
/** Factor on the pace from the first fault on, so that minutes can be followed as hours could before. */
const SLOW_MOTION = 1 / 10

export interface DemoOptions {
  /** One per window. */
  readonly scenarios: readonly [Scenario, Scenario]
  readonly seed: number
  readonly pace: Pace
  readonly signal: AbortSignal
  /** Called once, when the clocks of both rehearsals are about to start. */
  readonly onLive: (lives: readonly [LiveRehearsal, LiveRehearsal], pacer: Pacer) => void
  /** Called before each instant; everything before it has happened in both rehearsals. */
  readonly onTime: (atMs: number) => void
}

/** The scenario with either window. */
export const demoScenarios = (): readonly [Scenario, Scenario] => {
  const scenario = findScenario(SCENARIO)
  const [left, right] = WINDOWS_MS
  const withWindow = (window: number): Scenario => ({
    ...scenario,
    policy: { ...scenario.policy, window, gates: 'open' },
  })
  return [withWindow(left), withWindow(right)]
}

/**
 * Runs both windows at model level on one clock; the results are those of two separate rehearsals.
 * @throws as `rehearse`; nothing is left open
 */
export async function runDemo(options: DemoOptions): Promise<readonly [RehearsalResult, RehearsalResult]> {
  const { scenarios, seed, pace, signal, onLive, onTime } = options
  const group = new LockstepGroup(scenarios.length)
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const lives: LiveRehearsal[] = []
  let pacer: Pacer | null = null
  let lastMs = Number.NEGATIVE_INFINITY

  const start = (): Pacer => {
    const [left, right] = lives as [LiveRehearsal, LiveRehearsal]
    const made = new Pacer(pace, left.nowMs(), either)
    for (const { trace } of lives) trace.onRecord(({ kind }) => kind === 'fault-started' && slowDown(made))
    onLive([left, right], made)
    return made
  }
  let isSlow = false
  const slowDown = (made: Pacer): void => {
    if (isSlow || made.pace.kind === 'max') return
    isSlow = true
    made.setPace({ kind: 'times', factor: Math.max(1, made.pace.factor * SLOW_MOTION) })
  }
  const run = async (scenario: Scenario, index: number): Promise<RehearsalResult> => {
    try {
      return await rehearse(scenario, {
        seed,
        level: 'model',
        signal: either,
        onLive: (live) => {
          lives[index] = live
        },
        hold: async (atMs) => {
          await group.until(index, atMs)
          pacer ??= start()
          if (atMs > lastMs) onTime(atMs)
          lastMs = atMs
          await pacer.until(atMs)
        },
      })
    } catch (error) {
      failed.abort(error)
      throw error
    } finally {
      group.leave(index)
    }
  }
  return Promise.all([run(scenarios[0], 0), run(scenarios[1], 1)])
}
