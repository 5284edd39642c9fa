import { Command } from 'commander'
import type { OptionsOf } from './readers.ts'

export type ReportOptions = OptionsOf<typeof reportCommand>

export const reportCommand = () =>
  new Command('report')
    .description('recreate the reports from a saved trace')
    .argument('<trace>', 'trace.jsonl of a run')
    .option('--device <thing>', 'show the events of one device instead')
    .option('--json', 'print report.json to stdout and nothing else there')
    .option('--html <file>', 'write report.html')
    .option('--md <file>', 'write Markdown, for a pull request or a CI summary')
    .option('--junit <file>', 'write JUnit XML, for CI')
    .option('--out <dir>', 'write report.json, report.html, report.md and junit.xml')
    .addHelpText(
      'after',
      '\nExit code: that of the run.\n\nExamples:\n  rehearse report reports/out/memory-leak-1/trace.jsonl\n' +
        '  rehearse report trace.jsonl --md report.md --junit junit.xml\n' +
        '  rehearse report trace.jsonl --device line-03-12\n',
    )
