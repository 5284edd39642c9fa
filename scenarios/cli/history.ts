import { join } from 'node:path'
import { foldHistory, type ReleaseRow } from '../../reports/campaign/history.ts'
import { renderHistoryPage } from '../../reports/html/history-page.ts'
import { reportedLine } from '../../reports/messages/reported.ts'
import { renderHistory, renderReleases } from '../../reports/text/history-text.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { wallMs } from '../support/wall.ts'
import { runHistories } from '../sweep/history.ts'
import { HISTORY, REPORTED } from '../sweep/history-plan.ts'
import type { HistoryOptions } from './commands/history.ts'
import { type Io, interruptible } from './io.ts'
import { sweepProgress } from './sweep-progress.ts'

/** `rehearse history`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function history(options: HistoryOptions, io: Io): Promise<number> {
  const folder = options.out ?? 'reports/out/history'
  makeFolder(folder)
  const startedWallMs = wallMs()
  const progress = sweepProgress('releases', io.stderr)
  const histories = await interruptible(io, (signal) =>
    runHistories(options.repeat, {
      signal,
      onProgress: progress.show,
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  ).finally(() => progress.end())
  const wallS = (wallMs() - startedWallMs) / 1000
  const found = foldHistory(histories.flat())
  const violated = histories.flat().flatMap((row) => row.violated.map((one) => `${row.version}: ${reportedLine(one)}`))
  const json = `${JSON.stringify({ schemaVersion: 1, reported: REPORTED, ...found, histories }, null, 2)}\n`
  writeWhole(join(folder, 'history.json'), json)
  writeWhole(join(folder, 'history.html'), renderHistoryPage(found, REPORTED, histories, HISTORY.zone))
  if (options.json) io.stdout.write(json)
  else {
    if (options.repeat === 1) io.stdout.write(`${renderReleases(histories[0] ?? [])}\n\n`)
    io.stdout.write(`${renderHistory(found, REPORTED)}\n\n`)
    for (const invariant of violated) io.stdout.write(terminalText(`  INVARIANT VIOLATED  ${invariant}\n`))
    const simulatedDays = histories.reduce((sum, rows) => sum + daysOf(rows), 0)
    const rate = (simulatedDays / wallS).toFixed(1)
    io.stdout.write(`  ${Math.round(simulatedDays)} simulated days in ${wallS.toFixed(1)} s (${rate} per second)\n`)
    io.stdout.write(terminalText(`  ${folder}/history.json, history.html\n`))
  }
  return violated.length > 0 ? EXIT.notMet : EXIT.met
}

const daysOf = (rows: readonly ReleaseRow[]): number =>
  (Date.parse(rows.at(-1)?.endedAt ?? '') - Date.parse(rows[0]?.startedAt ?? '')) / 86_400_000
