import { Command } from 'commander'
import type { OptionsOf } from './readers.ts'

export type CtlOptions = OptionsOf<typeof ctlCommand>

export const ctlCommand = () =>
  new Command('ctl')
    .description('control a running rehearsal: status, pause, resume, abort (roll back) ...')
    .argument(
      '<operation>',
      'status, pause, resume, abort (roll back now), skip (the rest of the window), promote (without the missing evidence), retry (a halted rollout), freeze (start a change freeze), unfreeze',
    )
    .option('--actor <name>', 'who asks, for the audit trail (default: the current user)')
    .option('--reason <text>', 'why, for the audit trail; required by every operation but status')
    .option('--id <id>', 'idempotency key; repeating a request with the same id has no further effect')
    .option('--endpoint <url>', 'AWS endpoint that the rehearsal printed at start', 'http://127.0.0.1:4566')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse run healthy --pace 60x --http-port 4566     # in another terminal\n' +
        '  rehearse ctl status\n  rehearse ctl pause --reason "noise on line 3"\n' +
        '  aws lambda invoke --endpoint-url http://127.0.0.1:4566 --function-name operate \\\n' +
        '    --cli-binary-format raw-in-base64-out --payload \'{"operation":"status"}\' /dev/stdout\n',
    )
