import { Argument, Command } from 'commander'

export const schemaCommand = () =>
  new Command('schema')
    .description('print the JSON Schema of scenario, fleet or policy files')
    .addArgument(new Argument('[kind]', 'of file').choices(['scenario', 'fleet', 'policy']).default('scenario'))
    .addHelpText('after', '\nExample:\n  rehearse schema > scenario.schema.json   # for your editor\n')
