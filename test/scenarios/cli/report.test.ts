import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { report } from '../../../scenarios/cli/report.ts'
import { run } from '../../../scenarios/cli/run.ts'
import { why } from '../../../scenarios/cli/why.ts'
import { recordedIo } from './recorded-io.ts'

let out: string
let file: string
let io = recordedIo()
const text = (...path: readonly string[]): string => readFileSync(join(out, ...path), 'utf8')

let summary: string
let exitCode: number
beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'report-'))
  file = join(out, 'run', 'trace.jsonl')
  exitCode = await run(
    'crash-on-start',
    { seed: 2, level: 'model', pace: { kind: 'max' }, devices: 40, out: join(out, 'run') },
    io,
  )
  summary = io.text.stdout
})
beforeEach(() => {
  io = recordedIo()
})
afterAll(() => rmSync(out, { recursive: true, force: true }))

describe('report', () => {
  it('recreates every report from the trace alone, byte for byte, with the exit code of the run', () => {
    expect(report(file, { out: join(out, 'again') }, io)).toBe(exitCode)
    const names = readdirSync(join(out, 'again'))
    expect(names.sort()).toEqual(['junit.xml', 'report.html', 'report.json', 'report.md'])
    for (const name of names) expect(text('again', name)).toBe(text('run', name))
    expect(io.text.stdout.split('\n').slice(0, -2)).toEqual(summary.split('\n').slice(0, -2))
  })

  it('writes the requested files', () => {
    report(file, { md: join(out, 'a.md'), junit: join(out, 'a.xml') }, io)
    expect(text('a.md')).toBe(text('run', 'report.md'))
    expect(text('a.xml')).toBe(text('run', 'junit.xml'))
    expect(text('a.xml')).toContain('rehearse run crash-on-start --seed 2 --level model --devices 40')
    expect(io.text.stdout).toContain(`  ${join(out, 'a.md')}, ${join(out, 'a.xml')}\n`)
  })

  it('prints report.json and nothing else with --json', () => {
    report(file, { json: true, md: join(out, 'b.md') }, io)
    expect(io.text.stdout).toBe(text('run', 'report.json'))
  })

  it('shows one device, or the nearest name of an unknown one', () => {
    const canary = JSON.parse(text('run', 'trace.jsonl').split('\n')[0] as string).stages.canary[0] as string
    expect(report(file, { device: canary }, io)).toBe(0)
    expect(io.text.stdout).toMatch(/deployment received[\s\S]*crashed[\s\S]*rollback received[\s\S]*healthy again/)
    expect(report(file, { device: 'line-01-99' }, io)).toBe(64)
    expect(io.text.stderr).toMatch(/no device "line-01-99" in this trace; did you mean "line-01-\d9"\?/)
  })
})

describe('why', () => {
  it('shows the evidence of the controller at an instant', () => {
    expect(why(file, '+5m', io)).toBe(0)
    expect(io.text.stdout).toContain('CRASH-ON-START, evaluation of ')
    expect(io.text.stdout).toContain('truth')
  })

  it('refuses a time outside the trace, and names its range', () => {
    expect(why(file, '+9d', io)).toBe(64)
    expect(io.text.stderr).toMatch(
      /^rehearse: \S+ \S+ is outside the trace, which covers \S+ \S+ to \S+ \S+ \(Europe\/Berlin\)\n$/,
    )
    expect(why(file, '1999-01-01T00:00', io)).toBe(64)
    expect(() => why(file, 'noon', io)).toThrow('"noon" is not a time')
  })
})
