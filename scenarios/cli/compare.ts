import { join } from 'node:path'
import { foldCell } from '../../reports/campaign/comparison.ts'
import { foldConfusion } from '../../reports/campaign/confusion.ts'
import { conclusionsOf, foldDifferences } from '../../reports/campaign/differences.ts'
import { renderComparePage } from '../../reports/html/compare-page.ts'
import { reported } from '../../reports/messages/reported.ts'
import {
  renderComparison,
  renderComparisonMarkdown,
  renderCsv,
  renderDifferences,
} from '../../reports/text/comparison-text.ts'
import { isWorthShowing, renderConfusion } from '../../reports/text/confusion-text.ts'
import { findScenario } from '../library/catalogue.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { type ComparePlan, runVariants } from '../sweep/compare.ts'
import { refuseShortWindows } from '../world/static-refusals.ts'
import type { CompareOptions } from './commands/compare.ts'
import { reportToGithub } from './github.ts'
import { type Io, interruptible } from './io.ts'
import { sweepProgress } from './sweep-progress.ts'

/** `rehearse compare`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function compare(names: readonly string[], options: CompareOptions, io: Io): Promise<number> {
  const plan: ComparePlan = {
    scenarios: names.map(findScenario),
    windowsMs: options.windows,
    profiles: options.profiles,
    gates: options.gates,
    seeds: Array.from({ length: options.seeds }, (_, i) => i + 1),
  }
  for (const scenario of plan.scenarios) refuseShortWindows(scenario, plan.windowsMs)
  const progress = sweepProgress('rehearsals', io.stderr)
  const completed = await interruptible(io, (signal) =>
    runVariants(plan, {
      signal,
      onProgress: progress.show,
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  ).finally(() => progress.end())
  const seeds = completed[0]?.reports.length ?? 0
  const isInterrupted = seeds < options.seeds
  const cells = completed.map(({ variant, reports }) => foldCell(variant, reports))
  const confusion = foldConfusion(completed)
  const differences = foldDifferences(completed)
  const conclusions = conclusionsOf(differences).map(reported)
  const partial = `interrupted after ${seeds} of ${options.seeds} seeds`
  const texts = [...(isInterrupted ? [`Partial: ${partial}.`] : []), ...conclusions.map(({ text }) => text)]
  const folder = options.out ?? 'reports/out/compare'
  const json = `${JSON.stringify({ schemaVersion: 1, seeds, isInterrupted, conclusions, cells, differences, confusion }, null, 2)}\n`
  makeFolder(folder)
  writeWhole(join(folder, 'compare.json'), json)
  writeWhole(join(folder, 'compare.csv'), renderCsv(cells))
  writeWhole(join(folder, 'compare.html'), renderComparePage(cells, differences, texts))
  const markdown = renderComparisonMarkdown(cells, confusion, differences, texts)
  writeWhole(join(folder, 'compare.md'), markdown)
  reportToGithub({ markdown, failures: [] }, io.stderr)
  const tables = [
    renderComparison(cells),
    ...(isWorthShowing(confusion) ? [renderConfusion(confusion)] : []),
    ...(differences.length > 0 ? [renderDifferences(differences)] : []),
    ...(texts.length > 0 ? [texts.map((text) => `  ${text}`).join('\n')] : []),
  ]
  io.stdout.write(
    options.json ? json : `${tables.join('\n\n')}\n\n  ${folder}/compare.json, compare.csv, compare.html, compare.md\n`,
  )
  if (isInterrupted) io.stderr.write(`rehearse: ${partial}\n`)
  return isInterrupted ? EXIT.interrupted : EXIT.met
}
