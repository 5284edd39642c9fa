import { LiveFold } from '../reports/dashboard/live-fold.ts'
import type { Command } from '../reports/dashboard/menu.ts'
import type { LiveRehearsal } from './rehearsal.ts'
import { ScreenProcess } from './screen-process.ts'
import { Speedometer } from './speedometer.ts'
import { steer } from './steer.ts'
import type { Terminal } from './terminal.ts'

/** The dashboard's side of a rehearsal: folds what happens, feeds the screen, and does what keys ask for. */
export class Dashboard {
  readonly #screen: ScreenProcess
  readonly #onQuit: () => void
  readonly #speedometer = new Speedometer()
  #watched: { readonly live: LiveRehearsal; readonly fold: LiveFold } | null = null
  #outcome: string | null = null

  /** `screenFile`: another program than the dashboard's own. */
  constructor(terminal: Terminal, onQuit: () => void, screenFile?: string) {
    this.#onQuit = onQuit
    this.#screen = new ScreenProcess(terminal, (command) => this.#obey(command), screenFile)
  }

  watch(live: LiveRehearsal): void {
    const fold = new LiveFold(live.header)
    live.pacer.whenHeld(() => this.#draw())
    this.#watched = { live, fold }
    live.trace.onRecord((record) => {
      fold.take(record)
      // Whoever asked waits for the answer, perhaps while time stands.
      if (record.kind === 'operation' || record.kind === 'intervention') this.#draw()
    })
    this.#screen.offer(live.interventions.faults)
  }

  /** Called whenever time moves. */
  tick(): void {
    if (this.#screen.isFree) this.#draw()
  }

  /** Shows the end, and waits until the person has seen it or the signal is aborted. */
  async end(outcome: string, signal: AbortSignal): Promise<void> {
    this.#outcome = outcome
    this.#draw()
    await this.#screen.closed(signal)
  }

  /** Closes the screen, whatever it shows. */
  async close(): Promise<void> {
    await this.#screen.close()
  }

  #draw(): void {
    if (this.#watched === null) return
    const { live, fold } = this.#watched
    const nowMs = live.nowMs()
    const ticking = { nowMs, speedup: this.#speedometer.read(nowMs), pace: live.pacer.text, outcome: this.#outcome }
    this.#screen.draw(() => ({ kind: 'state', state: fold.state(ticking) }))
  }

  #obey(command: Command): void {
    if (command.do === 'quit') {
      if (this.#outcome === null) this.#onQuit()
      else void this.#screen.close()
      return
    }
    // What has ended cannot be changed.
    if (this.#watched !== null && this.#outcome === null) steer(command, this.#watched.live)
    this.#draw()
  }
}
