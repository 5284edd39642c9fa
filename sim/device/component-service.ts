import type { ComponentState } from '../../controller/contract.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'

/** Why a component is ERRORED or BROKEN. [source: component-status-codes] */
export type ComponentStatusCode =
  | 'INSTALL_ERROR'
  | 'INSTALL_TIMEOUT'
  | 'STARTUP_ERROR'
  | 'STARTUP_TIMEOUT'
  | 'RUN_ERROR'

/** Errors in a row from one state that make a component BROKEN. [source: three-errors] */
const MAX_ERRORS = 3
/** Time without an error after which the count restarts. [source: three-errors] */
const ERROR_RESET_MS = 3_600_000
/** Default script time limits. [source: script-timeouts] */
const TIMEOUT_MS = { install: 120_000, startup: 120_000 }

/** States in which an error can occur; each has its own count. */
type FailingState = 'NEW' | 'STARTING' | 'RUNNING'

/**
 * One version of one component under the nucleus' lifecycle: NEW, INSTALLED, STARTING, RUNNING; ERRORED is retried at
 * once, the third error in a row from the same state is BROKEN. [source: three-errors]
 */
export class ComponentService {
  readonly name: string
  readonly version: string
  readonly #runtime: ComponentRuntime
  readonly #clock: Clock
  readonly #onState: (service: ComponentService) => void
  readonly #errors = new Map<FailingState, { count: number; lastAtMs: number }>()
  #state: ComponentState = 'NEW'
  #statusCode: ComponentStatusCode | null = null
  /** Increases whenever a new sequence of scripts begins; callbacks of an older generation are ignored. */
  #generation = 0

  constructor(
    name: string,
    version: string,
    runtime: ComponentRuntime,
    clock: Clock,
    onState: (service: ComponentService) => void,
  ) {
    this.name = name
    this.version = version
    this.#runtime = runtime
    this.#clock = clock
    this.#onState = onState
  }

  get state(): ComponentState {
    return this.#state
  }

  /** Set while ERRORED or BROKEN. */
  get statusCode(): ComponentStatusCode | null {
    return this.#statusCode
  }

  /** Installs and starts; ends RUNNING, or BROKEN after retries. */
  begin(): void {
    this.#install()
  }

  /** The component before the rehearsal: RUNNING, without running any script. */
  assumeRunning(): void {
    this.#state = 'RUNNING'
    this.#runProcess()
  }

  /** Shuts down the process if one runs; calls `onStopped` after the shutdown script. */
  stop(onStopped: () => void): void {
    this.#generation += 1
    const wasUp = this.#state === 'RUNNING' || this.#state === 'STARTING'
    if (!wasUp) {
      onStopped()
      return
    }
    this.#enter('STOPPING')
    this.#script(this.#runtime.shutdown(this.version), Number.POSITIVE_INFINITY, () => {
      this.#runtime.stopped()
      this.#enter('FINISHED')
      onStopped()
    })
  }

  /** Ends at once, without a script, as when the device loses power. */
  kill(): void {
    this.#generation += 1
    this.#runtime.stopped()
  }

  #install(): void {
    this.#generation += 1
    this.#enter('NEW')
    this.#script(this.#runtime.install(this.version), TIMEOUT_MS.install, (outcome) => {
      if (outcome !== 'ok') return this.#fail('NEW', outcome === 'timeout' ? 'INSTALL_TIMEOUT' : 'INSTALL_ERROR')
      this.#enter('INSTALLED')
      this.#start()
    })
  }

  #start(): void {
    this.#generation += 1
    this.#enter('STARTING')
    this.#script(this.#runtime.startup(this.version), TIMEOUT_MS.startup, (outcome) => {
      if (outcome !== 'ok') return this.#fail('STARTING', outcome === 'timeout' ? 'STARTUP_TIMEOUT' : 'STARTUP_ERROR')
      this.#errors.delete('STARTING') // a report from STARTING that is not an error [source: three-errors]
      this.#enter('RUNNING')
      this.#runProcess()
    })
  }

  #runProcess(): void {
    const generation = this.#generation
    this.#runtime.running(this.version, (exitCode) => {
      if (generation !== this.#generation) return
      this.#runtime.stopped()
      if (exitCode === 0) {
        this.#enter('STOPPING')
        this.#enter('FINISHED')
      } else this.#fail('RUNNING', 'RUN_ERROR')
    })
  }

  #fail(from: FailingState, statusCode: ComponentStatusCode): void {
    this.#generation += 1
    this.#statusCode = statusCode
    const nowMs = this.#clock.nowMs()
    const before = this.#errors.get(from)
    const count = before === undefined || nowMs - before.lastAtMs >= ERROR_RESET_MS ? 1 : before.count + 1
    this.#errors.set(from, { count, lastAtMs: nowMs })
    this.#enter('ERRORED')
    if (count >= MAX_ERRORS) return this.#enter('BROKEN')
    if (from === 'NEW') return this.#install()
    this.#enter('STOPPING')
    this.#script(this.#runtime.shutdown(this.version), Number.POSITIVE_INFINITY, () => {
      this.#enter('INSTALLED')
      this.#start()
    })
  }

  #script(run: ScriptRun, timeoutMs: number, then: (outcome: 'ok' | 'error' | 'timeout') => void): void {
    const generation = this.#generation
    const timedOut = run.durationMs > timeoutMs
    this.#clock.after(Math.min(run.durationMs, timeoutMs), () => {
      if (generation === this.#generation) then(timedOut ? 'timeout' : run.exitCode === 0 ? 'ok' : 'error')
    })
  }

  #enter(state: ComponentState): void {
    this.#state = state
    if (state !== 'ERRORED' && state !== 'BROKEN') this.#statusCode = null
    this.#onState(this)
  }
}
