import { type ChildProcess, fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import type { Command } from '../../reports/dashboard/menu.ts'
import type { FromScreen, ToScreen } from '../../reports/dashboard/messages.ts'
import { packageRoot } from '../support/package-root.ts'
import { sleepWall, wallMs } from '../support/wall.ts'
import type { Terminal } from './terminal.ts'

/** Frames a second at most. */
const FRAME_PERIOD_MS = 250
/** Share of real time that making frames may take, and drawing them; frames that cost more come less often. */
const MAX_SHARE = { make: 0.01, draw: 0.05 } as const
/** A screen that does not close when it is told to is not waited for any longer. */
const CLOSE_LIMIT_MS = 2_000

const SCREEN = join(packageRoot(), 'dist', 'reports', 'dashboard', 'main.js')

/**
 * The screen: a process of its own that is fed states. A frame is sent only when the one before was drawn, so that a slow
 * or dead screen costs the rehearsal nothing and can change nothing in it. However it ends, the terminal is as it was.
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
    giveWay(this.#process)
    this.#process.on('message', (message: FromScreen) => this.#heard(message))
    this.#gone = new Promise((resolve) => {
      this.#process.once('exit', (code) => {
        if (code !== 0) restore()
        resolve()
      })
    })
  }

  /** Whether it is time for another frame, and somebody to draw it. */
  get isFree(): boolean {
    return this.#process.connected && !this.#isDrawing && wallMs() >= this.#nextFrameWallMs
  }

  /** Tells which faults can be injected. */
  offer(faults: readonly string[]): void {
    this.#send({ kind: 'faults', faults })
  }

  draw(makeFrame: () => ToScreen): void {
    this.#frameWallMs = wallMs()
    this.#nextFrameWallMs = this.#frameWallMs + FRAME_PERIOD_MS
    this.#send(makeFrame())
    this.#isDrawing = true
    this.#rest(wallMs() - this.#frameWallMs, MAX_SHARE.make)
  }

  /** No further frame until what this one cost is at most such a share of the time since it was begun. */
  #rest(costMs: number, maxShare: number): void {
    this.#nextFrameWallMs = Math.max(this.#nextFrameWallMs, this.#frameWallMs + costMs / maxShare)
  }

  /** Resolves when the person has closed the screen, or it died, or the signal is aborted. */
  async closed(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([this.#gone, aborted])
  }

  /** Closes it, whatever it shows or does. */
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

  #heard(message: FromScreen): void {
    if (message.kind === 'command') return this.#onCommand(message.command)
    this.#isDrawing = false
    this.#rest(message.costMs, MAX_SHARE.draw)
  }

  #send(message: ToScreen): void {
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }
}

/** Where cores are few the screen waits for the rehearsal, and not the other way round. */
function giveWay({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
}
