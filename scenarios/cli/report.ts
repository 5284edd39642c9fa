import { closest } from 'fastest-levenshtein'
import { foldTimelines } from '../../reports/run/timeline.ts'
import { renderSummary } from '../../reports/text/summary.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { renderTimeline } from '../../reports/text/timeline-text.ts'
import { conclude } from '../outcome/conclude.ts'
import { type OutputName, renderOutput, reportJson, writeReportFiles, writeWhole } from '../outcome/output-files.ts'
import { readTrace, type SavedTrace } from '../outcome/saved-trace.ts'
import { EXIT } from '../support/exit-codes.ts'
import { coloured } from './colour.ts'
import type { ReportOptions } from './commands/report.ts'
import type { Io } from './io.ts'
import { exitCodeOf } from './run.ts'

/** `rehearse report`: returns the exit code of the run. @throws DamagedTrace, CannotWrite */
export function report(file: string, options: ReportOptions, io: Pick<Io, 'stdout' | 'stderr'>): number {
  const saved = readTrace(file)
  if (options.device !== undefined) return device(saved, options.device, io)
  const found = conclude(saved, saved)
  const exitCode = exitCodeOf(found)
  const written: string[] = []
  if (options.out !== undefined) {
    const names = writeReportFiles(options.out, found, saved)
    written.push(...names.map((name) => `${options.out}/${name}`))
  }
  const singles: readonly (readonly [OutputName, string | undefined])[] = [
    ['report.html', options.html],
    ['report.md', options.md],
    ['junit.xml', options.junit],
  ]
  for (const [name, to] of singles) {
    if (to === undefined) continue
    writeWhole(to, renderOutput(name, found, saved))
    written.push(to)
  }
  if (options.json) io.stdout.write(reportJson(found))
  else {
    const files = written.length === 0 ? '' : terminalText(`  ${written.join(', ')}\n`)
    const summary = coloured(renderSummary(found, saved.header.story), exitCode === EXIT.met, io.stdout)
    io.stdout.write(`${summary}\n${files}`)
  }
  return exitCode
}

function device({ header, records }: SavedTrace, thing: string, io: Pick<Io, 'stdout' | 'stderr'>): number {
  const timelines = foldTimelines(header, records)
  const found = timelines.find((one) => one.thing === thing)
  if (found === undefined) {
    const nearest = closest(
      thing,
      timelines.map((one) => one.thing),
    )
    io.stderr.write(terminalText(`rehearse: no device "${thing}" in this trace; did you mean "${nearest}"?\n`))
    return EXIT.usage
  }
  io.stdout.write(`${renderTimeline(found, header.zone)}\n`)
  return EXIT.met
}
