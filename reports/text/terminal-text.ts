import { printable } from '../numbers/printable.ts'

/**
 * Text of several lines as a terminal or a log of CI may be given it: no control characters, and no line that GitHub's
 * runner takes for a command, which are those that begin with `::`, after spaces as well, or hold `##[`.
 * [source: workflow-command-parser]
 */
export const terminalText = (text: string): string =>
  printable(text.replace(/\r\n?/g, '\n'))
    .replace(/^([^\S\n]*):(?=:)/gm, '$1\\u003a')
    .replaceAll('##[', '#\\u0023[')
