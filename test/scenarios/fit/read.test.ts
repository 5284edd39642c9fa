import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Mapping, type Metric, mappingOf } from '../../../scenarios/fit/columns.ts'
import { countRules } from '../../../scenarios/fit/counters.ts'
import { type Recorded, readRecordings } from '../../../scenarios/fit/read.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'
import { numbered } from './recordings.ts'

const read = (
  text: string,
  options: { file?: string; zone?: string; columns?: string[]; startMs?: number } = {},
): Recorded => {
  const { file = 'x.csv', zone = null, columns = [], startMs = null } = options
  const mappings = columns.map((one) => mappingOf(one) as Mapping)
  return readRecordings([{ file, lines: numbered(text.trim().split('\n')) }], { zone, startMs, mappings })
}

const T = 1_772_431_200
const values = ({ devices }: Recorded, metric: Metric): readonly number[] => devices[0]?.tracks[metric]?.values ?? []

describe('a recording', () => {
  it('has its columns by name, with their units, in any spelling', () => {
    const recorded = read(
      `timestamp,Thing,line,Cycles,cycle_time_s,memory-bytes,color\n${T},press 1,A,2,30.5,1048576,red`,
    )
    expect(recorded.problems).toEqual([])
    expect(recorded.unused).toEqual(['color'])
    expect(recorded.devices).toEqual([
      {
        device: 'press 1',
        line: 'A',
        tracks: {
          cycles: { atMs: [T * 1000], values: [2] },
          cycleTimeMs: { atMs: [T * 1000], values: [30_500] },
          memoryMiB: { atMs: [T * 1000], values: [1] },
        },
      },
    ])
  })

  it('has columns of other names by --column, in semicolons and with decimal commas', () => {
    const text = `Zeit;Maschine;Takt\n2026-03-02T06:00;P1;30,5`
    const recorded = read(text, { zone: 'Europe/Berlin', columns: ['time=Zeit', 'device=Maschine', 'cycleTimeS=Takt'] })
    expect(recorded.problems).toEqual([])
    expect(values(recorded, 'cycleTimeMs')).toEqual([30_500])
  })

  it('may be of health documents, one a line', () => {
    const text = readFileSync(`${packageRoot()}/fixtures/health-v2.json`, 'utf8')
    const document = JSON.parse(text) as { readonly counters: { readonly cycles: number } }
    const recorded = read(JSON.stringify({ device: 'd', state: { reported: document } }), { file: 'x.jsonl' })
    expect(recorded.problems).toEqual([])
    expect(values(recorded, 'cycles')).toEqual([document.counters.cycles])
    expect(recorded.unused).toEqual(expect.arrayContaining(['metrics.counters.scrapped', 'metrics.gauges.torqueNm']))
  })

  it("may have metrics of the plant's own, whose names are columns only where --column says so", () => {
    const gauge = (value: number) => ({ value, count: 9, sum: 400, sumOfSquares: 18_000 })
    const row = {
      time: T,
      device: 'd',
      counters: { cycles: 2 },
      gauges: { cpuPct: 30 },
      metrics: { counters: { takt: 7, device: 8 }, gauges: { cpu: gauge(40), value: gauge(41), sum: gauge(42) } },
    }
    const alone = read(JSON.stringify(row), { file: 'x.jsonl' })
    expect(alone).toMatchObject({ problems: [], isLong: false, devices: [{ device: 'd' }] })
    expect([values(alone, 'cpuPct'), values(alone, 'cycles'), values(alone, 'errors')]).toEqual([[30], [2], []])
    const columns = ['cpuPct=metrics.gauges.cpu', 'errors=metrics.counters.takt']
    const mapped = read(JSON.stringify(row), { file: 'x.jsonl', columns })
    expect([values(mapped, 'cpuPct'), values(mapped, 'errors')]).toEqual([[40], [7]])
  })

  it('may have an object of metrics that is no health document', () => {
    const recorded = read(JSON.stringify({ time: T, device: 'd', metrics: { cycles: 3 } }), { file: 'x.jsonl' })
    expect(values(recorded, 'cycles')).toEqual([3])
  })

  it('may have a row a metric, with offsets from a start', () => {
    const lines = readFileSync(`${packageRoot()}/fixtures/recordings/press.csv`, 'utf8')
    const recorded = read(lines.replace(/^#.*\n/gm, ''), { startMs: T * 1000 })
    expect(recorded).toMatchObject({ problems: [], isLong: true })
    expect(recorded.devices.map(({ device }) => device)).toEqual(['press-07'])
  })

  it('of several files is one, in the order of time, and messages that came twice count once', () => {
    const head = 'time,device,cycles'
    const one = { file: 'a.csv', lines: numbered([head, `${T + 60},d,2`, `${T + 120},d,3`, `${T + 120},d,3`]) }
    const other = { file: 'b.csv', lines: numbered([head, `${T},d,1`]) }
    const recorded = readRecordings([one, other], { zone: null, startMs: null, mappings: [] })
    expect(values(recorded, 'cycles')).toEqual([1, 2, 3])
  })
})

describe('a bad row is one line', () => {
  const HEAD = 'time,device,line,cycles,memoryMiB'
  it.each([
    [`${HEAD}\n${T},d,1,x,1`, 'x.csv:2: cycles "x" is not a number'],
    [`${HEAD}\n${T},d,1,-3,1`, 'x.csv:2: cycles "-3" is negative'],
    [`${HEAD}\n${T},,1,3,1`, 'x.csv:2: the device is missing'],
    [`${HEAD}\n,d,1,3,1`, 'x.csv:2: the time is missing'],
    [`${HEAD}\n${T},d,1,3`, 'x.csv:2: has 4 fields, and the first line names 5'],
    [`${HEAD}\n${T},d,1,3,1\n${T + 60},d,2,3,1`, 'x.csv:3: device d is on line 2 here, and on line 1 before'],
    [
      'when,device,cycles\n1,d,1',
      'x.csv:1: has no column of times; say which of "when", "device", "cycles" it is, such as --column time=when',
    ],
    ['time,cycles\n1,1', /^x.csv:1: has no column of devices/],
    ['time,device\n1,d', /^x.csv:1: has no metric; one of cycles, /],
    [
      'time,timestamp,device,cycles\n1,1,d,1',
      'x.csv:1: columns "time" and "timestamp" are both time; say which with --column',
    ],
    [
      `time,device,metric,value\n${T},d,memoryMib2,1`,
      /^x.csv:2: metric "memoryMib2" is not one of .*did you mean "memoryMiB"\?$/,
    ],
    [
      'offsetS,device,metric,value\n0,d,cycles,1',
      'x.csv:2: has offsets in seconds; set --start to the instant that they count from',
    ],
  ])('%s', (text, problem) => {
    const [found] = read(text).problems
    if (typeof problem === 'string') expect(found).toBe(problem)
    else expect(found).toMatch(problem)
  })

  it('is also one of a mapping that is wrong', () => {
    expect(mappingOf('cyclez=x')).toMatch(/^"cyclez" is no name of a column; did you mean "cycles"\?$/)
    const mapped = read(`time,device,Takte\n${T},d,1`, { columns: ['cycles=Takt'] })
    expect(mapped.problems).toEqual(['x.csv:1: has no column "Takt"; did you mean "Takte"?'])
  })
})

describe('counts', () => {
  const of = (...counts: readonly number[]): Recorded =>
    read(`time,device,cycles\n${counts.map((count, i) => `${T + 60 * i},d,${count}`).join('\n')}`)
  const kindOf = (recorded: Recorded, said: ReadonlyMap<Metric, 'cumulative' | 'per sample'> = new Map()) =>
    countRules(recorded.devices, said)

  it('that fall at resets alone are totals', () => {
    const rules = kindOf(of(...Array.from({ length: 40 }, (_, i) => (i < 25 ? 2 * i : 2 * (i - 25)))))
    expect(rules).toEqual(new Map([['cycles', { kind: 'cumulative', because: 'values', rises: 38, falls: 1 }]]))
  })

  it('that fall as often as they rise are of single samples', () => {
    const rules = kindOf(of(2, 1, 2, 2, 1, 2, 1, 2, 1, 1))
    expect(rules).toMatchObject(new Map([['cycles', { kind: 'per sample', because: 'values', rises: 3, falls: 4 }]]))
  })

  it('of which neither can be said must be told', () => {
    expect(kindOf(of(2, 2, 3))).toEqual({ undecided: [{ metric: 'cycles', rises: 1, falls: 0 }] })
    const said = kindOf(of(2, 2, 3), new Map([['cycles', 'cumulative']]))
    expect(said).toMatchObject(new Map([['cycles', { kind: 'cumulative', because: 'said' }]]))
  })

  it('that change too seldom to say are as the others are', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${T + 60 * i},d,${2 * i},${i < 12 ? 0 : 1}`)
    const rules = kindOf(read(`time,device,cycles,errors\n${rows.join('\n')}`))
    expect('undecided' in rules ? null : rules.get('errors')).toMatchObject({
      kind: 'cumulative',
      because: 'other counts',
    })
  })
})
