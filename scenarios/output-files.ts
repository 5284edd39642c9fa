import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../reports/report.ts'
import { reportSchema } from '../reports/report-schema.ts'
import type { RehearsalResult } from './rehearsal.ts'
import { CannotWrite } from './user-error.ts'

/**
 * Writes trace.jsonl (header, then a record a line) and report.json, each whole or not at all; the report is checked
 * against its schema first.
 * @throws CannotWrite
 */
export function writeReportFiles(folder: string, report: Report, { header, records }: RehearsalResult): void {
  reportSchema.parse(report)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new CannotWrite(folder, error)
  }
  const lines = [header, ...records].map((line) => JSON.stringify(line))
  writeWhole(join(folder, 'trace.jsonl'), `${lines.join('\n')}\n`)
  writeWhole(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
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
