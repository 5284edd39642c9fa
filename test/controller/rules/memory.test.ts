import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import type { Case } from '../../../controller/case.ts'
import { type MemorySeries, newSeries, withGauge } from '../../../controller/memory-series.ts'
import { judgeMemory } from '../../../controller/rules/memory.ts'
import { HOUR_MS, policyWith, START_MS, sample } from '../fixtures.ts'
import { LINES, oneCase } from './one-case.ts'

interface Plant {
  /** Growth by device, MiB an hour. */
  readonly leak?: (device: number) => number
  /** What the controls grow by as well. */
  readonly common?: number
  readonly hours: number
  readonly seed?: number
  readonly sigmaMiB?: number
  /** Of noise from one look to the next. */
  readonly correlation?: number
  readonly baseMiB?: number
  readonly limitMiB?: number
}

/** Looks every five minutes at gauges that scatter by 15 MiB. [detection D: sigma 15 MB] */
function series(plant: Plant): Readonly<Record<string, MemorySeries>> {
  const { leak, common = 0, hours, seed = 1, sigmaMiB = 15, correlation = 0, baseMiB = 150, limitMiB = 512 } = plant
  const chance = seedrandom.alea(`memory/${seed}`)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
  const members: Record<string, MemorySeries> = {}
  for (let device = 0; device < LINES; device++) {
    let known = newSeries(baseMiB)
    let noise = normal()
    for (let atMs = START_MS; atMs <= START_MS + hours * HOUR_MS; atMs += 5 * 60_000) {
      noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * normal()
      const grownMiB = ((leak?.(device) ?? 0) * (atMs - START_MS)) / HOUR_MS
      const commonMiB = baseMiB + (common * (atMs - START_MS)) / HOUR_MS
      const memoryMiB = Math.max(commonMiB + grownMiB + sigmaMiB * noise, 1)
      const gauges = { cpuPct: 30, memoryMiB, memoryLimitMiB: limitMiB, uptimeS: 60, connected: true }
      known = withGauge(known, sample({ gauges }), atMs, commonMiB)
    }
    members[`line-${device + 1}-0`] = known
  }
  return members
}

const judged = (plant: Plant, over: Partial<Case> = {}) => {
  const one = oneCase()
  return judgeMemory({ ...one, ...over, evidence: { ...one.evidence, memory: series(plant) } })
}

describe('a leak of the whole stage', () => {
  it('is a breach within three hours where memory is used up in a day, long before it is', () => {
    const finding = judged({ leak: () => 26, hours: 3 })
    expect(finding).toMatchObject({ outcome: 'breach', metric: 'hoursToExhaustion', n: LINES })
    expect(finding.statistic?.name).toBe('sign')
    expect(finding.observed).toBeGreaterThan(9)
    expect(finding.observed).toBeLessThan(18)
  })

  it('of 20 MiB/h is found inside four hours in nearly every plant', () => {
    const found = Array.from({ length: 40 }, (_, seed) => judged({ leak: () => 20, hours: 4, seed }).outcome)
    expect(found.filter((outcome) => outcome === 'breach').length).toBeGreaterThanOrEqual(38)
  })

  it('that lasts for days but not for two weeks holds the gate and rolls nothing back', () => {
    expect(judged({ leak: () => 2.5, hours: 24 })).toMatchObject({ outcome: 'inconclusive', code: 'gate' })
  })

  it('that lasts for longer than two weeks is reported', () => {
    const finding = judged({ leak: () => 0.8, hours: 24, sigmaMiB: 2 })
    expect(finding).toMatchObject({ outcome: 'healthy' })
    expect(finding.observed).toBeGreaterThan(336)
  })

  it('is none where the controls grow as well', () => {
    expect(judged({ common: 10, hours: 12 }).outcome).toBe('healthy')
  })

  it('is found after twelve hours without one', () => {
    const leakLater: Plant = { leak: () => 30, hours: 4 }
    const flat = series({ hours: 12 })
    const late = series(leakLater)
    const joined = Object.fromEntries(
      Object.entries(flat).map(([thing, known]) => {
        const minima = [...known.minima, ...(late[thing]?.minima ?? [])]
        const s = minima.reduce((sum, v, i) => sum + minima.slice(0, i).reduce((a, w) => a + Math.sign(v - w), 0), 0)
        return [thing, { ...known, minima, s, levelMiB: late[thing]?.levelMiB ?? null }]
      }),
    )
    const one = oneCase()
    expect(judgeMemory({ ...one, evidence: { ...one.evidence, memory: joined } }).outcome).not.toBe('healthy')
  })
})

it('finds the one device that leaks', () => {
  const finding = judged({ leak: (device) => (device === 4 ? 26 : 0), hours: 8 })
  expect(finding).toMatchObject({ outcome: 'breach', thing: 'line-5-0', line: 5 })
  expect(finding.statistic?.name).toBe('mann-kendall')
})

it('says nothing of healthy plants, whatever their noise depends on', () => {
  for (const correlation of [0, 0.6, 0.9]) {
    for (let seed = 1; seed <= 60; seed++) {
      for (const hours of [2, 3, 5, 24]) {
        expect(judged({ hours, seed, correlation }).outcome).toBe('healthy')
      }
    }
  }
})

describe('the floor', () => {
  it('sends a device back that may soon not be able to, trend or not', () => {
    const memory = series({ hours: 2, baseMiB: 420, sigmaMiB: 5 })
    const before = Object.fromEntries(Object.entries(memory).map(([thing, one]) => [thing, { ...one, beforeMiB: 150 }]))
    const one = oneCase()
    const finding = judgeMemory({ ...one, evidence: { ...one.evidence, memory: before } })
    expect(finding).toMatchObject({ outcome: 'breach', metric: 'freeMemoryPct', limit: 25 })
  })

  it('blames no release for what was so before it', () => {
    expect(judged({ hours: 2, baseMiB: 420, sigmaMiB: 5 }).outcome).toBe('healthy')
  })
})

it('decides by the policy’s hours', () => {
  const memory = { rollbackWithinMs: 2 * HOUR_MS, gateWithinMs: 3 * HOUR_MS, freeFloorPct: 5 }
  expect(judged({ leak: () => 26, hours: 3 }, { policy: policyWith({ memory }) }).outcome).toBe('healthy')
})

describe('the series', () => {
  it('begins anew with another process, and when there are no controls any more', () => {
    const gauge = (bootId: string) =>
      sample({ bootId, gauges: { cpuPct: 1, memoryMiB: 200, memoryLimitMiB: 512, uptimeS: 1, connected: true } })
    let known = newSeries(150)
    let atMs = START_MS
    const look = (bootId: string, commonMiB: number | null, hours: number): void => {
      for (const untilMs = atMs + hours * HOUR_MS; atMs < untilMs; atMs += 5 * 60_000) {
        known = withGauge(known, gauge(bootId), atMs, commonMiB)
      }
    }
    look('a', 150, 3)
    expect(known.minima.length).toBeGreaterThanOrEqual(4)
    expect(known.minima[0]).toBe(50)
    look('b', 150, 1)
    expect(known.minima.length).toBeLessThan(2)
    look('b', null, 2)
    expect(known.minima.every((minimum) => minimum === 200)).toBe(true)
  })

  it('keeps a day', () => {
    expect(series({ hours: 60 })['line-1-0']?.minima.length).toBe(48)
  })
})
