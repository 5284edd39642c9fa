import { Command } from 'commander'
import { durationMs, listOf, type OptionsOf, oneOf, positive, threads, withDefault } from './readers.ts'

export type CompareOptions = OptionsOf<typeof compareCommand>

export const compareCommand = () =>
  new Command('compare')
    .description('run scenarios with several windows, profiles and gates; compare detection, false alarms and exposure')
    .argument('<scenario...>', 'shipped scenarios (see list) or YAML files')
    .addOption(withDefault('--windows <list>', 'monitoring windows of each stage', listOf(durationMs), '4h,24h'))
    .addOption(
      withDefault(
        '--profiles <list>',
        'default, raw-thresholds',
        listOf(oneOf('default', 'raw-thresholds')),
        'default',
      ),
    )
    .addOption(
      withDefault(
        '--gates <list>',
        'plant (shifts and maintenance windows), open',
        listOf(oneOf('plant', 'open')),
        'open,plant',
      ),
    )
    .option('--seeds <n>', 'seeds 1 to n, the same for every variant', positive, 20)
    .option('--workers <n>', 'threads (default: one per processor)', threads)
    .option('--out <dir>', 'folder of compare.json and compare.csv (default: reports/out/compare)')
    .option('--json', 'print compare.json to stdout and nothing else there')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse compare silent-12h --windows 4h,24h --seeds 200\n' +
        '  rehearse compare healthy cycle-drift --windows 1h,4h,24h --profiles default,raw-thresholds\n',
    )
