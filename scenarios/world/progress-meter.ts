import type { Twin } from '../../sim/twin/twin.ts'
import { wallMs } from '../support/wall.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { Progress } from './rehearsal.ts'

const REPORT_PERIOD_MS = 250

/** Measures the progress of a rehearsal; rates are over the real time since the last report. */
export class ProgressMeter {
  readonly #twin: Twin
  readonly #host: LambdaHost
  readonly #startedAtMs: number
  readonly #expectedEndMs: number
  readonly #report: ((progress: Progress) => void) | undefined
  #last: { wallMs: number; nowMs: number; messages: number }

  constructor(
    twin: Twin,
    host: LambdaHost,
    startedAtMs: number,
    expectedEndMs: number,
    report: ((progress: Progress) => void) | undefined,
  ) {
    this.#twin = twin
    this.#host = host
    this.#startedAtMs = startedAtMs
    this.#expectedEndMs = expectedEndMs
    this.#report = report
    this.#last = { wallMs: wallMs(), nowMs: twin.clock.nowMs(), messages: 0 }
  }

  tick(): void {
    const now = wallMs()
    const elapsedMs = now - this.#last.wallMs
    if (this.#report === undefined || elapsedMs < REPORT_PERIOD_MS) return
    const { published, delivered } = this.#twin.level.counts
    const nowMs = this.#twin.clock.nowMs()
    const messages = published + delivered
    const speedup = (nowMs - this.#last.nowMs) / elapsedMs
    this.#report({
      nowMs,
      startedAtMs: this.#startedAtMs,
      expectedEndMs: this.#expectedEndMs,
      stage: this.#host.status,
      messagesPerS: ((messages - this.#last.messages) / elapsedMs) * 1000,
      speedup,
      etaS: speedup > 0 ? Math.max(0, this.#expectedEndMs - nowMs) / speedup / 1000 : Number.POSITIVE_INFINITY,
    })
    this.#last = { wallMs: now, nowMs, messages }
  }
}
