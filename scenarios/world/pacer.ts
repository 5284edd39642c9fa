import { sleepWall, wallMs } from '../support/wall.ts'

/** Real time, as far as pacing needs it. */
export interface Wall {
  nowMs(): number
  /** @throws the signal's reason when aborted */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>
}

const REAL: Wall = { nowMs: wallMs, sleep: sleepWall }

/** How fast simulated time may pass: as fast as the processor allows, or `factor` simulated seconds per second. */
export type Pace = { readonly kind: 'max' } | { readonly kind: 'times'; readonly factor: number }

/** Shortest wait worth a timer; the next wait includes a shorter one. */
const MIN_SLEEP_MS = 2
/** The paces that `faster` and `slower` step through. */
const STEPS = [1, 10, 60, 300, 900, 3_600] as const

/** Delays simulated time to the pace that the user has chosen; only real time depends on it. */
export class Pacer {
  readonly #signal: AbortSignal | undefined
  readonly #wall: Wall
  #pace: Pace
  /** Since when this pace applies, in simulated and real time. */
  #since: { readonly atMs: number; readonly wallMs: number }
  #isPaused = false
  /** Simulated time at which a step ends. */
  #stepUntilMs = Number.NEGATIVE_INFINITY
  #atMs: number
  #onHeld: (() => void) | null = null
  /** Ends the present wait, so that a new pace takes effect. */
  #wake = new AbortController()

  constructor(pace: Pace, startMs: number, signal?: AbortSignal, wall: Wall = REAL) {
    this.#pace = pace
    this.#atMs = startMs
    this.#since = { atMs: startMs, wallMs: wall.nowMs() }
    this.#signal = signal
    this.#wall = wall
  }

  get pace(): Pace {
    return this.#pace
  }

  /** `max`, `60x`, `paused`. */
  get text(): string {
    if (this.#isPaused) return 'paused'
    return this.#pace.kind === 'max' ? 'max' : `${this.#pace.factor}x`
  }

  /** Resolves when simulated time may be `atMs`. @throws the signal's reason when aborted */
  async until(atMs: number): Promise<void> {
    for (;;) {
      const waitMs = this.#waitMs(atMs)
      if (waitMs <= MIN_SLEEP_MS) break
      if (this.#isPaused) this.#onHeld?.()
      await this.#sleep(waitMs)
    }
    this.#atMs = atMs
  }

  /** Called whenever a pause stops simulated time, such as at the end of a step. */
  whenHeld(listener: () => void): void {
    this.#onHeld = listener
  }

  togglePause(): void {
    this.#isPaused = !this.#isPaused
    this.#stepUntilMs = Number.NEGATIVE_INFINITY
    this.#restart()
  }

  /** Advances simulated time by `durationMs`, as fast as possible, then pauses. */
  step(durationMs: number): void {
    this.#isPaused = true
    this.#stepUntilMs = this.#atMs + durationMs
    this.#restart()
  }

  faster(): void {
    const factor = this.#pace.kind === 'max' ? undefined : this.#pace.factor
    const next = factor === undefined ? undefined : STEPS.find((step) => step > factor)
    this.setPace(next === undefined ? { kind: 'max' } : { kind: 'times', factor: next })
  }

  slower(): void {
    const factor = this.#pace.kind === 'max' ? Number.POSITIVE_INFINITY : this.#pace.factor
    this.setPace({ kind: 'times', factor: STEPS.findLast((step) => step < factor) ?? STEPS[0] })
  }

  /** Takes effect at the present simulated time. */
  setPace(pace: Pace): void {
    this.#pace = pace
    this.#restart()
  }

  #waitMs(atMs: number): number {
    if (this.#isPaused) return atMs <= this.#stepUntilMs ? 0 : Number.POSITIVE_INFINITY
    if (this.#pace.kind === 'max') return 0
    return (atMs - this.#since.atMs) / this.#pace.factor - (this.#wall.nowMs() - this.#since.wallMs)
  }

  async #sleep(waitMs: number): Promise<void> {
    const { signal } = this.#wake
    const either = this.#signal === undefined ? signal : AbortSignal.any([signal, this.#signal])
    await this.#wall.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), either).catch((reason: unknown) => {
      if (!signal.aborted) throw reason
    })
    this.#signal?.throwIfAborted()
  }

  #restart(): void {
    this.#since = { atMs: this.#atMs, wallMs: this.#wall.nowMs() }
    this.#wake.abort()
    this.#wake = new AbortController()
  }
}

/** A timer cannot wait longer than this. [source: longest-timeout] */
const LONGEST_SLEEP_MS = 2 ** 31 - 1
