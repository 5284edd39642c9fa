import type { Command } from '../../reports/dashboard/menu.ts'
import type { ToScreen } from '../../reports/dashboard/messages.ts'
import { ScreenProcess } from './screen-process.ts'
import { Speedometer } from './speedometer.ts'
import type { Terminal } from './terminal.ts'

/** What a person watches: frames while time moves, then an ending that stays until it was seen, and keys all along. */
export abstract class WatchedScreen<Ending> {
  protected readonly screen: ScreenProcess
  protected readonly speedometer = new Speedometer()
  readonly #onQuit: () => void
  #ending: Ending | null = null

  /** `screenFile`: another program than the dashboard's own. */
  constructor(terminal: Terminal, onQuit: () => void, screenFile?: string) {
    this.#onQuit = onQuit
    this.screen = new ScreenProcess(terminal, (command) => this.#obey(command), screenFile)
  }

  /** What to show now; null while there is nothing to watch yet. */
  protected abstract frame(ending: Ending | null): (() => ToScreen) | null

  /** Does what a key asks for, other than to quit. */
  protected abstract steer(command: Command, isOver: boolean): void

  /** Called whenever time moves. */
  tick(): void {
    if (this.screen.isFree) this.draw()
  }

  /** Shows the end, and waits until the person has seen it or the signal is aborted. */
  async end(ending: Ending, signal: AbortSignal): Promise<void> {
    this.#ending = ending
    this.draw()
    await this.screen.closed(signal)
  }

  /** Closes the screen, whatever it shows. */
  async close(): Promise<void> {
    await this.screen.close()
  }

  protected draw(): void {
    const makeFrame = this.frame(this.#ending)
    if (makeFrame !== null) this.screen.draw(makeFrame)
  }

  #obey(command: Command): void {
    const isOver = this.#ending !== null
    if (command.do !== 'quit') {
      this.steer(command, isOver)
      this.draw()
    } else if (isOver) void this.screen.close()
    else this.#onQuit()
  }
}
