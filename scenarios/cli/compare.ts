import { join } from 'node:path'
import { foldCell } from '../../reports/campaign/comparison.ts'
import { foldConfusion } from '../../reports/campaign/confusion.ts'
import { renderComparePage } from '../../reports/html/compare-page.ts'
import { renderComparison, renderComparisonMarkdown, renderCsv } from '../../reports/text/comparison-text.ts'
import { isWorthShowing, renderConfusion } from '../../reports/text/confusion-text.ts'
import { findScenario } from '../library/catalogue.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { type ComparePlan, playVariants } from '../sweep/compare.ts'
import { tellGithub } from './github.ts'
import { type Io, interruptible } from './io.ts'
import { sweepProgress } from './sweep-progress.ts'

export interface CompareOptions {
  readonly windows: readonly number[]
  readonly profiles: ComparePlan['profiles']
  readonly gates: ComparePlan['gates']
  readonly seeds: number
  readonly workers?: number
  readonly out?: string
  readonly json?: boolean
}

/** `rehearse compare`: returns the exit code. @throws errors with an `exitCode` for what the user can mend */
export async function runCompare(names: readonly string[], options: CompareOptions, io: Io): Promise<number> {
  const plan: ComparePlan = {
    scenarios: names.map(findScenario),
    windowsMs: options.windows,
    profiles: options.profiles,
    gates: options.gates,
    seeds: Array.from({ length: options.seeds }, (_, i) => i + 1),
  }
  const progress = sweepProgress('rehearsals', io.stderr)
  const played = await interruptible(io, (signal) =>
    playVariants(plan, {
      signal,
      onProgress: progress.show,
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  ).finally(() => progress.end())
  const cells = played.map(({ variant, reports }) => foldCell(variant, reports))
  const confusion = foldConfusion(played)
  const folder = options.out ?? 'reports/out/compare'
  const json = `${JSON.stringify({ schemaVersion: 1, seeds: options.seeds, cells, confusion }, null, 2)}\n`
  makeFolder(folder)
  writeWhole(join(folder, 'compare.json'), json)
  writeWhole(join(folder, 'compare.csv'), renderCsv(cells))
  writeWhole(join(folder, 'compare.html'), renderComparePage(cells))
  const markdown = renderComparisonMarkdown(cells, confusion)
  writeWhole(join(folder, 'compare.md'), markdown)
  tellGithub({ markdown, failures: [] }, io.stderr)
  const tables = isWorthShowing(confusion)
    ? [renderComparison(cells), renderConfusion(confusion)]
    : [renderComparison(cells)]
  io.stdout.write(
    options.json ? json : `${tables.join('\n\n')}\n\n  ${folder}/compare.json, compare.csv, compare.html, compare.md\n`,
  )
  return EXIT.met
}
