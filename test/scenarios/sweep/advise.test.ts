import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { advise } from '../../../scenarios/cli/advise.ts'
import { DEFAULT_MIX, faultMixSchema, loadMix } from '../../../scenarios/files/fault-mix.ts'
import { policyFor } from '../../../scenarios/files/plan.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { mixedFaults, plannedStarts } from '../../../scenarios/sweep/advise.ts'
import { recordedIo } from '../cli/recorded-io.ts'

const HOUR_MS = 3_600_000

describe('a mix of faults', () => {
  it('is spread over kinds, sizes and onsets as it says', () => {
    const faults = mixedFaults(DEFAULT_MIX, 400)
    const count = (kind: string): number => faults.filter(({ fault }) => fault.kind === kind).length
    for (const { kind } of DEFAULT_MIX) expect(count(kind)).toBeCloseTo(100, -1)
    const leaks = faults.filter(({ fault }) => fault.kind === 'memory-leak')
    const rates = leaks.map(({ fault, sizeText }) => fault.sizeOf(sizeText).size)
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.99)
    expect(Math.max(...rates)).toBeLessThanOrEqual(30)
    // Log-uniform from 1 to 30: half of them are below the root of 30.
    expect(rates.filter((rate) => rate < Math.sqrt(30)).length / rates.length).toBeCloseTo(0.5, 1)
    expect(leaks.filter(({ onsetMs }) => onsetMs > 0).length / leaks.length).toBeCloseTo(0.5, 1)
    for (const { fault, onsetMs } of faults) if (fault.kind === 'crash') expect(onsetMs).toBe(0)
    for (const { fault, sizeText } of faults) expect(fault.at(sizeText, { firmware: '2.4.0' }).kind).toBe(fault.kind)
  })

  it('is read from a file, and refused with what is wrong in it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mix-'))
    const file = join(folder, 'mix.yaml')
    writeFileSync(file, "- kind: error-rise\n  sizes: ['10%', '50%']\n  onset: { share: 100 %, between: [2h, 4h] }\n")
    const [only] = mixedFaults(loadMix(file), 1)
    expect(only?.onsetMs).toBeGreaterThanOrEqual(2 * HOUR_MS)
    expect(only?.onsetMs).toBeLessThanOrEqual(4 * HOUR_MS)
    writeFileSync(file, '- kind: error-rise\n  size: 3\n')
    expect(() => loadMix(file)).toThrow(/mix\.yaml:1:3: 0\.sizes/)
    rmSync(folder, { recursive: true })
  })

  it('prefers what weighs more', () => {
    const mix = faultMixSchema.parse([
      { kind: 'error-rise', weight: 3, sizes: ['5%', '50%'] },
      { kind: 'crash', sizes: ['5d', '1d'] },
    ])
    const faults = mixedFaults(mix, 200)
    expect(faults.filter(({ fault }) => fault.kind === 'error-rise').length / 200).toBeCloseTo(0.75, 1)
  })
})

describe('the calendar', () => {
  it('says what a window of each start sees, and when production is reached', () => {
    const healthy = findScenario('healthy')
    const starts = plannedStarts(policyFor(healthy), healthy.start.atMs, [4 * HOUR_MS, 24 * HOUR_MS])
    const of = (hours: number) => starts.filter(({ windowHours }) => windowHours === hours)
    // Eight hours a day in which canary may start.
    expect(of(4).length).toBe(56)
    // From 14:15 on: the rest of the second shift, and nothing of the first.
    expect(of(4)[0]?.shiftHours).toEqual({ first: 0, second: 4, third: 0 })
    expect(of(24).every(({ shiftHours }) => Object.values(shiftHours).every((hours) => hours === 8))).toBe(true)
    // Thursday 14:00 to Sunday 02:00, and the install: two days and a half.
    expect(of(24)[0]?.leadTimeDays).toBeCloseTo(2.5 + 15 / 1_440, 9)
    expect(of(24).some(({ weekendHours }) => weekendHours === 24)).toBe(true)
    expect(of(24)[0]?.weekendHours).toBe(0)
  })
})

it('advises, in words and as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'advice-'))
  const mix = join(folder, 'mix.yaml')
  writeFileSync(mix, "- kind: error-rise\n  sizes: ['900%', '1000%']\n")
  const io = recordedIo()
  const options = {
    windows: [HOUR_MS, 4 * HOUR_MS],
    seeds: 2,
    mix,
    history: { faulty: 2, of: 23 },
    workers: 1,
    out: folder,
    json: true,
  } as const
  expect(await advise('healthy', options, io)).toBe(0)
  const found = JSON.parse(io.text.stdout)
  expect(found.windows[1]).toMatchObject({ windowHours: 4, escaped: { count: 0, of: 2 } })
  expect(found.runs).toHaveLength(2)
  expect(found.reasons[0]).toMatchObject({ code: 'ADVISE_SEES_NOT_EVERY_SHIFT' })
  expect(found.sentence).toMatch(/^Recommended: 4 h\. /)
  rmSync(folder, { recursive: true })
})
