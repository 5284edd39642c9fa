/** One run of a lifecycle script: how long it takes and how it exits. */
export interface ScriptRun {
  readonly durationMs: number
  readonly exitCode: number
}

/** Called once at most, when a process exits by itself. */
export type OnExit = (exitCode: number) => void

/**
 * One component on one device, as the nucleus sees it: scripts it runs and a process that may exit. The nucleus owns the
 * lifecycle (NEW..RUNNING, ERRORED, BROKEN); the runtime defines what the component does in each state.
 */
export interface ComponentRuntime {
  install(version: string): ScriptRun
  startup(version: string): ScriptRun
  shutdown(version: string): ScriptRun
  /** The process of `version` runs; it may call `onExit` once, until `stopped`. */
  running(version: string, onExit: OnExit): void
  /** The process has ended, whether it exited or was shut down. */
  stopped(): void
}
