import { Command } from 'commander'
import { durationMs, listOf, type OptionsOf, positive, settings, threads, withDefault } from './readers.ts'

export type PowerOptions = OptionsOf<typeof powerCommand>

export const powerCommand = () =>
  new Command('power')
    .description('measure how large a fault must be to be caught within a window: size against detection and delay')
    .argument('[scenario]', 'a shipped scenario, or a YAML file of a scenario or of a plant', 'healthy')
    .option('--fault <kind>', 'kind of fault that has a size (default: that of the scenario, else error-rise)')
    .option('--sizes <list>', "sizes with their units, as 10%,20% (default: the kind's own)", listOf(String))
    .option('--vary <option>', "which option of the fault is its size (default: the kind's own)")
    .option('--set <option=value>', 'another option of the fault; may be repeated', settings)
    .option('--onset <duration>', 'delay of the onset, as 12h')
    .option(
      '--line <n>',
      'only the devices of this line have the fault (default: that of the scenario, else all)',
      positive,
    )
    .option('--stage <stage>', 'stage that has the fault (default: the first)')
    .addOption(withDefault('--windows <list>', 'monitoring windows', listOf(durationMs), '4h,24h'))
    .option('--seeds <n>', 'seeds 1 to n, the same at every size', positive, 60)
    .option('--workers <n>', 'threads (default: one per processor)', threads)
    .option('--out <dir>', 'folder of power.json (default: reports/out/power)')
    .option('--json', 'print power.json to stdout and nothing else there')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse power --fault error-rise --sizes 10%,15%,20%,30% --windows 4h,24h --seeds 60\n' +
        '  rehearse power --fault memory-leak --onset 12h --seeds 20     # what only a long window sees\n' +
        '  rehearse power --fault cycle-drift --line 7 --stage early\n' +
        '  rehearse power --fault cycle-drift --vary rate --sizes 0.5%/h,1%/h,3%/h\n',
    )
