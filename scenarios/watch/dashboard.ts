import { LiveFold } from '../../reports/dashboard/live-fold.ts'
import type { Command } from '../../reports/dashboard/menu.ts'
import type { ToScreen } from '../../reports/dashboard/messages.ts'
import type { LiveRehearsal } from '../world/rehearsal.ts'
import { steer } from './steer.ts'
import { WatchedScreen } from './watched-screen.ts'

/** Connects a rehearsal to the dashboard: folds its records, sends frames, carries out commands; ends with the outcome. */
export class Dashboard extends WatchedScreen<string> {
  #watched: { readonly live: LiveRehearsal; readonly fold: LiveFold } | null = null

  watch(live: LiveRehearsal): void {
    const fold = new LiveFold(live.header)
    live.pacer.whenHeld(() => this.draw())
    this.#watched = { live, fold }
    live.trace.onRecord((record) => {
      fold.take(record)
      // The user waits for the answer, perhaps while the clock is paused.
      if (record.kind === 'operation' || record.kind === 'intervention') this.draw()
    })
    this.screen.offer(live.interventions.faults)
  }

  protected override frame(outcome: string | null): (() => ToScreen) | null {
    if (this.#watched === null) return null
    const { live, fold } = this.#watched
    const nowMs = live.nowMs()
    const ticking = { nowMs, speedup: this.speedometer.read(nowMs), pace: live.pacer.text, outcome }
    return () => ({ kind: 'state', state: fold.state(ticking) })
  }

  protected override steer(command: Command, isOver: boolean): void {
    // A rehearsal that has ended cannot be changed.
    if (this.#watched !== null && !isOver) steer(command, this.#watched.live)
  }
}
