import { Command } from 'commander'

export const policyCommand = () =>
  new Command('policy')
    .description('print the effective policy document with every default filled in, ready to deploy')
    .option('--scenario <scenario>', 'a shipped scenario (see list) or a YAML file (default: the default policy)')
    .option('--json', 'as JSON, the form that the functions read')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse policy\n  rehearse policy --scenario other-plant\n' +
        '  rehearse policy --json > policy.json     # next to the bundled functions\n' +
        '  rehearse policy --json |                 # or into their table\n' +
        `    jq '{key: {S: "policy"}, version: {N: "1"}, body: {S: tojson}}' > item.json\n` +
        '  aws dynamodb put-item --table-name firmware-rollouts --item file://item.json\n',
    )
