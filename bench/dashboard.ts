import { join } from 'node:path'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { packageRoot } from '../scenarios/support/package-root.ts'
import { Dashboard } from '../scenarios/watch/dashboard.ts'
import type { RehearsalOptions } from '../scenarios/world/rehearsal.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { inTurn, least, ratio, secondsOf, tell } from './measure.ts'

/** Rounds of each level; their shortest times are compared, since whatever else runs only ever adds to one. */
const ROUNDS = { model: 15, wire: 7 } as const
const SCENARIOS = { model: 'healthy', wire: 'memory-leak' } as const
const SCREEN = join(packageRoot(), 'dist', 'bench', 'blind-screen.js')

/** What it costs a rehearsal to be watched. The screen draws in a process of its own, so a core has to be free for it. */
export async function benchDashboard(): Promise<void> {
  await benchLevel('model')
  await benchLevel('wire')
}

async function benchLevel(level: 'model' | 'wire'): Promise<void> {
  const scenario = findScenario(SCENARIOS[level])
  const digests = new Set<string>()
  const play = async (options: Partial<RehearsalOptions> = {}): Promise<void> => {
    const { facts } = await rehearse(scenario, { seed: 1, level, ...options })
    digests.add(facts.digest)
  }
  await play()
  const { alone, seen } = await inTurn(
    ROUNDS[level],
    { alone: () => secondsOf(play), seen: () => secondsWatched(play) },
    least,
  )
  if (digests.size > 1) throw new Error(`bench: the dashboard changed what came out: ${[...digests].join(', ')}`)
  tell(`dashboard: ${level} level, nobody watching`, `${alone.toFixed(2)} s`)
  tell(`dashboard: ${level} level, with / without`, ratio(seen / alone), 'at most 1.02 x')
}

async function secondsWatched(play: (options: Partial<RehearsalOptions>) => Promise<void>): Promise<number> {
  const dashboard = new Dashboard(unseen, () => undefined, SCREEN)
  const seconds = await secondsOf(() =>
    play({ onProgress: () => dashboard.tick(), onLive: (live) => dashboard.watch(live) }),
  )
  await dashboard.close()
  return seconds
}

const unseen = {
  stdout: { write: () => true },
  keep: () => () => {
    throw new Error('bench: the screen died, so nothing was measured')
  },
}
