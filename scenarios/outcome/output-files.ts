import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderRunPage } from '../../reports/html/run-page.ts'
import { printable } from '../../reports/numbers/printable.ts'
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

/** A terminal may be shown it. */
export const reportJson = (report: Report): string => printable(`${JSON.stringify(report, null, 2)}\n`)

/** The text of one output. */
export const renderOutput = (name: OutputName, report: Report, saved: SavedTrace): string =>
  RENDERERS[name](report, saved)

/**
 * Writes every report of a rehearsal into a folder; the report is checked against its schema first. Returns the names of
 * the files. @throws CannotWrite
 */
export function writeReportFiles(folder: string, report: Report, saved: SavedTrace): readonly string[] {
  reportSchema.parse(report)
  return writeTogether(
    folder,
    OUTPUTS.map((name) => ({ name, text: () => renderOutput(name, report, saved) })),
  )
}

/** The same with trace.jsonl, of which every report can be made again. @throws CannotWrite */
export function writeRunFiles(folder: string, report: Report, saved: SavedTrace): readonly string[] {
  reportSchema.parse(report)
  return writeTogether(folder, [
    ...OUTPUTS.map((name) => ({ name, text: () => renderOutput(name, report, saved) })),
    { name: 'trace.jsonl', text: () => traceText(saved) },
  ])
}

/** All texts lie on the disk before the first of them takes its name, so that a folder holds the files of one run. */
function writeTogether(folder: string, files: readonly { readonly name: string; text(): string }[]): readonly string[] {
  makeFolder(folder)
  const drafts: Draft[] = []
  try {
    for (const { name, text } of files) drafts.push(draftOf(join(folder, name), text()))
    for (const draft of drafts) draft.publish()
  } finally {
    for (const draft of drafts) draft.drop()
  }
  return files.map(({ name }) => name)
}

/** With the folders above it, which must be writable. @throws CannotWrite */
export function makeFolder(folder: string): void {
  try {
    makeWithParents(folder)
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('is a file'), { code: 'ENOTDIR' })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new CannotWrite(folder, error)
  }
}

/** Node's own recursion does not end where the file system says that a folder is not there, as /proc does. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeWithParents(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The whole text or nothing. @throws CannotWrite */
export const writeWhole = (file: string, text: string): void => draftOf(file, text).publish()

interface Draft {
  publish(): void
  /** Does nothing to what was published. */
  drop(): void
}

/** The text beside its file, under a name of this process. @throws CannotWrite, here and when it is published */
function draftOf(file: string, text: string): Draft {
  const draft = `${file}.${process.pid}.part`
  const drop = (): void => rmSync(draft, { force: true })
  const attempt = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      drop()
      throw new CannotWrite(file, error)
    }
  }
  attempt(() => writeFileSync(draft, text))
  return { publish: () => attempt(() => renameSync(draft, file)), drop }
}
