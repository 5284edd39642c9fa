import type { Command } from '../../reports/dashboard/menu.ts'
import type { ToScreen } from '../../reports/dashboard/messages.ts'
import { ScreenProcess } from './screen-process.ts'
import { Speedometer } from './speedometer.ts'
import type { Terminal } from './terminal.ts'

/** A screen that shows frames while simulated time advances, then an ending until the user closes it; takes commands. */
export abstract class WatchedScreen<Ending> {
  protected readonly screen: ScreenProcess
  protected readonly speedometer = new Speedometer()
  readonly #onQuit: () => void
  #ending: Ending | null = null

  /** `screenFile`: a program to run instead of the dashboard's own. */
  constructor(terminal: Terminal, onQuit: () => void, screenFile?: string) {
    this.#onQuit = onQuit
    this.screen = new ScreenProcess(terminal, (command) => this.#carryOut(command), screenFile)
  }

  /** Makes the present frame; null before the rehearsal is live. */
  protected abstract frame(ending: Ending | null): (() => ToScreen) | null

  /** Carries out a command other than quit. */
  protected abstract steer(command: Command, isOver: boolean): void

  /** To be called whenever simulated time advances. */
  tick(): void {
    if (this.screen.isFree) this.draw()
  }

  /** Shows the ending, and waits until the user closes the screen or the signal is aborted. */
  async end(ending: Ending, signal: AbortSignal): Promise<void> {
    this.#ending = ending
    this.draw()
    await this.screen.closed(signal)
  }

  /** Closes the screen in any state. */
  async close(): Promise<void> {
    await this.screen.close()
  }

  protected draw(): void {
    const makeFrame = this.frame(this.#ending)
    if (makeFrame !== null) this.screen.draw(makeFrame)
  }

  #carryOut(command: Command): void {
    const isOver = this.#ending !== null
    if (command.do !== 'quit') {
      this.steer(command, isOver)
      this.draw()
    } else if (isOver) void this.screen.close()
    else this.#onQuit()
  }
}
