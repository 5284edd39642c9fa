import { REPORTED } from '../../fixtures/history.ts'
import { renderHistory } from '../../reports/history.ts'
import { EXIT } from '../exit-codes.ts'
import { playHistory } from '../history.ts'
import { type Io, interruptible } from './io.ts'
import { sweepProgress } from './sweep-progress.ts'

export interface HistoryOptions {
  readonly repeat: number
  readonly workers?: number
  readonly json?: boolean
}

/** `rehearse history`: returns the exit code. @throws errors with an `exitCode` for what the user can mend */
export async function history(options: HistoryOptions, io: Io): Promise<number> {
  const progress = sweepProgress('releases', io.stderr)
  const found = await interruptible(io, (signal) =>
    playHistory(options.repeat, {
      signal,
      onProgress: progress.show,
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  ).finally(() => progress.end())
  if (options.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, reported: REPORTED, ...found }, null, 2)}\n`)
  else io.stdout.write(`${renderHistory(found, REPORTED)}\n`)
  return EXIT.met
}
