import { Command } from 'commander'
import { integer, type OptionsOf, pace } from './readers.ts'

export type DemoOptions = OptionsOf<typeof demoCommand>

export const demoCommand = () =>
  new Command('demo')
    .description('compare windows of 4 h and 24 h side by side, on a fault that is silent for twelve hours')
    .option('--seed <n>', 'seed of every random draw, as of run', integer, 1)
    .option('--pace <pace>', 'simulated seconds per second, or max (default: 900x on a terminal, else max)', pace)
    .option('--no-wait', 'end without waiting for a key')
    .addHelpText(
      'after',
      '\nKeys: space pauses, > steps, + and - change the pace, q quits.\n\nExamples:\n  rehearse demo\n' +
        '  rehearse demo --pace 3600x --no-wait\n  rehearse demo --seed 7 | cat   # counters as plain lines\n',
    )
