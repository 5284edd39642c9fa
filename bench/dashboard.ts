import { join } from 'node:path'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { packageRoot } from '../scenarios/support/package-root.ts'
import { Dashboard } from '../scenarios/watch/dashboard.ts'
import type { RehearsalOptions } from '../scenarios/world/rehearsal.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { inTurn, least, print, ratio, secondsOf } from './measure.ts'

/** Rounds per level; the shortest times are compared, since other load can only make a run longer. */
const ROUNDS = { model: 15, wire: 7 } as const
const SCENARIOS = { model: 'healthy', wire: 'memory-leak' } as const
const SCREEN = join(packageRoot(), 'dist', 'bench', 'blind-screen.js')

/** Cost of the dashboard for a rehearsal. The screen draws in a process of its own, which needs a free core. */
export async function benchDashboard(): Promise<void> {
  await benchLevel('model')
  await benchLevel('wire')
}

async function benchLevel(level: 'model' | 'wire'): Promise<void> {
  const scenario = findScenario(SCENARIOS[level])
  const digests = new Set<string>()
  const run = async (options: Partial<RehearsalOptions> = {}): Promise<void> => {
    const { facts } = await rehearse(scenario, { seed: 1, level, ...options })
    digests.add(facts.digest)
  }
  await run()
  const { without, watched } = await inTurn(
    ROUNDS[level],
    { without: () => secondsOf(run), watched: () => secondsWatched(run) },
    least,
  )
  if (digests.size > 1) throw new Error(`bench: the dashboard changed the result: ${[...digests].join(', ')}`)
  print(`dashboard: ${level} level, without`, `${without.toFixed(2)} s`)
  print(`dashboard: ${level} level, with / without`, ratio(watched / without), 'at most 1.02 x')
}

async function secondsWatched(run: (options: Partial<RehearsalOptions>) => Promise<void>): Promise<number> {
  const dashboard = new Dashboard(noTerminal, () => undefined, SCREEN)
  const seconds = await secondsOf(() =>
    run({ onProgress: () => dashboard.tick(), onLive: (live) => dashboard.watch(live) }),
  )
  await dashboard.close()
  return seconds
}

const noTerminal = {
  stdout: { write: () => true },
  keep: () => () => {
    throw new Error('bench: the screen process died, so nothing was measured')
  },
}
