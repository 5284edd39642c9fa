import type { TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'

/** Null when two runs are the same; else the first hour and event in which they differ, with what led to each. */
export function compareRuns(
  first: RehearsalResult,
  second: RehearsalResult,
  names: readonly [string, string] = ['first run', 'second run'],
): string | null {
  if (first.facts.digest === second.facts.digest) return null
  const hour = first.facts.digestsByHour.findIndex((digest, index) => digest !== second.facts.digestsByHour[index])
  const [a, b] = [first.records, second.records]
  const at = a.findIndex((record, index) => JSON.stringify(record) !== JSON.stringify(b[index]))
  const index = at < 0 ? Math.min(a.length, b.length) : at
  return [
    `NOT the same: first difference in simulated hour ${hour}, event ${index}`,
    `  ${names[0]}:`,
    ...chain(a, index),
    `  ${names[1]}:`,
    ...chain(b, index),
  ].join('\n')
}

/** The event and its causes, the event first. */
function chain(records: readonly TraceRecord[], index: number): string[] {
  const lines: string[] = []
  let record = records[index]
  if (record === undefined) return ['    (no such event)']
  while (record !== undefined) {
    lines.push(`    ${JSON.stringify(record)}`)
    record = record.cause === undefined ? undefined : records[record.cause]
  }
  return lines
}
