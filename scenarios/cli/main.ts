#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { quoted } from '../outcome/repro-command.ts'
import { EXIT } from '../support/exit-codes.ts'
import { reportError } from '../support/user-error.ts'
import { adviseCommand } from './commands/advise.ts'
import { compareCommand } from './commands/compare.ts'
import { completionCommand } from './commands/completion.ts'
import { ctlCommand } from './commands/ctl.ts'
import { demoCommand } from './commands/demo.ts'
import { fitCommand } from './commands/fit.ts'
import { fuzzCommand } from './commands/fuzz.ts'
import { historyCommand } from './commands/history.ts'
import { listCommand } from './commands/list.ts'
import { newCommand } from './commands/new.ts'
import { policyCommand } from './commands/policy.ts'
import { powerCommand } from './commands/power.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'
import { schemaCommand } from './commands/schema.ts'
import { validateCommand } from './commands/validate.ts'
import { whyCommand } from './commands/why.ts'

// The SDK warns at every start that versions of 2027 will need a newer Node; this program does not depend on that.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/** Commander's error and its suggestion in one line. */
const oneLine = (text: string): string =>
  `${text
    .replace(/^error: /, 'rehearse: ')
    .trim()
    .replaceAll('\n', ' ')}\n`

const rehearse = new Command('rehearse')
  .description('Rehearse a firmware release on a digital twin of the fleet before it touches a machine.')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(terminalText(oneLine(text))) })
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    '\nExamples:\n  rehearse demo                           # two monitoring windows side by side, in a minute\n' +
      '  rehearse run memory-leak                # one rehearsal, with all its reports\n' +
      '  rehearse compare silent-12h --seeds 40  # many, to compare windows\n' +
      '\nEvery command has its own help: rehearse run --help\n',
  )

const exit = async (code: number | Promise<number>): Promise<void> => {
  process.exitCode = await code
}

/** In the order of the help. What a command does is loaded when it is called, so that help and errors come at once. */
const COMMANDS = [
  runCommand().action(async (name, options) => exit((await import('./run.ts')).run(name, options, process))),
  demoCommand().action(async (options) => exit((await import('./demo.ts')).demo(options, process))),
  ctlCommand().action(async (operation, options) => exit((await import('./ctl.ts')).ctl(operation, options, process))),
  compareCommand().action(async (names, options) =>
    exit((await import('./compare.ts')).compare(names, options, process)),
  ),
  powerCommand().action(async (name, options) => exit((await import('./power.ts')).power(name, options, process))),
  adviseCommand().action(async (name, options) => exit((await import('./advise.ts')).advise(name, options, process))),
  historyCommand().action(async (options) => exit((await import('./history.ts')).history(options, process))),
  fuzzCommand().action(async (options) => exit((await import('./fuzz.ts')).fuzz(options, process))),
  reportCommand().action(async (file, options) => exit((await import('./report.ts')).report(file, options, process))),
  whyCommand().action(async (file, { at }) => exit((await import('./why.ts')).why(file, at, process))),
  listCommand().action(async (options) => exit((await import('./list.ts')).list(options, process))),
  validateCommand().action(async (files) => exit((await import('./validate.ts')).validate(files, process))),
  policyCommand().action(async (options) => exit((await import('./policy.ts')).policy(options, process))),
  fitCommand().action(async (files, options) => exit((await import('./fit.ts')).fit(files, options, process))),
  newCommand().action(async (name, options) => exit((await import('./new.ts')).makeNew(name, options, process))),
  schemaCommand().action(async (kind) => exit((await import('./schema.ts')).schema(kind, process))),
  completionCommand().action(async (shell) => {
    process.stdout.write((await import('./completion.ts')).completion(shell, rehearse))
  }),
]
for (const command of COMMANDS) rehearse.addCommand(command.copyInheritedSettings(rehearse))

/** For messages that quote what the user gave. */
const plainStderr = { write: (text: string) => process.stderr.write(terminalText(text)) }

/** The command line of this process. */
const ownCommand = (): string => ['rehearse', ...process.argv.slice(2).map(quoted)].join(' ')

// A reader that needs no more, such as head, closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.on('uncaughtException', (error) => {
  process.exitCode = reportError(error, plainStderr, ownCommand())
  process.exit()
})

try {
  await rehearse.parseAsync()
} catch (error) {
  // Commander has printed its own line; help and version end well.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.met : EXIT.usage
  else process.exitCode = reportError(error, plainStderr, ownCommand())
}
