import { LiveFold } from '../../reports/dashboard/live-fold.ts'
import type { DashboardState } from '../../reports/dashboard/state.ts'
import { grouped } from '../../reports/numbers/format.ts'
import type { LiveRehearsal } from '../world/rehearsal.ts'

const HOUR_MS = 3_600_000
/** Simulated time from one line to the next. */
const PERIOD_MS = 2 * HOUR_MS

/** The demonstration without a terminal: both counters, one line per two hours of simulated time. */
export class DemoLines {
  readonly #write: (text: string) => unknown
  #lives: readonly LiveRehearsal[] = []
  #folds: readonly LiveFold[] = []
  #startedAtMs = 0
  #nextAtMs = Number.POSITIVE_INFINITY

  constructor(write: (text: string) => unknown) {
    this.#write = write
  }

  watch(lives: readonly LiveRehearsal[]): void {
    this.#lives = lives
    this.#folds = lives.map((live) => {
      const fold = new LiveFold(live.header)
      live.trace.onRecord((record) => fold.take(record))
      return fold
    })
    this.#startedAtMs = lives[0]?.header.startedAtMs ?? 0
    this.#nextAtMs = this.#startedAtMs + PERIOD_MS
  }

  /** To be called when everything before `atMs` has happened. */
  tick(atMs: number): void {
    for (; this.#nextAtMs < atMs; this.#nextAtMs += PERIOD_MS) this.#line(this.#nextAtMs)
  }

  /** To be called when both rehearsals have ended. */
  end(): void {
    this.#line(Math.max(...this.#lives.map((live) => live.nowMs())))
  }

  #line(nowMs: number): void {
    const halves = this.#folds.map((fold) => sideText(fold.state({ nowMs, speedup: 0, pace: '', outcome: null })))
    const hours = `${((nowMs - this.#startedAtMs) / HOUR_MS).toFixed(1)} h`
    this.#write(`${hours.padStart(6)}  ${halves.join('   ').trimEnd()}\n`)
  }
}

function sideText({ windowHours, exposure, stages }: DashboardState): string {
  const last = stages.findLast(({ state }) => state !== 'ahead')
  const devices = String(exposure.devices).padStart(3)
  const hours = grouped(exposure.deviceHours).padStart(5)
  const stage = last === undefined ? '' : `${last.name} ${last.state}`
  return `${windowHours} h windows: ${devices} devices, ${hours} device-hours, ${stage.padEnd(20)}`
}
