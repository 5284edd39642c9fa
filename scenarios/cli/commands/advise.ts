import { Command } from 'commander'
import { countOf, durationMs, listOf, type OptionsOf, positive, threads, withDefault } from './readers.ts'

export type AdviseOptions = OptionsOf<typeof adviseCommand>

export const adviseCommand = () =>
  new Command('advise')
    .description('recommend a monitoring window: what escapes canary, what it costs in lead time, what it never sees')
    .argument('[scenario]', 'a shipped scenario, or a YAML file of a scenario or of a plant', 'healthy')
    .addOption(withDefault('--windows <list>', 'monitoring windows', listOf(durationMs), '4h,8h,12h,24h,48h'))
    .option('--seeds <n>', 'faulty releases, seeds 1 to n: forty take a minute or two on two processors', positive, 40)
    .option(
      '--mix <file>',
      'YAML: kinds of faults with their sizes and onsets (default: see README of scenarios/sweep)',
    )
    .addOption(withDefault('--history <faulty/releases>', 'faulty releases so far, of all', countOf, '2/23'))
    .option('--workers <n>', 'threads (default: one per processor)', threads)
    .option('--out <dir>', 'folder of advice.json (default: reports/out/advise)')
    .option('--json', 'print advice.json to stdout and nothing else there')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse advise\n  rehearse advise --windows 4h,24h --seeds 200 --history 1/40\n' +
        '  rehearse advise other-plant --mix faults.yaml\n',
    )
