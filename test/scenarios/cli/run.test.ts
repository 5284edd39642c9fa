import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportSchema } from '../../../reports/run/report-schema.ts'
import type { RunOptions } from '../../../scenarios/cli/commands/run.ts'
import { list } from '../../../scenarios/cli/list.ts'
import { run } from '../../../scenarios/cli/run.ts'
import { schema } from '../../../scenarios/cli/schema.ts'
import { validate } from '../../../scenarios/cli/validate.ts'
import { SHIPPED } from '../../../scenarios/library/catalogue.ts'
import { reportError } from '../../../scenarios/support/user-error.ts'
import type { RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import type { TraceEvent } from '../../../sim/kernel/trace-events.ts'

let out: string
let io: ReturnType<typeof makeIo>

function makeIo() {
  const text = { stdout: '', stderr: '' }
  const interrupts: (() => void)[] = []
  return {
    text,
    interrupt: (): void => interrupts.forEach((listener) => void listener()),
    listeners: interrupts,
    stdout: { write: (more: string) => Object.assign(text, { stdout: text.stdout + more }) },
    stderr: { write: (more: string) => Object.assign(text, { stderr: text.stderr + more }) },
    once: (_: string, listener: () => void) => void interrupts.push(listener),
    off: (_: string, listener: () => void) => void interrupts.splice(interrupts.indexOf(listener), 1),
  }
}

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'rehearse-test-'))
  io = makeIo()
})
afterEach(() => rmSync(out, { recursive: true, force: true }))

const options = (over: Partial<RunOptions> = {}): RunOptions => ({
  seed: 1,
  level: 'wire',
  pace: { kind: 'max' },
  out: join(out, 'report'),
  ...over,
})

/** A result whose controller ended in this state. */
function result(state: string, more: readonly TraceEvent[] = [], digest = 'a'): RehearsalResult {
  const events: TraceEvent[] = [
    ...more,
    {
      kind: 'evaluated',
      handler: 'analyze',
      stage: 'canary',
      state,
      verdict: 'none',
      decision: 'wait',
      reason: { code: 'NO_ROLLOUT', data: {} },
      findings: [],
    },
  ]
  return {
    header: {
      schemaVersion: 2,
      scenario: 'healthy',
      story: 's',
      seed: 1,
      level: 'wire',
      connections: 'per-device',
      profile: 'default',
      windowHours: 24,
      startedAtMs: 0,
      zone: 'UTC',
      release: { version: '2.4.0', replaces: '2.3.1' },
      stages: { canary: ['a'], early: ['b'], production: ['c'] },
      lines: { a: 1, b: 1, c: 1 },
    },
    records: events.map((event, sequence) => ({ sequence, atMs: sequence, source: 's', ...event })),
    facts: {
      stop: 'ended',
      endedAtMs: 1_000,
      wallSeconds: 1,
      evaluations: 2,
      evaluationMs: 60,
      awsCalls: {},
      messages: { published: 0, delivered: 0 },
      digest: digest.repeat(64),
      clients: [],
      digestsByHour: [digest.repeat(64)],
    },
  }
}

/** A scenario file that expects a halt and nothing else. */
function scenarioFile(outcome = 'halted'): string {
  const file = join(out, 'mine.yaml')
  const release =
    'release: { version: 2.0.0, replaces: 1.0.0, data: { writes: 7, reads: [6, 7, 8] }, ' +
    'shadow: { writes: "2.0", reads: ["1.0", "2.0"] } }'
  writeFileSync(
    file,
    `story: Mine.\n${release}\nstart: 2026-03-02T14:00[Europe/Berlin]\nexpect: { outcome: ${outcome} }\n`,
  )
  return file
}

describe('run', () => {
  it('writes the report and the trace, prints a summary, and exits 0 when the expectation is met', async () => {
    expect(await run(scenarioFile(), options(), io, async () => result('halted'))).toBe(0)
    expect(readdirSync(join(out, 'report')).sort()).toEqual([
      'junit.xml',
      'report.html',
      'report.json',
      'report.md',
      'trace.jsonl',
    ])
    const lines = readFileSync(join(out, 'report', 'trace.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual([undefined, 'evaluated', 'end'])
    expect(io.text.stdout).toContain('HALTED')
    expect(io.text.stdout).toContain('report/report.json, report.html, report.md, junit.xml, trace.jsonl\n')
    expect(io.listeners).toEqual([])
  })

  it('prints report.json and nothing else to stdout with --json', async () => {
    await run(scenarioFile(), options({ json: true }), io, async () => result('halted'))
    expect(reportSchema.parse(JSON.parse(io.text.stdout)).outcome).toBe('halted')
  })

  it.each([
    ['is not met', 'promoted', 'rolled-back', [], 1],
    ['is not met because an operator is needed', 'promoted', 'halted', [], 2],
    ['could not be decided', 'promoted', 'soaking', [], 2],
    [
      'is met but an invariant is violated',
      'halted',
      'halted',
      [{ kind: 'firmware-started', thing: 'a', version: '9', bootId: 'x' }],
      1,
    ],
  ] as const)('exits when the expectation %s', async (_, expected, state, more, exitCode) => {
    expect(await run(scenarioFile(expected), options(), io, async () => result(state, more))).toBe(exitCode)
  })

  it('refuses options of the other level and a fleet of partial lines, and names the nearest scenario', async () => {
    expect(await run('healthy', options({ level: 'model', mqttPort: 1883 }), io)).toBe(64)
    expect(io.text.stderr).toContain('rehearse: --mqtt-port has no effect at model level, which has no sockets')
    await expect(run('healthy', options({ devices: 345 }), io)).rejects.toThrow(
      '345 devices are not a whole number of lines of 20; the nearest is 340',
    )
    await expect(run('helthy', options(), io)).rejects.toThrow('no scenario "helthy"; did you mean "healthy"?')
  })

  it('refuses a window that no evaluation falls into before anything is played', async () => {
    const tooShort = run('healthy', options({ window: 300_000 }), io)
    await expect(tooShort).rejects.toMatchObject({ name: 'InvalidScenario', exitCode: 64 })
    expect(readdirSync(out)).toEqual([])
  })

  it('writes no report when it is interrupted', async () => {
    const playing = run(scenarioFile(), options(), io, async (_, { signal }) => {
      io.interrupt()
      signal?.throwIfAborted()
      return result('halted')
    })
    const error = await playing.catch((caught: unknown) => caught)
    expect(reportError(error, io.stderr, 'rehearse run x')).toBe(130)
    expect(io.text.stderr).toContain('rehearse: interrupted; no report was written\n')
    expect(readdirSync(join(out, 'report'))).toEqual([])
  })

  it('leaves no partial report where it cannot write', async () => {
    writeFileSync(join(out, 'file'), '')
    const error = await run(scenarioFile(), options({ out: join(out, 'file', 'x') }), io, async () =>
      result('halted'),
    ).catch((caught: unknown) => caught)
    expect(reportError(error, io.stderr, 'rehearse run x')).toBe(64)
    expect(io.text.stderr).toMatch(/rehearse: cannot write .*ENOTDIR/)
  })

  it('compares two runs, and shows the first event that differs with its causes', async () => {
    const results = [result('halted'), result('halted')]
    const same = await run(
      scenarioFile(),
      options({ checkDeterminism: true }),
      io,
      async () => results.pop() as RehearsalResult,
    )
    expect([same, io.text.stderr]).toEqual([0, `deterministic: both runs have digest ${'a'.repeat(64)}\n`])
    const other = [result('completed', [], 'b'), result('halted')]
    expect(
      await run(scenarioFile(), options({ checkDeterminism: true }), io, async () => other.pop() as RehearsalResult),
    ).toBe(1)
    expect(io.text.stderr).toContain('NOT the same: first difference in simulated hour 0, event 0')
    expect(io.text.stderr).toContain('"state":"completed"')
  })
})

describe('other commands', () => {
  it('list names every scenario with its story, also as JSON', () => {
    list({}, io)
    expect(io.text.stdout.split('\n')[0]).toMatch(/^healthy +promoted +A good release/)
    io = makeIo()
    list({ json: true }, io)
    expect(JSON.parse(io.text.stdout)).toHaveLength(SHIPPED.length)
  })

  it('validate reports every problem of every file', () => {
    const bad = join(out, 'bad.yaml')
    writeFileSync(bad, 'story: x\n')
    expect(validate([scenarioFile(), bad, join(out, 'none.yaml')], io)).toBe(64)
    expect(io.text.stdout).toMatch(/mine\.yaml: valid scenario\n {2}Mine\.\n/)
    expect(io.text.stderr).toMatch(
      /bad\.yaml:1:1: release: is missing\n.*bad\.yaml:1:1: start: is missing\n.*none\.yaml: cannot be read \(ENOENT\)\n$/,
    )
  })

  it('schema prints the JSON Schema', () => {
    schema('scenario', io)
    expect(JSON.parse(io.text.stdout)).toHaveProperty('properties.release')
  })
})

it('an unexpected error is an internal one, 70, with the command that replays it', () => {
  expect(reportError(new TypeError('x is not a function'), io.stderr, 'rehearse run x')).toBe(70)
  expect(io.text.stderr).toBe(
    'rehearse: internal error: x is not a function (REHEARSE_DEBUG=1 shows where)\nrehearse: replay: rehearse run x\n',
  )
})
