import { type ChildProcess, fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import type { Command } from '../../reports/dashboard/menu.ts'
import type { FromScreen, ToScreen } from '../../reports/dashboard/messages.ts'
import { packageRoot } from '../support/package-root.ts'
import { sleepWall, wallMs } from '../support/wall.ts'
import type { Terminal } from './terminal.ts'

/** Shortest period of frames. */
const FRAME_PERIOD_MS = 250
/** Largest shares of real time for making and for drawing frames; frames that cost more are less frequent. */
const MAX_SHARE = { make: 0.01, draw: 0.05 } as const
/** A screen that has not closed after this time is killed. */
const CLOSE_LIMIT_MS = 2_000

const SCREEN = join(packageRoot(), 'dist', 'reports', 'dashboard', 'main.js')

/**
 * The screen: a process of its own that receives states. A frame is sent only when the one before was drawn, so that a
 * slow or dead screen neither delays nor changes the rehearsal. However it ends, the terminal is restored.
 */
export class ScreenProcess {
  readonly #process: ChildProcess
  readonly #onCommand: (command: Command) => void
  readonly #gone: Promise<void>
  #isDrawing = false
  #frameWallMs = 0
  #nextFrameWallMs = 0

  /** `file` is the program of the screen. */
  constructor(terminal: Terminal, onCommand: (command: Command) => void, file = SCREEN) {
    const restore = terminal.keep()
    this.#onCommand = onCommand
    this.#process = fork(file, { stdio: 'inherit', execArgv: [] })
    lowerPriority(this.#process)
    this.#process.on('message', (message: FromScreen) => this.#receive(message))
    this.#gone = new Promise((resolve) => {
      this.#process.once('exit', (code) => {
        if (code !== 0) restore()
        resolve()
      })
    })
  }

  /** Whether another frame is due, and the screen is ready to draw it. */
  get isFree(): boolean {
    return this.#process.connected && !this.#isDrawing && wallMs() >= this.#nextFrameWallMs
  }

  /** Sends the faults that can be injected, as text. */
  offer(faults: readonly string[]): void {
    this.#send({ kind: 'faults', faults })
  }

  draw(makeFrame: () => ToScreen): void {
    this.#frameWallMs = wallMs()
    this.#nextFrameWallMs = this.#frameWallMs + FRAME_PERIOD_MS
    this.#send(makeFrame())
    this.#isDrawing = true
    this.#delayNext(wallMs() - this.#frameWallMs, MAX_SHARE.make)
  }

  /** Delays the next frame until the cost of this one is at most `maxShare` of the time since it was begun. */
  #delayNext(costMs: number, maxShare: number): void {
    this.#nextFrameWallMs = Math.max(this.#nextFrameWallMs, this.#frameWallMs + costMs / maxShare)
  }

  /** Resolves when the user has closed the screen, or it died, or the signal is aborted. */
  async closed(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([this.#gone, aborted])
  }

  /** Closes it in any state; kills it if it does not close. */
  async close(): Promise<void> {
    this.#send({ kind: 'close' })
    const enough = new AbortController()
    const kill = sleepWall(CLOSE_LIMIT_MS, enough.signal).then(
      () => void this.#process.kill('SIGKILL'),
      () => undefined,
    )
    await this.#gone
    enough.abort()
    await kill
  }

  #receive(message: FromScreen): void {
    if (message.kind === 'command') return this.#onCommand(message.command)
    this.#isDrawing = false
    this.#delayNext(message.costMs, MAX_SHARE.draw)
  }

  #send(message: ToScreen): void {
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }
}

/** On few cores the screen waits for the rehearsal, and not vice versa. */
function lowerPriority({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
}
