/** What a lifecycle script does when the nucleus runs it: how long it takes and how it exits. */
export interface ScriptRun {
  readonly durationMs: number
  readonly exitCode: number
}

/**
 * One component on one device, as the nucleus sees it: scripts it runs and a process that may exit. The nucleus owns the
 * lifecycle (NEW..RUNNING, ERRORED, BROKEN); the runtime owns what the component does in each state.
 */
export interface ComponentRuntime {
  install(version: string): ScriptRun
  startup(version: string): ScriptRun
  shutdown(version: string): ScriptRun
  /** The process of `version` is up; it may call `onExit` once, until `stopped`. */
  running(version: string, onExit: (exitCode: number) => void): void
  /** The process is gone, whether it exited or was shut down. */
  stopped(): void
}
