import type { Clock, Timer } from '../kernel/clock.ts'
import type { Stream } from '../kernel/random.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'

const INSTALL_MS = { min: 5_000, max: 15_000 }
/** Duration of its work. */
const RUN_MS = { min: 20_000, max: 90_000 }

/** A component that runs once and ends FINISHED, such as a data migration. [source: finished-state] */
export class OneShot implements ComponentRuntime {
  readonly #clock: Clock
  readonly #stream: Stream
  #timer: Timer | null = null

  constructor(clock: Clock, stream: Stream) {
    this.#clock = clock
    this.#stream = stream
  }

  install(): ScriptRun {
    return { durationMs: this.#draw(INSTALL_MS), exitCode: 0 }
  }

  startup(): ScriptRun {
    return { durationMs: 1_000, exitCode: 0 }
  }

  shutdown(): ScriptRun {
    return { durationMs: 1_000, exitCode: 0 }
  }

  running(_version: string, onExit: (exitCode: number) => void): void {
    this.#timer = this.#clock.after(this.#draw(RUN_MS), () => onExit(0))
  }

  stopped(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #draw({ min, max }: { readonly min: number; readonly max: number }): number {
    return Math.round(this.#stream.between(min, max))
  }
}
