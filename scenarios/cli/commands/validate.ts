import { Command } from 'commander'

export const validateCommand = () =>
  new Command('validate')
    .description('check scenario, fleet and policy files, and explain what they do')
    .argument('<file...>', 'YAML files')
    .addHelpText('after', '\nExample:\n  rehearse validate scenarios/library/*.yaml\n')
