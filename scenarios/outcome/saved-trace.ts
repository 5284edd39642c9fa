import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { readBounded } from '../files/bounded-read.ts'
import { InvalidScenario } from '../files/invalid-scenario.ts'
import type { Expectation } from '../files/scenario.ts'
import { EXIT } from '../support/exit-codes.ts'
import type { RehearsalResult, RunFacts } from '../world/rehearsal.ts'

/** A rehearsal with all that its reports are made of; trace.jsonl holds it, so that they can be made again. */
export interface SavedTrace extends RehearsalResult {
  /** What the scenario expected when it was run. */
  readonly expect: Expectation
  /** The command that runs it again, without its interventions. */
  readonly command: string
}

/** A file that is not a whole trace of this version, with the line that shows it. */
export class DamagedTrace extends Error {
  override readonly name = 'DamagedTrace'
  readonly exitCode = EXIT.usage
}

const SCHEMA_VERSION = 2
/** The versions of the package that wrote older schemas. */
const WRITTEN_BY: Readonly<Record<number, string>> = { 1: 'version 0.1' }

const count = z.int().nonnegative()
const things = z.array(z.string())
/** Loose: an additional field of a later version is no damage. */
const headerSchema = z.looseObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  scenario: z.string(),
  story: z.string(),
  seed: z.int(),
  level: z.enum(['wire', 'model']),
  connections: z.enum(['per-device', 'multiplexed', 'direct']),
  profile: z.string(),
  windowHours: z.number(),
  startedAtMs: z.int(),
  zone: z.string(),
  release: z.object({ version: z.string(), replaces: z.string() }),
  stages: z.record(z.string(), things),
  lines: z.record(z.string(), z.int()),
})

/** The expectation is as the scenario's schema left it, and checked there. */
const firstLine = headerSchema.extend({ expect: z.looseObject({}), command: z.string() })

const deed = { count, firstAtMs: z.int(), lastAtMs: z.int() }
const activitySchema = z.object({
  client: z.object({ by: z.enum(['access-key', 'client-id', 'address']), id: z.string() }),
  changes: z.array(z.object({ request: z.string(), ...deed })),
  reads: z.record(z.string(), count),
  errors: z.array(z.object({ request: z.string(), error: z.string(), message: z.string(), ...deed })),
})

const lastLine = z.looseObject({
  kind: z.literal('end'),
  events: count,
  stop: z.enum(['ended', 'until']),
  endedAtMs: z.int(),
  wallSeconds: z.number(),
  evaluations: count,
  evaluationMs: z.number(),
  awsCalls: z.record(z.string(), count),
  messages: z.object({ published: count, delivered: count }),
  digest: z.string(),
  digestsByHour: z.array(z.string()),
  // Absent in traces of versions that did not account for clients.
  clients: z.array(activitySchema).default([]),
  sealed: z.string(),
})

/** JSON lines: the header with expectation and command, a record a line, and at the end the facts of the run. */
export function traceText({ header, expect, command, records, facts }: SavedTrace): string {
  const first = JSON.stringify({ ...header, expect, command })
  const last = { kind: 'end', events: records.length, ...facts }
  const lines = [
    ...records.map((record) => JSON.stringify(record)),
    JSON.stringify({ ...last, sealed: seal(first, last) }),
  ]
  return `${[first, ...lines].join('\n')}\n`
}

/** Of the first line and the last, which the digest of the events leaves out. */
const seal = (first: string, last: object): string =>
  createHash('sha256')
    .update(`${first}\n${JSON.stringify(last)}`)
    .digest('hex')

/** As much as one string of JavaScript holds. */
const MOST_BYTES = 400 << 20

/** Reads a file that `traceText` filled. @throws DamagedTrace */
export function readTrace(file: string): SavedTrace {
  return parseTrace(textOf(file), file)
}

function textOf(file: string): string {
  try {
    return readBounded(file, MOST_BYTES)
  } catch (error) {
    throw error instanceof InvalidScenario ? new DamagedTrace(error.message) : error
  }
}

/** `file` names the text in messages. Line ends may be those of another system. @throws DamagedTrace */
export function parseTrace(text: string, file: string): SavedTrace {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const fail = (line: number, what: string): never => {
    throw new DamagedTrace(`${file}:${line}: ${what}`)
  }
  const parse = (index: number): unknown => {
    try {
      return JSON.parse(lines[index] as string)
    } catch {
      return fail(index + 1, 'not JSON; the trace is cut off or damaged here')
    }
  }
  const head = lines.length === 0 ? null : parse(0)
  const other = otherVersion(head)
  if (other !== null) return fail(1, other)
  const first = firstLine.safeParse(head)
  if (!first.success) return fail(1, `not the header of a trace (${problemOf(first.error)}); rehearse run writes them`)
  const records = lines.slice(1, -1).map((_, i) => parse(i + 1) as TraceRecord)
  const end = lines.length === 1 ? null : parse(lines.length - 1)
  const last = lastLine.safeParse(end)
  if (!last.success)
    return fail(lines.length, 'the trace ends without its sealed last line: cut off, or of an earlier version')
  const strayed = records.findIndex((record, index) => record?.sequence !== index)
  if (strayed >= 0) return fail(strayed + 2, `expected event ${strayed} here`)
  const { kind, events, sealed, ...facts } = last.data
  if (events !== records.length) return fail(lines.length, `expected ${events} events, found ${records.length}`)
  const digest = createHash('sha256')
  for (const line of lines.slice(1, -1)) digest.update(`${line}\n`)
  if (digest.digest('hex') !== facts.digest) {
    return fail(lines.length, 'digest mismatch: the trace was modified after it was written')
  }
  const { sealed: _, ...unsealed } = end as Readonly<Record<string, unknown>>
  if (seal(lines[0] as string, unsealed) !== sealed) {
    return fail(1, 'the first line or the last was modified after it was written')
  }
  const { expect, command, ...header } = first.data
  return { header: header as TraceHeader, expect: expect as Expectation, command, records, facts: facts as RunFacts }
}

/** What is wrong with a trace of another schema version; null for one of this version, and for what is no trace. */
function otherVersion(head: unknown): string | null {
  const { schemaVersion, scenario } = (head ?? {}) as Readonly<Record<string, unknown>>
  if (typeof schemaVersion !== 'number' || typeof scenario !== 'string' || schemaVersion === SCHEMA_VERSION) return null
  const writer = WRITTEN_BY[schemaVersion] ?? `another version, with trace schema ${schemaVersion}`
  return `the trace was written by ${writer}, and this version cannot read it; run the scenario again`
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'line'}: ${issue.message}`
}
