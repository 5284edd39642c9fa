import { LiveFold } from '../../reports/dashboard/live-fold.ts'
import type { Command } from '../../reports/dashboard/menu.ts'
import type { ToScreen } from '../../reports/dashboard/messages.ts'
import type { DashboardState } from '../../reports/dashboard/state.ts'
import type { Pacer } from '../world/pacer.ts'
import type { LiveRehearsal } from '../world/rehearsal.ts'
import { steerClock } from './steer.ts'
import { WatchedScreen } from './watched-screen.ts'

interface Watched {
  readonly halves: readonly (readonly [LiveRehearsal, LiveFold])[]
  readonly pacer: Pacer
}

/** The demonstration on a terminal: both rehearsals on one screen; ends with the table of the trade-off. */
export class DemoScreen extends WatchedScreen<readonly string[]> {
  #watched: Watched | null = null

  watch(lives: readonly [LiveRehearsal, LiveRehearsal], pacer: Pacer): void {
    const halves = lives.map((live) => {
      const fold = new LiveFold(live.header)
      live.trace.onRecord((record) => fold.take(record))
      return [live, fold] as const
    })
    pacer.whenHeld(() => this.draw())
    this.#watched = { halves, pacer }
  }

  protected override frame(ending: readonly string[] | null): (() => ToScreen) | null {
    if (this.#watched === null) return null
    const { halves, pacer } = this.#watched
    const speedup = this.speedometer.read(Math.max(...halves.map(([live]) => live.nowMs())))
    return () => {
      const states = halves.map(([live, fold]) =>
        fold.state({ nowMs: live.nowMs(), speedup, pace: pacer.text, outcome: null }),
      ) as [DashboardState, DashboardState]
      return { kind: 'duo', duo: { halves: states, ending } }
    }
  }

  protected override steer(command: Command): void {
    const [first] = this.#watched?.halves ?? []
    if (this.#watched !== null && first !== undefined) steerClock(command, this.#watched.pacer, first[0].tickMs)
  }
}
