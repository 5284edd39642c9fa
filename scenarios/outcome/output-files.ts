import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderRunPage } from '../../reports/html/run-page.ts'
import type { Report } from '../../reports/run/report.ts'
import { reportSchema } from '../../reports/run/report-schema.ts'
import { foldTimelines } from '../../reports/run/timeline.ts'
import { renderJunit } from '../../reports/text/junit.ts'
import { renderMarkdown } from '../../reports/text/markdown.ts'
import { CannotWrite } from '../support/user-error.ts'
import { type SavedTrace, traceText } from './saved-trace.ts'

/** The outputs that can be made of a saved trace, by file name. */
const RENDERERS = {
  'report.json': (report) => reportJson(report),
  'report.html': (report, { header, records }) => renderRunPage(report, header, records),
  'report.md': (report, { header, records, command }) =>
    renderMarkdown(report, foldTimelines(header, records), header.story, command),
  'junit.xml': (report, { command }) => renderJunit(report, command),
} as const satisfies Readonly<Record<string, (report: Report, saved: SavedTrace) => string>>

export type OutputName = keyof typeof RENDERERS
const OUTPUTS = Object.keys(RENDERERS) as OutputName[]

export const reportJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`

/** The text of one output. */
export const renderOutput = (name: OutputName, report: Report, saved: SavedTrace): string =>
  RENDERERS[name](report, saved)

/**
 * Writes every report of a rehearsal into a folder, each file whole or not at all; the report is checked against its schema
 * first. Returns the names of the files. @throws CannotWrite
 */
export function writeReportFiles(folder: string, report: Report, saved: SavedTrace): readonly string[] {
  reportSchema.parse(report)
  makeFolder(folder)
  for (const name of OUTPUTS) writeWhole(join(folder, name), renderOutput(name, report, saved))
  return OUTPUTS
}

/** Writes trace.jsonl, of which every report can be made again. Returns its name. @throws CannotWrite */
export function writeTrace(folder: string, saved: SavedTrace): string {
  makeFolder(folder)
  writeWhole(join(folder, 'trace.jsonl'), traceText(saved))
  return 'trace.jsonl'
}

/** With the folders above it. @throws CannotWrite */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new CannotWrite(folder, error)
  }
}

/** The whole text or nothing. @throws CannotWrite */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.part`
  try {
    writeFileSync(draft, text)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new CannotWrite(file, error)
  }
}
