import { styleText } from 'node:util'

type Stream = { readonly isTTY?: boolean }

/** Colours only on a terminal whose user has not turned them off. [source: no-color] */
const isColourful = ({ isTTY }: Stream): boolean =>
  isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'

/** The summary with its first line, the verdict, and its failures coloured; plain text where colours are off. */
export function coloured(summary: string, isGood: boolean, stream: Stream): string {
  if (!isColourful(stream)) return summary
  const [verdict = '', ...rest] = summary.split('\n')
  const isFailure = (line: string): boolean => line.startsWith('    ! ') || line.endsWith('NOT met')
  return [
    paint(isGood ? 'green' : 'red', verdict),
    ...rest.map((line) => (isFailure(line) ? paint('red', line) : line)),
  ].join('\n')
}

const paint = (colour: 'green' | 'red', text: string): string =>
  styleText(['bold', colour], text, { validateStream: false })
