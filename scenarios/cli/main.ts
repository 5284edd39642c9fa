#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../../sim/kernel/duration.ts'
import type { FileKind } from '../files/scenario.ts'
import { quoted } from '../outcome/repro-command.ts'
import { EXIT } from '../support/exit-codes.ts'
import { reportError } from '../support/user-error.ts'
import type { Pace } from '../world/pacer.ts'
import type { Shell } from './completion.ts'

// The SDK warns at every start that versions of 2027 will need a newer Node; it is not about this program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** fast-check's seeds may be negative. */
const wholeNumber = (text: string): number => {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const positive = (text: string): number => {
  const value = integer(text)
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

const port = (text: string): number => {
  const value = integer(text)
  if (value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.')
  return value
}

const durationMs = (text: string): number => {
  const value = parseDuration(text)
  if (value === null || value <= 0) throw new InvalidArgumentError('It must be a duration with its unit, such as 4h.')
  return value
}

const pace = (text: string): Pace => {
  if (text === 'max') return { kind: 'max' }
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1])
  if (!(factor > 0)) throw new InvalidArgumentError('It must be max, or a factor such as 60x.')
  return { kind: 'times', factor }
}

const oneOf =
  (...valid: readonly string[]) =>
  (text: string): string => {
    if (!valid.includes(text)) throw new InvalidArgumentError(`It must be one of ${valid.join(', ')}.`)
    return text
  }

/** `4h,24h` -> each item read by `read`. */
const listOf =
  <T>(read: (text: string) => T) =>
  (text: string): T[] =>
    text.split(',').map((item) => read(item.trim()))

/** `2/5` -> the second of five parts. */
const shard = (text: string): { index: number; of: number } => {
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  if (index === undefined || of === undefined || index < 1 || index > of) {
    throw new InvalidArgumentError('It must be a part of the whole, such as 2/5.')
  }
  return { index, of }
}

/** An option whose help tells the default as a user would write it. */
const withDefault = (flags: string, description: string, read: (text: string) => unknown, text: string): Option =>
  new Option(flags, description).argParser(read).default(read(text), text)

/** Commander's complaint and its suggestion in one line. */
const oneLine = (text: string): string =>
  `${text
    .replace(/^error: /, 'rehearse: ')
    .trim()
    .replaceAll('\n', ' ')}\n`

function program(): Command {
  const rehearse = new Command('rehearse')
    .description('Rehearse a firmware release on a digital twin of the fleet before it touches a machine.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse demo                           # what a window is worth, in a minute\n' +
        '  rehearse run memory-leak                # one rehearsal, with all its reports\n' +
        '  rehearse compare silent-12h --seeds 40  # many, and what they say about windows\n' +
        '\nEvery command has help of its own: rehearse run --help\n',
    )
  rehearse
    .command('run')
    .description('play one scenario and report what came of it')
    .argument('<scenario>', 'a shipped scenario (see list) or a YAML file')
    .option('--seed <n>', "seed of all chance in the run (default: the scenario's own, or 1)", integer)
    .option(
      '--level <level>',
      'wire: real MQTT and HTTP on loopback; model: the same decisions without sockets, in about a second',
      oneOf('wire', 'model'),
      'wire',
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
    .addOption(withDefault('--pace <pace>', 'max, or virtual seconds a second, such as 60x', pace, 'max'))
    .option('--until <duration>', 'stop after this much virtual time', durationMs)
    .option('--out <dir>', 'where the report goes (default: reports/out/<scenario>-<seed>)')
    .option('--json', 'print report.json to stdout and nothing else there')
    .option('--check-determinism', 'run twice and compare, event by event')
    .option('--dashboard', 'watch it in the terminal (the default on one, except at model level)')
    .option('--no-dashboard', 'plain progress lines')
    .option('--mqtt-port <port>', 'loopback port of the broker (default: any free one)', port)
    .option('--http-port <port>', 'loopback port of the AWS endpoints (default: any free one)', port)
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse run memory-leak\n  rehearse run healthy --level model --devices 3400\n  rehearse run cycle-drift --window 4h --seed 7\n' +
        '  rehearse run memory-leak --pace 60x --mqtt-port 1883 --http-port 4566   # watch it from outside\n',
    )
    .action(async (scenario: string, options) => {
      const { run } = await import('./run.ts')
      process.exitCode = await run(scenario, options, process)
    })
  rehearse
    .command('demo')
    .description('watch what a window is worth: 4 h and 24 h side by side, a fault that is silent for twelve hours')
    .option('--seed <n>', 'seed of all chance, as of run', integer, 1)
    .option('--pace <pace>', 'virtual seconds a second, or max (default: 900x on a terminal, else max)', pace)
    .option('--no-wait', 'end without a key')
    .addHelpText(
      'after',
      '\nKeys: space pauses, > steps, + and - change the pace, q quits.\n\nExamples:\n  rehearse demo\n' +
        '  rehearse demo --pace 3600x --no-wait\n  rehearse demo --seed 7 | cat   # counters as plain lines\n',
    )
    .action(async (options) => {
      const { demo } = await import('./demo.ts')
      process.exitCode = await demo(options, process)
    })
  rehearse
    .command('ctl')
    .description('operate the controller of a rehearsal that is running: see how it stands, hold it, send it back')
    .argument(
      '<operation>',
      'status, pause, resume, abort (go back now), skip (the rest of the window), promote (without the evidence that is missing), retry (what was halted), freeze (stop the line), unfreeze',
    )
    .option('--actor <name>', 'who asks, for the audit trail (default: the user)')
    .option('--reason <text>', 'why, for the audit trail; every operation but status needs it')
    .option('--id <id>', 'asking again with the same id is no second operation')
    .option('--endpoint <url>', 'AWS endpoint of the rehearsal, as it says when it starts', 'http://127.0.0.1:4566')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse run healthy --pace 60x --http-port 4566     # in another terminal\n' +
        '  rehearse ctl status\n  rehearse ctl pause --reason "noise on line 3"\n' +
        '  aws lambda invoke --endpoint-url http://127.0.0.1:4566 --function-name operate \\\n' +
        '    --cli-binary-format raw-in-base64-out --payload \'{"operation":"status"}\' /dev/stdout\n',
    )
    .action(async (operation: string, options) => {
      const { ctl } = await import('./ctl.ts')
      process.exitCode = await ctl(operation, options, process)
    })
  rehearse
    .command('compare')
    .description('play scenarios with several windows, profiles and calendars, and tell what each is worth')
    .argument('<scenario...>', 'shipped scenarios (see list) or YAML files')
    .addOption(withDefault('--windows <list>', 'monitoring windows of each stage', listOf(durationMs), '4h,24h'))
    .addOption(
      withDefault(
        '--profiles <list>',
        'default, raw-thresholds',
        listOf(oneOf('default', 'raw-thresholds')),
        'default',
      ),
    )
    .addOption(
      withDefault(
        '--gates <list>',
        'plant (shifts and maintenance windows), open',
        listOf(oneOf('plant', 'open')),
        'open,plant',
      ),
    )
    .option('--seeds <n>', 'seeds 1 to n, the same for every variant', positive, 20)
    .option('--workers <n>', 'threads (default: one for every processor)', positive)
    .option('--out <dir>', 'where compare.json and compare.csv go (default: reports/out/compare)')
    .option('--json', 'print compare.json to stdout and nothing else there')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse compare silent-12h --windows 4h,24h --seeds 200\n' +
        '  rehearse compare healthy cycle-drift --windows 1h,4h,24h --profiles default,raw-thresholds\n',
    )
    .action(async (scenarios: string[], options) => {
      const { runCompare } = await import('./compare.ts')
      process.exitCode = await runCompare(scenarios, options, process)
    })
  rehearse
    .command('history')
    .description('play the 23 releases of 14 months against one fleet, beside what the plant reports of them')
    .option('--repeat <n>', 'play them all so often, with seeds of their own', positive, 1)
    .option('--workers <n>', 'threads (default: one for every processor)', positive)
    .option('--out <dir>', 'where history.json goes (default: reports/out/history)')
    .option('--json', 'print history.json to stdout and nothing else there')
    .addHelpText('after', '\nExamples:\n  rehearse history\n  rehearse history --repeat 1000   # the long run; hours\n')
    .action(async (options) => {
      const { history } = await import('./history.ts')
      process.exitCode = await history(options, process)
    })
  rehearse
    .command('fuzz')
    .description(
      'play worlds that are made at random, and look for one in which the rollout does what it must never do',
    )
    .option('--runs <n>', 'so many worlds (default: 100, or as many as --time allows)', positive)
    .option('--time <duration>', 'no new world after this much real time, such as 60s', durationMs)
    .option('--seed <n>', 'of the campaign; with --path, as the failure said it', wholeNumber, 1)
    .option('--path <path>', 'play one world again and make it smaller')
    .option('--shard <i/n>', 'play only this part of the campaign, such as 2/5', shard)
    .option('--workers <n>', 'threads (default: one for every processor)', positive)
    .option(
      '--out <dir>',
      'folder of worlds that broke a law; they are played first (default: scenarios/library/regressions)',
    )
    .option('--json', 'print the result as JSON; it can be merged')
    .option('--merge <file...>', 'judge the --json results of shards as one campaign, playing nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse fuzz --time 60s\n  rehearse fuzz --runs 2000 --seed 7 --shard 2/5 --json > part-2.json\n' +
        '  rehearse fuzz --merge part-*.json\n',
    )
    .action(async (options) => {
      const { fuzz } = await import('./fuzz.ts')
      process.exitCode = await fuzz(options, process)
    })
  rehearse
    .command('report')
    .description('make the reports of a saved trace again')
    .argument('<trace>', 'trace.jsonl of a run')
    .option('--device <thing>', 'show what happened on one device instead')
    .option('--json', 'print report.json to stdout and nothing else there')
    .option('--html <file>', 'write report.html')
    .option('--md <file>', 'write Markdown, for a pull request or a CI summary')
    .option('--junit <file>', 'write JUnit XML, for CI')
    .option('--out <dir>', 'write report.json, report.html, report.md and junit.xml')
    .addHelpText(
      'after',
      '\nExits as the run did.\n\nExamples:\n  rehearse report reports/out/memory-leak-1/trace.jsonl\n' +
        '  rehearse report trace.jsonl --md report.md --junit junit.xml\n' +
        '  rehearse report trace.jsonl --device line-03-12\n',
    )
    .action(async (file: string, options) => {
      const { report } = await import('./report.ts')
      process.exitCode = report(file, options, process)
    })
  rehearse
    .command('why')
    .description('show what the controller saw and concluded at an instant of a saved trace, and what was true')
    .argument('<trace>', 'trace.jsonl of a run')
    .requiredOption('--at <time>', 'site-local 03:10 or 2026-03-03T03:10, or +14h10m after the start')
    .addHelpText('after', '\nExample:\n  rehearse why reports/out/memory-leak-1/trace.jsonl --at 03:10\n')
    .action(async (file: string, options: { readonly at: string }) => {
      const { why } = await import('./why.ts')
      process.exitCode = why(file, options.at, process)
    })
  rehearse
    .command('list')
    .description('the shipped scenarios, in reading order')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  rehearse list\n  rehearse list --json | jq -r ".[].name"\n')
    .action(async (options) => {
      const { list } = await import('./list.ts')
      process.exitCode = list(options, process)
    })
  rehearse
    .command('validate')
    .description('check scenario, fleet and policy files, and tell what they will do')
    .argument('<file...>', 'YAML files')
    .addHelpText('after', '\nExample:\n  rehearse validate scenarios/library/*.yaml\n')
    .action(async (files: string[]) => {
      const { validate } = await import('./validate.ts')
      process.exitCode = validate(files, process)
    })
  rehearse
    .command('new')
    .description('write a commented scenario file to begin with')
    .argument('<name>', 'of the scenario; the file is <name>.yaml')
    .option('--from <shipped>', 'begin with a copy of a shipped scenario (see list)')
    .addHelpText('after', '\nExamples:\n  rehearse new my-release\n  rehearse new my-drift --from cycle-drift\n')
    .action(async (name: string, options) => {
      const { makeNew } = await import('./new.ts')
      process.exitCode = makeNew(name, options, process)
    })
  rehearse
    .command('schema')
    .description('print the JSON Schema of scenario, fleet or policy files')
    .addArgument(new Argument('[kind]', 'of file').choices(['scenario', 'fleet', 'policy']).default('scenario'))
    .addHelpText('after', '\nExample:\n  rehearse schema > scenario.schema.json   # then tell your editor\n')
    .action(async (kind: FileKind) => {
      const { schema } = await import('./schema.ts')
      process.exitCode = schema(kind, process)
    })
  rehearse
    .command('completion')
    .description('print a script that completes commands, options and scenarios in a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse completion bash >> ~/.bashrc\n  rehearse completion zsh >> ~/.zshrc\n' +
        '  rehearse completion fish > ~/.config/fish/completions/rehearse.fish\n',
    )
    .action(async (shell: Shell) => {
      const { completion } = await import('./completion.ts')
      process.stdout.write(completion(shell, rehearse))
    })
  return rehearse
}

/** The command line of this process. */
const ownCommand = (): string => ['rehearse', ...process.argv.slice(2).map(quoted)].join(' ')

// A reader that has seen enough, such as head, closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.on('uncaughtException', (error) => {
  process.exitCode = reportError(error, process.stderr, ownCommand())
  process.exit()
})

try {
  await program().parseAsync()
} catch (error) {
  // Commander has printed its own line; help and version end well.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.met : EXIT.usage
  else process.exitCode = reportError(error, process.stderr, ownCommand())
}
