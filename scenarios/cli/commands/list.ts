import { Command } from 'commander'
import type { OptionsOf } from './readers.ts'

export type ListOptions = OptionsOf<typeof listCommand>

export const listCommand = () =>
  new Command('list')
    .description('list the shipped scenarios, in reading order')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  rehearse list\n  rehearse list --json | jq -r ".[].name"\n')
