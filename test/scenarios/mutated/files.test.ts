import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import seedrandom from 'seedrandom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareCommand } from '../../../scenarios/cli/commands/compare.ts'
import { fuzzCommand } from '../../../scenarios/cli/commands/fuzz.ts'
import { runCommand } from '../../../scenarios/cli/commands/run.ts'
import { validate } from '../../../scenarios/cli/validate.ts'
import { readTelemetry } from '../../../scenarios/files/telemetry.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { DamagedTrace, parseTrace, traceText } from '../../../scenarios/outcome/saved-trace.ts'
import { savedTrace } from './a-trace.ts'
import { mutated, NASTY_VALUES } from './mutate.ts'

const LIBRARY = 'scenarios/library'
const FIXTURES = 'fixtures'
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mutated-'))
  mkdirSync(join(folder, 'x'))
})
afterAll(() => rmSync(folder, { recursive: true }))

type AnyCommand = Pick<Command, 'exitOverride' | 'configureOutput' | 'parse' | 'opts'>
const NOWHERE = { write: () => true }

/** Files of this ending in a folder of the project, by their path. */
const textsIn = (where: string, ending: string): readonly string[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => readFileSync(join(where, name), 'utf8'))

/** What happened to each of many mutants: how many were taken, and how many were refused. */
function play(
  count: number,
  texts: readonly string[],
  isTaken: (text: string) => boolean,
): { taken: number; refused: number } {
  const chance = seedrandom.alea('mutated files')
  const counts = { taken: 0, refused: 0 }
  for (let i = 0; i < count; i++) {
    const text = mutated(texts[i % texts.length] as string, chance)
    try {
      counts[isTaken(text) ? 'taken' : 'refused'] += 1
    } catch (error) {
      throw new Error(`mutant ${i} of ${texts.length} texts:\n${text}`, { cause: error })
    }
  }
  return counts
}

describe('files that were changed at random', () => {
  it('are played, or refused with exit code 64: scenarios, fleets, policies, noise', () => {
    const texts = [...textsIn(LIBRARY, '.yaml'), ...textsIn(FIXTURES, '.yaml'), ...NOISE]
    const file = join(folder, 'x', 'mutant.yaml')
    const { taken, refused } = play(1_100, texts, (text) => {
      writeFileSync(file, text)
      const exitCode = validate([file], { stdout: NOWHERE, stderr: NOWHERE })
      expect([0, 64]).toContain(exitCode)
      return exitCode === 0
    })
    expect(taken).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(100)
  })

  it('are read, or refused with a line: recordings', () => {
    const rows = [
      'offsetS,device,metric,value',
      '0,line-01-01,cycleTimeS,30',
      '60,line-01-01,errors,1',
      '120,line-02-01,memoryMiB,312.5',
    ]
    const json = [
      '{"offsetS":0,"line":1,"metric":"cpuPct","value":12}',
      '{"offsetS":60,"device":"line-01-01","metric":"cycles","value":2}',
    ]
    const fleet = { lines: 2, things: ['line-01-01', 'line-02-01'] }
    for (const [ending, lines] of [
      ['csv', rows],
      ['jsonl', json],
    ] as const) {
      const file = `recording.${ending}`
      play(250, [lines.join('\n')], (text) => !('problems' in readTelemetry(text, file, { file, loop: true }, fleet)))
    }
  })

  it('are reported on, or refused with a line: saved traces', async () => {
    const whole = traceText(await savedTrace())
    const unchanged = parseTrace(whole.replaceAll('\n', '\r\n'), 'trace.jsonl')
    expect(conclude(unchanged, unchanged).outcome).toBe('rolled-back')
    const { refused } = play(400, [whole], (text) => {
      try {
        const saved = parseTrace(text, 'trace.jsonl')
        conclude(saved, saved)
        return true
      } catch (error) {
        if (error instanceof DamagedTrace) return false
        throw error
      }
    })
    expect(refused).toBeGreaterThan(300)
  })

  it('are options, or bad usage: flags', () => {
    const flags: readonly (readonly [() => AnyCommand, readonly string[]])[] = [
      [
        runCommand as unknown as () => AnyCommand,
        [
          '--seed',
          '--level',
          '--connections',
          '--devices',
          '--window',
          '--profile',
          '--pace',
          '--until',
          '--mqtt-port',
          '--http-port',
        ],
      ],
      [compareCommand as unknown as () => AnyCommand, ['--windows', '--profiles', '--gates', '--seeds', '--workers']],
      [fuzzCommand as unknown as () => AnyCommand, ['--runs', '--time', '--seed', '--path', '--shard', '--workers']],
    ]
    let refused = 0
    for (const [command, names] of flags) {
      for (const name of names) {
        for (const value of NASTY_VALUES) {
          const one = command()
            .exitOverride()
            .configureOutput({ writeErr: () => undefined })
          try {
            one.parse(['some', `${name}=${value}`], { from: 'user' })
            expect(JSON.stringify(one.opts())).not.toMatch(/null|e\+/)
            for (const read of Object.values(one.opts())) {
              if (typeof read === 'number')
                expect(read, `${name}=${value}`).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
            }
          } catch (error) {
            if (!(error instanceof CommanderError)) throw error
            refused += 1
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(500)
  })
})

const NOISE = [
  'lines: 3\ndevicesPerLine: 5\nnoise: { preset: rough, errorsPerDeviceHour: 2, wander: { spread: 2 %, timeConstant: 1h }, outages: { line: { every: 10d, median: 5min, spread: 0.5 } } }\n',
  'lines: [{ name: A, devices: 6, cycleTime: 20s }, { devices: 7, noise: quiet }]\nmetrics: { torqueNm: { gauge: 42 Nm, spread: 3 % }, scrap: { counter: 0.5 %, of: unitsProduced } }\n',
]
