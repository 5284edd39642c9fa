import { Command } from 'commander'
import { type OptionsOf, positive, threads } from './readers.ts'

export type HistoryOptions = OptionsOf<typeof historyCommand>

export const historyCommand = () =>
  new Command('history')
    .description('run the 23 releases of 14 months against one fleet, next to what the plant reports of them')
    .option('--repeat <n>', 'repeat the whole history N times, each with its own seed', positive, 1)
    .option('--workers <n>', 'threads (default: one per processor)', threads)
    .option('--out <dir>', 'folder of history.json (default: reports/out/history)')
    .option('--json', 'print history.json to stdout and nothing else there')
    .addHelpText('after', '\nExamples:\n  rehearse history\n  rehearse history --repeat 1000   # the long run; hours\n')
