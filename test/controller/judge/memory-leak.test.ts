import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { NO_PEAKS, peaksAfter, peaksOf } from '../../../controller/evidence/memory-peaks.ts'
import { type MemorySeries, newSeries, usualMemory, withGauge } from '../../../controller/evidence/memory-series.ts'
import { judgeMemory } from '../../../controller/judge/memory-leak.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { mannKendallS } from '../../../controller/statistics/trend.ts'
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
  /** Of noise from one evaluation to the next. */
  readonly correlation?: number
  readonly baseMiB?: number
  readonly limitMiB?: number
}

/** Evaluations every five minutes of gauges that scatter by 15 MiB. [source: plant-noise] */
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

const judged = (plant: Plant, over: Partial<RuleInput> = {}) => {
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
    expect(judged({ leak: () => 2.5, hours: 24 })).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate' })
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

it('finds nothing in healthy plants, whatever their noise depends on', () => {
  for (const correlation of [0, 0.6, 0.9]) {
    for (let seed = 1; seed <= 60; seed++) {
      for (const hours of [2, 3, 5, 24]) {
        expect(judged({ hours, seed, correlation }).outcome).toBe('healthy')
      }
    }
  }
})

/** Half hours in which a device grew by so much each. */
const rising = (halfHours: number, byMiB = 1): readonly number[] =>
  Array.from({ length: halfHours }, (_, i) => i * byMiB)
const FLAT = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

const NOTHING_USUAL = { p95MiB: Number.NEGATIVE_INFINITY, p99MiB: Number.NEGATIVE_INFINITY }

/** A device with 512 MiB, and how many of them are left. */
const known = (minima: readonly number[], leftMiB = 300, over: Partial<MemorySeries> = {}): MemorySeries => ({
  ...newSeries(500),
  usual: NOTHING_USUAL,
  limitMiB: 512,
  levelMiB: 512 - leftMiB,
  minima,
  s: mannKendallS(minima),
  ...over,
})

/** Of the first so many devices of the stage what is known of them. */
const judgedBy = (count: number, seriesOf: (device: number) => MemorySeries, over: Partial<RuleInput> = {}) => {
  const one = oneCase()
  const devices = one.watch.members.slice(0, count)
  const memory = Object.fromEntries(devices.map((thing, i) => [thing, seriesOf(i)]))
  return judgeMemory({ ...one, ...over, evidence: { ...one.evidence, memory } })
}

describe('a process that grows to what healthy ones use', () => {
  /** A stage of young processes beside controls that use from 150 to 230 MiB. */
  const stage = (usedMiB: (hours: number, device: number) => number, hours: number): Record<string, MemorySeries> => {
    const usual = { p95MiB: 226, p99MiB: 229 }
    return Object.fromEntries(
      Array.from({ length: LINES }, (_, device) => {
        let series = newSeries(190)
        for (let atMs = START_MS; atMs <= START_MS + hours * HOUR_MS; atMs += 5 * 60_000) {
          const memoryMiB = usedMiB((atMs - START_MS) / HOUR_MS, device)
          const gauges = { cpuPct: 30, memoryMiB, memoryLimitMiB: 512, uptimeS: 60, connected: true }
          series = withGauge(series, sample({ gauges }), atMs, 190, usual)
        }
        return [`line-${device + 1}-0`, series]
      }),
    )
  }
  const judgedBeside = (usedMiB: (hours: number, device: number) => number, hours: number) => {
    const one = oneCase()
    return judgeMemory({ ...one, evidence: { ...one.evidence, memory: stage(usedMiB, hours) } }).outcome
  }

  it('warms up, or collects its garbage now and then, and leaks nothing', () => {
    for (let hours = 2; hours <= 24; hours += 1) {
      expect(judgedBeside((age) => 150 + 60 * (1 - Math.exp(-age / 4)), hours)).toBe('healthy')
      expect(judgedBeside((age) => 150 + 75 * ((age / 7) % 1), hours)).toBe('healthy')
    }
  })

  it('leaks where it goes on beyond that', () => {
    expect(judgedBeside((age) => 150 + 26 * age, 2.5)).toBe('healthy')
    expect(judgedBeside((age) => 150 + 26 * age, 4)).toBe('breach')
    expect(judgedBeside((age, device) => (device === 4 ? 150 + 26 * age : 150), 8)).toBe('breach')
  })

  it('is compared with what the devices used before where there are no controls', () => {
    const before = (beforeMiB: number) =>
      judgedBy(LINES, () => known(rising(8, 10), 300, { beforeMiB, usual: null })).outcome
    expect([before(250), before(200)]).toEqual(['healthy', 'breach'])
  })
})

describe('the finding of a leak', () => {
  const finding = { rule: 'memory-leak', metric: 'hoursToExhaustion', baseline: null }

  it('of all devices is how fast it is in the middle, and when half of them have nothing left', () => {
    // Device i grows by 2 (i + 1) MiB an hour; at 18, the middle, it has hours enough left for its number.
    const mixed = (device: number): MemorySeries => known(rising(3, device + 1), 18 * (1 + ((device * 5) % LINES)))
    expect(judgedBy(LINES, mixed)).toStrictEqual({
      ...finding,
      outcome: 'breach',
      observed: 9,
      limit: 72,
      n: LINES,
      statistic: { name: 'sign', value: expect.closeTo(17 * Math.LN2, 9), boundary: expect.closeTo(11.6, 2) },
      // Of 17 slopes all must lie on one side: from 2 to 34 MiB/h.
      interval: { low: expect.closeTo(162 / 34, 9), high: expect.closeTo(162 / 2, 9) },
      reason: {
        code: 'MEMORY_GROWTH',
        data: { thing: null, devices: 17, slopeMiBPerHour: 18, hoursToExhaustion: 9, hasControls: true },
      },
    })
  })

  it('of one device has its name and its line', () => {
    expect(judgedBy(LINES, (device) => known(device === 4 ? rising(11) : FLAT))).toStrictEqual({
      ...finding,
      outcome: 'inconclusive',
      observed: 150,
      limit: 336,
      n: 11,
      thing: 'line-5-0',
      line: 5,
      statistic: { name: 'mann-kendall', value: expect.closeTo(17.5, 2), boundary: expect.closeTo(15.53, 2) },
      // A straight line has one slope only.
      interval: { low: expect.closeTo(150, 3), high: expect.closeTo(150, 3) },
      inconclusive: 'gate',
      reason: {
        code: 'MEMORY_GROWTH',
        data: { thing: 'line-5-0', devices: 1, slopeMiBPerHour: 2, hoursToExhaustion: 150, hasControls: true },
      },
    })
  })

  it('is of the device that runs out first, and of a single one if that is before the stage', () => {
    const first = judgedBy(LINES, (device) => known(device < 3 ? rising(11) : FLAT, [40, 20, 30][device]))
    expect(first).toMatchObject({ thing: 'line-2-0', observed: 10 })
    const whole = judgedBy(LINES, (device) => known(rising(11), device === 6 ? 20 : 100))
    expect(whole).toMatchObject({ thing: 'line-7-0', observed: 10 })
    const ofStage = judgedBy(LINES, (device) => (device === 6 ? known(rising(11), 400) : known(rising(3), 100)))
    expect(ofStage).toMatchObject({ n: LINES, observed: 50 })
    expect(ofStage).not.toHaveProperty('thing')
    expect(ofStage).not.toHaveProperty('line')
  })

  it('is nothing where there is none', () => {
    expect(judgedBy(LINES, () => known(FLAT))).toStrictEqual({
      ...finding,
      outcome: 'healthy',
      observed: null,
      limit: 72,
      n: LINES,
      reason: { code: 'NO_MEMORY_TREND', data: { devices: 17, hasControls: true } },
    })
    const { watch } = oneCase({ hasControls: false })
    expect(judgedBy(LINES, () => known(FLAT), { watch }).reason).toEqual({
      code: 'NO_MEMORY_TREND',
      data: { devices: 17, hasControls: false },
    })
    expect(judgedBy(LINES, () => known(rising(3)), { watch }).reason).toEqual({
      code: 'MEMORY_GROWTH',
      data: { thing: null, devices: 17, slopeMiBPerHour: 2, hoursToExhaustion: 150, hasControls: false },
    })
  })
})

describe('whether memory lasts', () => {
  it.each([
    [143, 'breach', 72],
    [144, 'inconclusive', 336],
    [671, 'inconclusive', 336],
    [672, 'healthy', 336],
  ] as const)('is decided by the hours it lasts: with %i MiB left at 2 MiB/h it is %s', (leftMiB, outcome, limit) => {
    const memory = { ...policyWith().memory, freeFloorPct: 10 }
    const seriesOf = () => known(rising(3), leftMiB, { limitMiB: 1024, levelMiB: 1024 - leftMiB })
    const finding = judgedBy(LINES, seriesOf, { policy: policyWith({ memory }) })
    expect(finding).toMatchObject({ outcome, limit, observed: leftMiB / 2 })
    expect(finding.inconclusive).toBe(outcome === 'inconclusive' ? 'gate' : undefined)
  })

  it('is no question where more is used than there should be', () => {
    expect(judgedBy(LINES, () => known(rising(3), -10))).toMatchObject({ outcome: 'breach', observed: 0 })
  })
})

describe('a trend', () => {
  it('of the stage must be on nearly all of seventeen devices or more', () => {
    expect(judgedBy(17, () => known(rising(3))).observed).toBe(150)
    expect(judgedBy(16, () => known(rising(3))).observed).toBeNull()
    expect(judgedBy(LINES, (device) => known(device === 0 ? FLAT : rising(3))).observed).toBeNull()
  })

  it('of the stage takes three half hours', () => {
    expect(judgedBy(LINES, () => known(rising(2)))).toMatchObject({ observed: null, n: 0 })
    expect(judgedBy(LINES, () => known(rising(3)))).toMatchObject({ observed: 150, n: LINES })
  })

  it('of one device takes the longer the more devices there are', () => {
    const one = (devices: number, halfHours: number) =>
      judgedBy(devices, (device) => known(device === 0 ? rising(halfHours) : FLAT)).observed
    expect([one(1, 8), one(1, 9)]).toStrictEqual([null, 150])
    expect([one(LINES, 10), one(LINES, 11)]).toStrictEqual([null, 150])
  })

  it('that does not grow in the middle is none', () => {
    expect(judgedBy(LINES, () => known([0, 0, 0, 0, 1])).reason).toEqual({
      code: 'NO_MEMORY_TREND',
      data: { devices: 17, hasControls: true },
    })
  })

  it('is tested on devices with samples', () => {
    expect(judgedBy(5, () => known(FLAT))).toMatchObject({ outcome: 'healthy', n: 5 })
    expect(judgedBy(0, () => known(FLAT)).reason).toEqual({
      code: 'NO_MEMORY_TREND',
      data: { devices: 0, hasControls: true },
    })
  })
})

describe('the floor', () => {
  // Of 512 MiB 384 may be used, or a quarter is not free.
  const starved = (levelMiB: number | null, beforeMiB: number | null, limitMiB = 512) =>
    judgedBy(LINES, (device) =>
      known(device === 2 ? [1] : FLAT, 0, {
        levelMiB: 100,
        beforeMiB: 100,
        ...(device === 2 && { levelMiB, beforeMiB, limitMiB }),
      }),
    )

  it('rolls a device back that may soon not be able to, trend or not', () => {
    expect(starved(400, 150)).toStrictEqual({
      rule: 'memory-leak',
      metric: 'freeMemoryPct',
      outcome: 'breach',
      observed: 21.875,
      baseline: null,
      limit: 25,
      n: 1,
      thing: 'line-3-0',
      line: 3,
      reason: { code: 'MEMORY_ALMOST_EXHAUSTED', data: { thing: 'line-3-0', freePct: 21.875, neededPct: 25 } },
    })
  })

  it('is a quarter of the memory', () => {
    expect(starved(384, 150).outcome).toBe('healthy')
    expect(starved(384.1, 150).outcome).toBe('breach')
  })

  it('blames no release for what was so before it', () => {
    expect(starved(400, 384).outcome).toBe('breach')
    expect(starved(400, 384.1).outcome).toBe('healthy')
    expect(starved(400, null).outcome).toBe('breach')
    expect(judged({ hours: 2, baseMiB: 420, sigmaMiB: 5 }).outcome).toBe('healthy')
  })

  it('is not known of a device that was not observed for half an hour, or does not report its limit', () => {
    expect(starved(null, 150).outcome).toBe('healthy')
    expect(starved(400, null, 0).outcome).toBe('healthy')
  })
})

it('decides by the policy’s hours', () => {
  const memory = { rollbackWithinMs: 2 * HOUR_MS, gateWithinMs: 3 * HOUR_MS, freeFloorPct: 5 }
  expect(judged({ leak: () => 26, hours: 3 }, { policy: policyWith({ memory }) }).outcome).toBe('healthy')
})

describe('a process that rises until its garbage is collected', () => {
  const PERIOD_HOURS = 12
  const AMPLITUDE_MIB = 150

  /** The stage has started at once, the controls at any time before; the gauge scatters by 2 MiB. */
  function sawtooth(hours: number, controls: number, leakMiBPerHour = 0): Readonly<Record<string, MemorySeries>> {
    const chance = seedrandom.alea('sawtooth')
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
    const peers = Array.from({ length: controls }, (_, i) => ({
      thing: `peer-${i}`,
      phase: chance(),
      base: 5 * normal(),
    }))
    const bases = Array.from({ length: LINES }, () => 5 * normal())
    const used = (base: number, phase: number): number =>
      Math.max(150 + base + AMPLITUDE_MIB * (phase - Math.floor(phase)) + 2 * normal(), 1)
    let peaks = NO_PEAKS
    let members = bases.map((base) => newSeries(150 + base))
    for (let minute = 0; minute <= hours * 60; minute += 5) {
      const atMs = START_MS + minute * 60_000
      const phase = minute / 60 / PERIOD_HOURS
      const usedMiB = new Map(peers.map((peer) => [peer.thing, used(peer.base, phase + peer.phase)]))
      const things = peers.map(({ thing }) => thing)
      peaks = peaksAfter(peaks, things, usedMiB, atMs)
      const sorted = [...usedMiB.values()].sort((a, b) => a - b)
      members = members.map((known, i) => {
        const memoryMiB = used(bases[i] as number, phase) + (leakMiBPerHour * minute) / 60
        const gauges = { cpuPct: 30, memoryMiB, memoryLimitMiB: 512, uptimeS: 60, connected: true }
        const common = sorted[sorted.length >> 1] ?? null
        return withGauge(known, sample({ gauges }), atMs, common, usualMemory(peaksOf(peaks), LINES))
      })
    }
    return Object.fromEntries(members.map((known, i) => [`line-${i + 1}-0`, known]))
  }

  const outcomes = (controls: number, leak = 0): readonly string[] =>
    [2, 4, 6, 8, 10, 11, 11.5, 12, 12.5, 14].map((hours) => {
      const one = oneCase()
      return judgeMemory({ ...one, evidence: { ...one.evidence, memory: sawtooth(hours, controls, leak) } }).outcome
    })

  it.each([323, 17])('has a trend, and is no leak beside %i controls that have all had their peak', (controls) => {
    expect(new Set(outcomes(controls))).toEqual(new Set(['healthy']))
  })

  it('is one where the peak is higher than theirs', () => {
    expect(outcomes(323, 8)).toContain('breach')
  })
})

describe('the series', () => {
  it('begins anew with another process, and when there are no controls any more', () => {
    const gauge = (bootId: string) =>
      sample({ bootId, gauges: { cpuPct: 1, memoryMiB: 200, memoryLimitMiB: 512, uptimeS: 1, connected: true } })
    let known = newSeries(150)
    let atMs = START_MS
    const evaluation = (bootId: string, commonMiB: number | null, hours: number): void => {
      for (const untilMs = atMs + hours * HOUR_MS; atMs < untilMs; atMs += 5 * 60_000) {
        known = withGauge(known, gauge(bootId), atMs, commonMiB)
      }
    }
    evaluation('a', 150, 3)
    expect(known.minima.length).toBeGreaterThanOrEqual(4)
    expect(known.minima[0]).toBe(50)
    evaluation('b', 150, 1)
    expect(known.minima.length).toBeLessThan(2)
    evaluation('b', null, 2)
    expect(known.minima.every((minimum) => minimum === 200)).toBe(true)
  })

  it('keeps a day', () => {
    expect(series({ hours: 60 })['line-1-0']?.minima.length).toBe(48)
  })
})
