import { LiveFold } from '../reports/dashboard/live-fold.ts'
import type { Command } from '../reports/dashboard/menu.ts'
import type { DashboardState } from '../reports/dashboard/state.ts'
import type { Pacer } from './pacer.ts'
import type { LiveRehearsal } from './rehearsal.ts'
import { ScreenProcess } from './screen-process.ts'
import { Speedometer } from './speedometer.ts'
import { steerClock } from './steer.ts'
import type { Terminal } from './terminal.ts'

interface Watched {
  readonly halves: readonly (readonly [LiveRehearsal, LiveFold])[]
  readonly pacer: Pacer
}

/** The demonstration on a terminal: both rehearsals on one screen. */
export class DemoScreen {
  readonly #screen: ScreenProcess
  readonly #onQuit: () => void
  readonly #speedometer = new Speedometer()
  #watched: Watched | null = null
  #ending: readonly string[] | null = null

  constructor(terminal: Terminal, onQuit: () => void) {
    this.#onQuit = onQuit
    this.#screen = new ScreenProcess(terminal, (command) => this.#obey(command))
  }

  watch(lives: readonly [LiveRehearsal, LiveRehearsal], pacer: Pacer): void {
    const halves = lives.map((live) => {
      const fold = new LiveFold(live.header)
      live.trace.onRecord((record) => fold.take(record))
      return [live, fold] as const
    })
    pacer.whenHeld(() => this.#draw())
    this.#watched = { halves, pacer }
  }

  tick(): void {
    if (this.#screen.isFree) this.#draw()
  }

  /** Shows the trade-off, and waits until the person has seen it or the signal is aborted. */
  async end(table: readonly string[], signal: AbortSignal): Promise<void> {
    this.#ending = table
    this.#draw()
    await this.#screen.closed(signal)
  }

  async close(): Promise<void> {
    await this.#screen.close()
  }

  #draw(): void {
    if (this.#watched === null) return
    const { halves, pacer } = this.#watched
    const speedup = this.#speedometer.read(Math.max(...halves.map(([live]) => live.nowMs())))
    const states = halves.map(([live, fold]) =>
      fold.state({ nowMs: live.nowMs(), speedup, pace: pacer.text, outcome: null }),
    ) as [DashboardState, DashboardState]
    this.#screen.draw(() => ({ kind: 'duo', duo: { halves: states, ending: this.#ending } }))
  }

  #obey(command: Command): void {
    if (command.do === 'quit') {
      if (this.#ending === null) this.#onQuit()
      else void this.#screen.close()
      return
    }
    const [first] = this.#watched?.halves ?? []
    if (this.#watched !== null && first !== undefined) steerClock(command, this.#watched.pacer, first[0].tickMs)
    this.#draw()
  }
}
