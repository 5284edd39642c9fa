import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseScenario } from '../../../scenarios/files/load.ts'
import { readTelemetry, type TelemetrySource } from '../../../scenarios/files/telemetry.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'

const FLEET = { lines: 17, things: ['line-03-11', 'line-03-12'] }
const HEAD = 'offsetS,device,metric,value\n'

const read = (text: string, source: Partial<TelemetrySource> = {}, file = 'x.csv') =>
  readTelemetry(text, file, { file, loop: false, ...source }, FLEET)

function tracks(...of: Parameters<typeof read>) {
  const loaded = read(...of)
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
  return loaded.tracks
}

describe('a recording', () => {
  it('is read from CSV: a gauge applies until the next, and those of a minute are averaged', () => {
    const text = `# made up\r\n${HEAD}60,line-03-12,cpuPct,10\r\n\n90,line-03-12,cpuPct,20\n240,line-03-12,cpuPct,5\n0,line-03-12,memoryMiB,1\n`
    expect(tracks(text)).toEqual([
      { file: 'x.csv', in: { device: 'line-03-12' }, metric: 'cpuPct', loop: false, perMinute: [null, 15, 15, 15, 5] },
      { file: 'x.csv', in: { device: 'line-03-12' }, metric: 'memoryMiB', loop: false, perMinute: [1, 1, 1, 1, 1] },
    ])
  })

  it('is read from CSV as other programs write it: quoted, or with semicolons or tabs', () => {
    const plain = tracks(`${HEAD}60,line-03-12,cpuPct,10\n`)
    expect(tracks('"offsetS","device","metric","value"\n"60","line-03-12", "cpuPct" ,10\n')).toEqual(plain)
    expect(tracks('offsetS;device;metric;value\n60;line-03-12;cpuPct;10\n')).toEqual(plain)
    expect(tracks('offsetS\tdevice\tmetric\tvalue\n60\tline-03-12\tcpuPct\t10\n')).toEqual(plain)
  })

  it.each(['errors', 'cycles', 'connectionFailures'])(
    'of %s counts them in their minute, and none in a gap',
    (metric) => {
      const text = `${HEAD}60,line-03-12,${metric},1\n90,line-03-12,${metric},0.5\n300,line-03-12,${metric},1\n`
      for (const loop of [false, true]) expect(tracks(text, { loop })[0]?.perMinute).toEqual([0, 1.5, 0, 0, 0, 1])
    },
  )

  it('begins in a loop with its last values', () => {
    const text = `${HEAD}60,line-03-12,cpuPct,10\n120,line-03-12,cpuPct,20\n`
    expect(tracks(text, { loop: true })[0]?.perMinute).toEqual([20, 10, 20])
  })

  it('is the same in JSONL, also for a line', () => {
    const rows = [
      { offsetS: 0, line: 3, metric: 'cycles', value: 1.5 },
      { offsetS: 60.5, line: 3, metric: 'cycles', value: 2 },
    ]
    const json = rows.map((row) => JSON.stringify(row)).join('\n')
    const csv = `offsetS,line,metric,value\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`
    const [fromJson, fromCsv] = [tracks(json, { file: 'x' }, 'x.jsonl'), tracks(csv, { file: 'x' })]
    expect(fromJson).toEqual(fromCsv)
    expect(fromJson).toMatchObject([{ in: { line: 3 }, perMinute: [1.5, 2] }])
  })

  it('may be of a device that this plant does not have, if the scenario names its target', () => {
    const text = `${HEAD}0,press-7,cpuPct,10\n`
    expect(tracks(text, { in: { line: 3 } })).toMatchObject([{ in: { line: 3 }, perMinute: [10] }])
    expect(read(`${text}0,press-8,cpuPct,10\n`, { in: { line: 3 } })).toEqual({
      problems: ['x.csv: records 2 devices or lines; with "in" it must record one'],
    })
  })
})

describe('malformed rows', () => {
  it.each([
    ['x,line-03-12,cpuPct,1', 'offsetS "x" is not a number of seconds from 0'],
    ['-1,line-03-12,cpuPct,1', 'offsetS "-1" is not a number of seconds from 0'],
    [
      '1772456400,line-03-12,cpuPct,1',
      'offsetS "1772456400" is more than a year; it counts from the start of the rollout',
    ],
    [
      '0,line-3-12,cpuPct,1',
      'device line-3-12 does not exist; did you mean "line-03-12"?; set "in" to replay it on other devices',
    ],
    ['0,,cpuPct,1', 'must have exactly one of device and line'],
    ['0,line-03-12,cpu,1', /^metric "cpu" cannot be recorded; one of cycles, .*; did you mean "cpuPct"\?$/],
    ['0,line-03-12,cpuPct,abc', 'value "abc" is not a number'],
    ['0,line-03-12,cpuPct,', 'value (none) is not a number'],
    ['0,line-03-12,memoryMiB,513', 'memoryMiB "513" must be from 0 to 512'],
    ['0,line-03-12,cpuPct', 'has 3 fields, and the first line names 4'],
    ['0,"line-03-12,cpuPct,1', 'has a quote that does not end on its line'],
    ['0,"line-03-12"x,cpuPct,1', 'has text after a quote; a quoted field ends with its quote'],
  ])('%s is reported with its line', (row, problem) => {
    const loaded = read(`# a comment\n${HEAD}0,line-03-12,cpuPct,1\n${row}\n`)
    const message = 'problems' in loaded ? (loaded.problems[0] as string) : ''
    expect(message.slice(0, 9)).toBe('x.csv:4: ')
    if (typeof problem === 'string') expect(message.slice(9)).toBe(problem)
    else expect(message.slice(9)).toMatch(problem)
  })

  it.each([
    ['{"offsetS":0,"lin":3}', 'x.jsonl:1: unknown key "lin"; did you mean "line"?'],
    ['[1]', 'x.jsonl:1: is not a JSON object'],
    ['no', 'x.jsonl:1: is not JSON'],
    ['{"offsetS":0,"line":18,"metric":"errors","value":1}', 'x.jsonl:1: line 18 does not exist; the fleet has 1 to 17'],
    ['{"offsetS":0,"line":1.5,"metric":"errors","value":1}', 'x.jsonl:1: line 1.5 is not a whole number'],
  ])('%s of JSONL as well', (row, problem) => {
    expect(read(row, {}, 'x.jsonl')).toEqual({ problems: [problem] })
  })

  it.each([
    ['time,device,metric,value\n', 'x.csv:1: unknown column "time"; did you mean "line"?'],
    ['offsetS,device,value\n', 'x.csv:1: the column metric is missing'],
    ['offsetS,metric,value\n', 'x.csv:1: a column device or line is missing'],
    ['# nothing\n', 'x.csv: has no rows'],
  ])('a file that begins with %j is told once', (text, problem) => {
    expect(read(text)).toEqual({ problems: [problem] })
  })

  it('are all reported, up to twenty', () => {
    const loaded = read(`${HEAD}${'0,line-03-12,cpuPct,x\n'.repeat(25)}`) as { problems: string[] }
    expect(loaded.problems).toHaveLength(21)
    expect(loaded.problems.slice(-2)).toEqual(['x.csv:21: value "x" is not a number', 'x.csv: and 5 more rows'])
  })
})

describe('a scenario with a recording', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const scenario = (entry: string): string => `story: A test.
release: { version: 2.0.0, replaces: 1.0.0, data: { writes: 7, reads: [7] }, shadow: { writes: "2.0", reads: ["1.0"] } }
start: 2026-03-02T14:00[Europe/Berlin]
telemetry:
  - ${entry}
`
  const parse = (entry: string) => parseScenario(scenario(entry), join(folder, 's.yaml'))

  it('finds it by a relative path and holds its rows', () => {
    writeFileSync(join(folder, 'r.csv'), `${HEAD}0,x,cpuPct,12\n`)
    expect(parse('{ file: r.csv, in: { device: line-03-12 } }').recorded).toEqual([
      { file: 'r.csv', in: { device: 'line-03-12' }, metric: 'cpuPct', loop: false, perMinute: [12] },
    ])
  })

  it.each([
    ['{ file: s.csv }', /s\.yaml:5:7: .*s\.csv: cannot be read \(ENOENT\); did you mean "r\.csv"\?$/],
    ['{ file: r.xls }', /s\.yaml:5:7: telemetry\.0\.file: "r\.xls" is neither a \.csv nor a \.jsonl file$/],
    ['{ file: r.csv, in: { line: 18 } }', /s\.yaml:5:\d+: line 18 does not exist; the fleet has 1 to 17$/],
    ['{ file: r.csv, in: { firmware: "2" } }', /telemetry\.0\.in: a recording has no firmware/],
    ['{ file: r.csv }', /r\.csv:2: device x does not exist/],
  ])('reports why it cannot be replayed: %s', (entry, problem) => {
    writeFileSync(join(folder, 'r.csv'), `${HEAD}0,x,cpuPct,12\n`)
    expect(() => parse(entry)).toThrow(problem)
  })
})

it('the shipped recording is two hours of whole minutes on line 3', () => {
  const { recorded = [] } = findScenario('recorded-line')
  expect(recorded.map(({ metric }) => metric).sort()).toEqual([
    'cpuPct',
    'cycleTimeMs',
    'cycles',
    'errors',
    'memoryMiB',
  ])
  for (const { perMinute, in: where } of recorded) expect([perMinute.length, where]).toEqual([120, { line: 3 }])
})
