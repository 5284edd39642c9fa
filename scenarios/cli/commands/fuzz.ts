import { Command } from 'commander'
import { durationMs, type OptionsOf, path, positive, shard, signedInteger, threads } from './readers.ts'

export type FuzzOptions = OptionsOf<typeof fuzzCommand>

export const fuzzCommand = () =>
  new Command('fuzz')
    .description('run randomly generated scenarios and search for one that violates an invariant')
    .option('--runs <n>', 'number of scenarios (default: 100, or as many as --time allows)', positive)
    .option('--time <duration>', 'start no new scenario after this much real time, such as 60s', durationMs)
    .option('--seed <n>', 'of the campaign; with --path, the seed that the failure printed', signedInteger, 1)
    .option(
      '--scenario <file>',
      'keep the fleet, policy and release of this scenario; faults and noise are drawn around it',
    )
    .option('--path <path>', 'replay one failing scenario and shrink it', path)
    .option('--shard <i/n>', 'run only this part of the campaign, such as 2/5', shard)
    .option('--workers <n>', 'threads (default: one per processor)', threads)
    .option(
      '--out <dir>',
      'folder of scenarios that violated an invariant; they are run first (default: scenarios/library/regressions)',
    )
    .option('--json', 'print the result as JSON; results can be merged')
    .option('--merge <file...>', 'judge the --json results of shards as one campaign; runs nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse fuzz --time 60s\n  rehearse fuzz --scenario mine.yaml --time 60s\n  rehearse fuzz --runs 2000 --seed 7 --shard 2/5 --json > part-2.json\n' +
        '  rehearse fuzz --merge part-*.json\n',
    )
