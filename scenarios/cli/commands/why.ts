import { Command } from 'commander'

export const whyCommand = () =>
  new Command('why')
    .description("show the controller's evidence and decision at an instant of a saved trace, and the true state")
    .argument('<trace>', 'trace.jsonl of a run')
    .requiredOption('--at <time>', 'site-local 03:10 or 2026-03-03T03:10, or +14h10m after the start')
    .addHelpText('after', '\nExample:\n  rehearse why reports/out/memory-leak-1/trace.jsonl --at 03:10\n')
