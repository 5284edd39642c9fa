import { Interrupted } from '../support/user-error.ts'

/** The parts of the process that a command uses. */
export interface Io {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
  /** Keys can be read only from a terminal. */
  readonly stdin?: { readonly isTTY?: boolean }
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

/** Runs `work` with a signal that Ctrl-C aborts. @throws Interrupted then */
export async function interruptible<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  const interrupt = (): void => abort.abort(new Interrupted())
  io.once('SIGINT', interrupt)
  io.once('SIGTERM', interrupt)
  try {
    return await work(abort.signal)
  } finally {
    io.off('SIGINT', interrupt)
    io.off('SIGTERM', interrupt)
  }
}

/** Whether the process has an interactive terminal. */
export const isTerminal = ({ stdout, stdin }: Io): boolean =>
  stdout.isTTY === true && stdin?.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
