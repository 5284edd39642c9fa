import { styleText } from 'node:util'

type Stream = { readonly isTTY?: boolean }

/** Colours are for people in front of a terminal who want them. [no-color.org] */
const isColourful = ({ isTTY }: Stream): boolean =>
  isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'

/** A summary whose first line, its verdict, and whose complaints can be seen from afar; plain text where no colour is wanted. */
export function coloured(summary: string, isGood: boolean, stream: Stream): string {
  if (!isColourful(stream)) return summary
  const [verdict = '', ...rest] = summary.split('\n')
  const isComplaint = (line: string): boolean => line.startsWith('    ! ') || line.endsWith('NOT met')
  return [
    paint(isGood ? 'green' : 'red', verdict),
    ...rest.map((line) => (isComplaint(line) ? paint('red', line) : line)),
  ].join('\n')
}

const paint = (colour: 'green' | 'red', text: string): string =>
  styleText(['bold', colour], text, { validateStream: false })
