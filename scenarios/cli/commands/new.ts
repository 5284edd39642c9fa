import { Command } from 'commander'
import type { OptionsOf } from './readers.ts'

export type NewOptions = OptionsOf<typeof newCommand>

export const newCommand = () =>
  new Command('new')
    .description('write a commented scenario file to start from')
    .argument('<name>', 'of the scenario; the file is <name>.yaml')
    .option('--from <shipped>', 'start from a copy of a shipped scenario (see list)')
    .addHelpText('after', '\nExamples:\n  rehearse new my-release\n  rehearse new my-drift --from cycle-drift\n')
