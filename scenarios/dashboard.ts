import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { LiveFold } from '../reports/dashboard/live-fold.ts'
import type { FromScreen, ToScreen } from '../reports/dashboard/messages.ts'
import { packageRoot } from './catalogue.ts'
import type { LiveRehearsal } from './rehearsal.ts'
import { wallMs } from './wall.ts'

/** Frames a second at most. */
const FRAME_PERIOD_MS = 250
/** Share of real time that making frames may take; a fold that costs more is asked for less often. */
const MAX_FRAME_SHARE = 0.01
/** Leaves the other screen, shows the cursor, ends mouse and keypad modes: for a screen that died without doing so. */
const RESTORE_TERMINAL = '\u001b[?1049l\u001b[?25h\u001b[?1000l\u001b[?1002l\u001b[?1006l\u001b[?1l\u001b>'

/** What the host needs of the terminal. */
interface Terminal {
  readonly stdout: { write(text: string): unknown }
  readonly stdin: { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown; pause(): unknown }
}

/**
 * The dashboard's side of a rehearsal. The screen is a process of its own that is fed states; a frame is sent only when
 * the one before was drawn, so that a slow or dead screen costs the rehearsal nothing and can change nothing in it.
 */
export class Dashboard {
  readonly #terminal: Terminal
  readonly #screen: ChildProcess
  readonly #onQuit: () => void
  readonly #gone: Promise<void>
  #live: LiveRehearsal | null = null
  #fold: LiveFold | null = null
  #isDrawing = false
  #isOver = false
  #nextFrameWallMs = 0
  #last = { wallMs: wallMs(), nowMs: 0, speedup: 0 }

  constructor(terminal: Terminal, onQuit: () => void) {
    this.#terminal = terminal
    this.#onQuit = onQuit
    this.#screen = fork(join(packageRoot(), 'dist', 'reports', 'dashboard', 'main.js'), { stdio: 'inherit' })
    this.#screen.on('message', (message: FromScreen) => this.#heard(message))
    this.#gone = new Promise((resolve) => this.#screen.once('exit', () => resolve()))
    void this.#gone.then(() => this.#screenGone())
  }

  watch(live: LiveRehearsal): void {
    this.#live = live
    this.#fold = new LiveFold(live.header)
    live.trace.onRecord((record) => this.#fold?.take(record))
    this.#last = { wallMs: wallMs(), nowMs: live.nowMs(), speedup: 0 }
  }

  /** Called whenever time moves. */
  tick(): void {
    if (!this.#isDrawing && wallMs() >= this.#nextFrameWallMs) this.#sendState(null)
  }

  /** Shows the end, and waits until the person has seen it. */
  async end(outcome: string): Promise<void> {
    this.#isOver = true
    this.#sendState(outcome)
    await this.#gone
  }

  /** Closes the screen, whatever it shows. */
  async close(): Promise<void> {
    this.#send({ kind: 'close' })
    await this.#gone
  }

  #sendState(outcome: string | null): void {
    const [live, fold] = [this.#live, this.#fold]
    if (live === null || fold === null) return
    const startedWallMs = wallMs()
    this.#measureSpeed(live, startedWallMs)
    const { speedup } = this.#last
    this.#send({ kind: 'state', state: fold.state({ nowMs: live.nowMs(), speedup, pace: live.pacer.text, outcome }) })
    this.#isDrawing = true
    const costMs = wallMs() - startedWallMs
    this.#nextFrameWallMs = startedWallMs + Math.max(FRAME_PERIOD_MS, costMs / MAX_FRAME_SHARE)
  }

  #measureSpeed(live: LiveRehearsal, nowWallMs: number): void {
    const elapsedMs = nowWallMs - this.#last.wallMs
    if (elapsedMs < FRAME_PERIOD_MS) return
    const nowMs = live.nowMs()
    this.#last = { wallMs: nowWallMs, nowMs, speedup: (nowMs - this.#last.nowMs) / elapsedMs }
  }

  #heard(message: FromScreen): void {
    if (message.kind === 'drawn') {
      this.#isDrawing = false
      return
    }
    const { command } = message
    if (command.do === 'quit') return this.#quit()
    const pacer = this.#live?.pacer
    if (command.do === 'pause-clock') pacer?.togglePause()
    else if (command.do === 'step') pacer?.step(this.#live?.tickMs ?? 0)
    else if (command.do === 'faster') pacer?.faster()
    else if (command.do === 'slower') pacer?.slower()
    this.#sendState(null)
  }

  #quit(): void {
    if (this.#isOver) this.#send({ kind: 'close' })
    else this.#onQuit()
  }

  /** However the screen ended, the terminal is usable afterwards; the rehearsal goes on without it. */
  #screenGone(): void {
    this.#isDrawing = true // nobody draws any more
    if (this.#screen.exitCode === 0) return
    this.#terminal.stdin.setRawMode?.(false)
    this.#terminal.stdout.write(RESTORE_TERMINAL)
  }

  #send(message: ToScreen): void {
    if (this.#screen.connected) this.#screen.send(message, () => undefined)
  }
}
