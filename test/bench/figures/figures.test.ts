import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { falseAlarmFigures } from '../../../bench/figures/false-alarms.ts'
import { families, releaseOn } from '../../../bench/figures/families.ts'
import { noiseFamilies } from '../../../bench/figures/noise-families.ts'
import { noiseFileOf } from '../../../bench/figures/noise-file.ts'
import { powerFigures, powerPlan, smallestFound } from '../../../bench/figures/power.ts'
import { type Result, readResults } from '../../../bench/figures/result.ts'
import { sweep } from '../../../bench/figures/sweep.ts'
import { falseAlarmTable, powerTable, shareText } from '../../../bench/figures/text.ts'
import { exactShareOf } from '../../../reports/numbers/statistics.ts'
import { noiseOf } from '../../../scenarios/files/noise.ts'
import { PRESET_NAMES, PRESETS } from '../../../sim/plant/presets.ts'

const PLANT = { lines: 2, devicesPerLine: 10 }
const FAMILIES = families(PLANT, {})

describe('the families', () => {
  it('write any noise as a plant file has it', () => {
    for (const preset of PRESET_NAMES) expect(noiseOf(noiseFileOf(PRESETS[preset]))).toEqual(PRESETS[preset])
    for (const { name, noise } of noiseFamilies()) expect(noiseOf(noiseFileOf(noise)), name).toEqual(noise)
  })

  it('are every preset, and every setting of them that differs, each under a name of its own', () => {
    const names = FAMILIES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const key of Object.keys(PRESETS.rough)) {
      const isQuiet = JSON.stringify(PRESETS.quiet[key as 'days']) === JSON.stringify(PRESETS.rough[key as 'days'])
      const own = names.filter((name) => name.startsWith(`${key} `))
      expect(
        own.some((name) => name.endsWith('as rough')),
        key,
      ).toBe(!isQuiet)
      expect(
        own.some((name) => name.endsWith('doubled')),
        key,
      ).toBe(key !== 'trendPerDay') // which is 0
    }
  })

  it('have twice the size, or twice as many', () => {
    const noise = (name: string) => noiseFamilies().find((one) => one.name === name)?.noise
    expect(noise('wander doubled')?.wander).toEqual({ ...PRESETS.typical.wander, sigma: 0.03 })
    expect(noise('outages line doubled')?.outages.line?.everyMs).toBe(45 * 86_400_000)
    const { line } = PRESETS.typical.connectionBursts
    expect(noise('connectionBursts line doubled')?.connectionBursts.line).toEqual({ ...line, failureShare: 0.2 })
    expect(noise('errorsPerDeviceHour doubled')).toEqual({ ...PRESETS.typical, errorsPerDeviceHour: 4 })
  })

  it('happen at another time with another seed, and at the same with the same', () => {
    const outage = FAMILIES.find(({ name }) => name === 'the plant offline for 600 min')
    const from = (seed: number) => outage?.scenario(seed).faults[0]
    expect(from(2)).toEqual(from(2))
    expect(new Set([1, 2, 3, 4, 5].map((seed) => JSON.stringify(from(seed)))).size).toBe(5)
  })
})

describe('a sweep', () => {
  const planned = [1, 2].map((seed) => ({
    family: 'short',
    scenario: { ...releaseOn(PRESETS.quiet, PLANT, { window: '4h' }), timeLimit: 3_600_000 },
    seed,
  }))

  it('keeps its results, and goes on after a line that was cut off', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'figures-')), 'kept', 'results.jsonl')
    const first = await sweep(planned, { file, workers: 1 })
    expect(first.map(({ seed, outcome }) => [seed, outcome])).toEqual([
      [1, 'inconclusive'],
      [2, 'inconclusive'],
    ])
    appendFileSync(file, '{"key":"cut o')
    const seen: number[] = []
    const third = { ...planned[0], seed: 3 } as (typeof planned)[0]
    const again = await sweep([...planned, third], { file, workers: 1, onResult: (done) => void seen.push(done) })
    expect(again.slice(0, 2)).toEqual(first)
    expect(seen).toEqual([3])
    expect(readResults(file).size).toBe(3)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).toBe(JSON.stringify(again[2]))
  })
})

const result = (family: string, seed: number, more: Partial<Result>): Result => ({
  key: `${family}${seed}`,
  family,
  seed,
  outcome: 'promoted',
  by: null,
  caughtIn: null,
  falseAlarm: false,
  foundMinutes: null,
  decidedMinutes: null,
  ...more,
})

describe('the figures', () => {
  it('count what became of healthy releases, and the rules that decided', () => {
    const [quiet] = FAMILIES
    const stands = FAMILIES.find(({ name }) => name === 'every machine stands (quiet)')
    if (quiet === undefined || stands === undefined) throw new Error('no such family')
    const figures = falseAlarmFigures(
      [quiet, stands],
      [
        result(quiet.name, 1, {}),
        result(quiet.name, 2, { outcome: 'rolled-back', by: 'cycle-time', caughtIn: 'early', falseAlarm: true }),
        result(quiet.name, 3, { outcome: 'refused', by: 'error-rate' }),
        result(quiet.name, 4, { outcome: 'failed', by: 'a bug' }),
        result(stands.name, 1, { outcome: 'rolled-back', by: 'output', caughtIn: 'canary', foundMinutes: 12 }),
        result(stands.name, 2, { outcome: 'rolled-back', by: 'output', caughtIn: 'canary', foundMinutes: 31 }),
      ],
    )
    const rows = falseAlarmTable(figures)
    expect(rows[2]).toBe(
      '| preset quiet | 1 of 3 = 33.3 % [0.8, 90.6] | 1 of 3 = 33.3 % [0.8, 90.6] | 0 | 1 |  ' +
        '| 1 rolled-back cycle-time early; 1 refused error-rate; 1 could not be run |',
    )
    expect(rows[3]).toContain('| 1 of 2 = 50.0 % [1.3, 98.7] | 2 rolled-back output canary |')
    expect(rows.at(-1)).toContain('| all healthy releases | 1 of 3 = 33.3 %')
  })

  it('have the exact interval', () => {
    expect(shareText(exactShareOf(0, 50))).toBe('0 of 50 = 0.0 % [0.0, 7.1]')
    expect(shareText(exactShareOf(0, 0))).toBe('0 of 0')
  })

  it('say from which size on a fault is found, in canary and in time', () => {
    const plan = powerPlan(['quiet'], [1], PLANT, {})
    const sizes = plan.filter(({ family }) => family.startsWith('power cycle time, all'))
    const results = sizes.map(({ family, seed }, i) =>
      result(family, seed, { caughtIn: 'canary', decidedMinutes: i < 2 ? null : i < 4 ? 500 : 30 }),
    )
    const figures = powerFigures(['quiet'], results).filter(({ fault }) => fault === 'cycle time, all')
    expect(smallestFound(figures, 'within4h', 0.5)).toBe(12)
    expect(smallestFound(figures, 'within24h', 0.95)).toBe(8)
    expect(powerTable(figures)).toContain('| quiet | cycle time, all | 12 % | 12 % | 8 % | 8 % |')
  })
})
