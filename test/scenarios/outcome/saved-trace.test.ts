import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  DamagedTrace,
  parseTrace,
  readTrace,
  type SavedTrace,
  traceText,
} from '../../../scenarios/outcome/saved-trace.ts'
import type { TraceEvent, TraceRecord } from '../../../sim/kernel/trace-events.ts'
import { header } from '../../reports/fixtures.ts'

const events: readonly TraceEvent[] = [
  { kind: 'device-connected', thing: 'a1' },
  { kind: 'device-connected', thing: 'b1' },
  { kind: 'device-disconnected', thing: 'a1' },
]
const records = events.map((event, sequence): TraceRecord => ({ sequence, atMs: sequence, source: 's', ...event }))
const digest = createHash('sha256')
for (const record of records) digest.update(`${JSON.stringify(record)}\n`)

const saved: SavedTrace = {
  header,
  expect: { outcome: 'halted', detected: { between: [1, 2], after: 'onset' } },
  command: 'rehearse run tiny --seed 7',
  records,
  facts: {
    stop: 'until',
    endedAtMs: 9,
    wallSeconds: 0.123456789,
    evaluations: 1,
    evaluationMs: 0.1,
    awsCalls: { SearchIndex: 1, CreateDeployment: 2 },
    messages: { published: 1, delivered: 2 },
    digest: digest.digest('hex'),
    digestsByHour: [],
    clients: [
      {
        client: { by: 'access-key', id: 'AKIDEXAMPLE' },
        changes: [{ request: 'iot CreateThing', count: 2, firstAtMs: 1, lastAtMs: 2 }],
        reads: { 'iot ListThings': 3 },
        errors: [{ request: 'iot X', error: 'E', message: 'm', count: 1, firstAtMs: 1, lastAtMs: 1 }],
      },
    ],
  },
}
const text = traceText(saved)
const lines = text.trimEnd().split('\n')

/** The text with one line changed; the answer of the parser. */
const failure = (changed: string): string => {
  try {
    parseTrace(changed, 'x.jsonl')
  } catch (error) {
    expect(error).toBeInstanceOf(DamagedTrace)
    expect((error as DamagedTrace).exitCode).toBe(64)
    return (error as Error).message
  }
  return 'read without complaint'
}
const replaced = (line: number, by: string): string => lines.with(line - 1, by).join('\n')

describe('a saved trace', () => {
  it('is read as it was written', () => {
    expect(parseTrace(text, 'x')).toEqual(saved)
    expect(traceText(parseTrace(text, 'x'))).toBe(text)
  })

  it('keeps a field of the header that this version does not know', () => {
    const later = { ...header, site: 'north' }
    expect(parseTrace(traceText({ ...saved, header: later }), 'x').header).toMatchObject({ site: 'north' })
  })

  it.each([
    ['is empty', '', 1, 'not the header'],
    ['is another file', '{"name":"x"}\n', 1, 'not the header of a trace (schemaVersion: '],
    ['is no text', 'PK\u0003\u0004', 1, 'not JSON'],
    ['ends within a line', text.slice(0, -40), 5, 'not JSON; the trace is cut off or damaged here'],
    ['ends after an event', `${lines.slice(0, 3).join('\n')}\n`, 3, 'without its sealed last line'],
    ['ends after the header', `${lines[0]}\n`, 1, 'without its sealed last line'],
    ['is damaged in the middle', replaced(3, '{"sequence":1,'), 3, 'not JSON'],
    ['lacks an event', lines.toSpliced(2, 1).join('\n'), 3, 'expected event 1 here'],
    ['lacks its last event', lines.toSpliced(3, 1).join('\n'), 4, 'expected 3 events, found 2'],
    ['has a line that is no event', replaced(2, 'null'), 2, 'expected event 0 here'],
    ['had an event changed', replaced(2, (lines[1] as string).replace('a1', 'b1')), 5, 'digest mismatch'],
  ])('that %s is refused with the line', (_, changed, line, what) => {
    expect(failure(changed)).toMatch(new RegExp(`^x\\.jsonl:${line}: `))
    expect(failure(changed)).toContain(what)
  })

  it.each([
    [1, 'version 0.1'],
    [3, 'another version, with trace schema 3'],
  ])('of schema version %i is refused with its writer and what to do', (version, writer) => {
    const other = text.replace('"schemaVersion":2', `"schemaVersion":${version}`)
    expect(failure(other)).toBe(
      `x.jsonl:1: the trace was written by ${writer}, and this version cannot read it; run the scenario again`,
    )
  })

  it('that is not there is refused', () => {
    expect(() => readTrace('/no/such/trace.jsonl')).toThrow('/no/such/trace.jsonl: cannot be read (ENOENT)')
  })
})
