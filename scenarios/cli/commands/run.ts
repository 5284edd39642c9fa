import { Command } from 'commander'
import { durationMs, integer, type OptionsOf, oneOf, pace, port, withDefault } from './readers.ts'

export type RunOptions = OptionsOf<typeof runCommand>

export const runCommand = () =>
  new Command('run')
    .description('run one scenario and report its result')
    .argument('<scenario>', 'a shipped scenario (see list) or a YAML file')
    .option('--seed <n>', "seed of every random draw in the run (default: the scenario's own, or 1)", integer)
    .addOption(
      withDefault(
        '--level <level>',
        'wire: real MQTT and HTTP on loopback; model: the same decisions without sockets, in about a second',
        oneOf('wire', 'model'),
        'wire',
      ),
    )
    .option(
      '--connections <kind>',
      'wire level: per-device, or multiplexed (one for the fleet, faster)',
      oneOf('per-device', 'multiplexed'),
    )
    .option('--devices <n>', 'fleet of this size, in the same proportions', integer)
    .option('--window <duration>', 'monitoring window of each stage, such as 4h', durationMs)
    .option(
      '--profile <profile>',
      'how thresholds are applied: default or raw-thresholds',
      oneOf('default', 'raw-thresholds'),
    )
    .addOption(withDefault('--pace <pace>', 'max, or simulated seconds per second, such as 60x', pace, 'max'))
    .option('--until <duration>', 'stop after this much simulated time', durationMs)
    .option('--out <dir>', 'folder of the reports (default: reports/out/<scenario>-<seed>)')
    .option('--json', 'print report.json to stdout and nothing else there')
    .option('--check-determinism', 'run twice and compare, event by event')
    .option('--dashboard', 'show the dashboard (the default on a terminal, except at model level)')
    .option('--no-dashboard', 'print plain progress lines')
    .option('--mqtt-port <port>', 'loopback port of the broker (default: any free one)', port)
    .option('--http-port <port>', 'loopback port of the AWS endpoints (default: any free one)', port)
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse run memory-leak\n  rehearse run healthy --level model --devices 3400\n  rehearse run cycle-drift --window 4h --seed 7\n' +
        '  rehearse run memory-leak --pace 60x --mqtt-port 1883 --http-port 4566   # attach clients from outside\n',
    )
