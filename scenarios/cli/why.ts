import { localTime } from '../../reports/numbers/format.ts'
import { evaluationsRange, foldWhy } from '../../reports/run/why.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { renderWhy } from '../../reports/text/why-text.ts'
import { readTrace } from '../outcome/saved-trace.ts'
import { EXIT } from '../support/exit-codes.ts'
import { parseInstant } from './instant.ts'
import type { Io } from './io.ts'

/** `rehearse why`: returns the exit code. @throws DamagedTrace, UnknownInstant */
export function why(file: string, at: string, io: Pick<Io, 'stdout' | 'stderr'>): number {
  const { header, records, facts } = readTrace(file)
  const { startedAtMs, zone } = header
  const range = evaluationsRange(records)
  if (range === null) {
    io.stderr.write(terminalText(`rehearse: ${file} has no evaluation of the controller\n`))
    return EXIT.usage
  }
  const askedMs = parseInstant(at, startedAtMs, zone)
  const found = askedMs > facts.endedAtMs ? null : foldWhy(header, records, askedMs)
  if (found === null) {
    const [from, to] = [range.firstMs, facts.endedAtMs].map((atMs) => localTime(atMs, zone))
    const asked = localTime(askedMs, zone)
    io.stderr.write(`rehearse: ${asked} is outside the trace, which covers ${from} to ${to} (${zone})\n`)
    return EXIT.usage
  }
  io.stdout.write(`${renderWhy(found, header)}\n`)
  return EXIT.met
}
