import { wallMs } from '../support/wall.ts'

/** Shortest period to measure over. */
const PERIOD_MS = 250

/** Simulated seconds per real second, over the last period. */
export class Speedometer {
  #last = { wallMs: wallMs(), nowMs: Number.NaN, speedup: 0 }

  read(nowMs: number): number {
    const now = wallMs()
    const elapsedMs = now - this.#last.wallMs
    if (Number.isNaN(this.#last.nowMs)) this.#last = { wallMs: now, nowMs, speedup: 0 }
    else if (elapsedMs >= PERIOD_MS) {
      this.#last = { wallMs: now, nowMs, speedup: (nowMs - this.#last.nowMs) / elapsedMs }
    }
    return this.#last.speedup
  }
}
