import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import {
  CountRecords,
  partsOfWeek,
  partsOver,
  type Variation,
  withTail,
} from '../../../controller/evidence/variation.ts'

const [LINES, PER_LINE, DAYS, SHIFTS, MEAN] = [17, 20, 7, 3, 16]

/** Factors on a rate with mean one, of what a device, a line and the plant have by themselves in one shift. */
interface Factors {
  readonly device?: () => number
  readonly line?: () => number
  readonly plant?: () => number
}

const chanceOf = (seed: string) => {
  const uniform = seedrandom.alea(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const poisson = (mean: number): number => {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let count = 0
    for (let p = uniform(); p > Math.exp(-mean); p *= uniform()) count += 1
    return count
  }
  /** Marsaglia's and Tsang's, for shapes of one and more. */
  const gamma = (variance: number): number => {
    const d = 1 / variance - 1 / 3
    for (;;) {
      const x = normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * variance
    }
  }
  return { uniform, poisson, gamma }
}

/** A week of counts whose rates vary so. */
function weekOf(seed: string, factorsOf: (chance: ReturnType<typeof chanceOf>) => Factors): Variation {
  const chance = chanceOf(seed)
  const { device = () => 1, line = () => 1, plant = () => 1 } = factorsOf(chance)
  const records = new CountRecords()
  for (let shift = 0; shift < DAYS * SHIFTS; shift++) {
    const day = Math.floor(shift / SHIFTS)
    const ofPlant = plant()
    for (let number = 1; number <= LINES; number++) {
      const ofLine = line() * ofPlant
      for (let i = 0; i < PER_LINE; i++) {
        const place = { thing: `${number}-${i}`, line: number, atMs: shift, day }
        const stratum = `${shift % SHIFTS}/${day < 5 ? 'weekday' : 'weekend'}`
        records.add({ ...place, stratum }, chance.poisson(MEAN * ofLine * device()), 480)
      }
    }
  }
  return records.variation(480)
}

describe('the parts of a variance', () => {
  it('are next to nothing of Poisson counts', () => {
    const { ofShift, tails } = weekOf('poisson', () => ({}))
    // Of a device's 16 errors chance alone has a relative variance of 1/16.
    expect(ofShift.device + ofShift.line + ofShift.plant).toBeLessThan(0.05 / MEAN)
    expect(tails?.device.scale).toBeLessThan(1.5)
  })

  it.each(['device', 'line', 'plant'] as const)('are those of the %s where that varies', (part) => {
    const { ofShift } = weekOf(part, ({ gamma }) => ({ [part]: () => gamma(0.2) }))
    const others = ofShift.device + ofShift.line + ofShift.plant - ofShift[part]
    // The plant's comes from 21 shifts; a standard error is put on top.
    expect(ofShift[part]).toBeGreaterThan(part === 'plant' ? 0.1 : 0.16)
    expect(ofShift[part]).toBeLessThan(part === 'plant' ? 0.5 : 0.26)
    expect(others).toBeLessThan(part === 'plant' ? 0.02 : 0.04)
  })

  it('of a day are a third of those of a shift where shifts have nothing in common', () => {
    const { ofShift, ofDay } = weekOf('white', ({ gamma }) => ({ device: () => gamma(0.3) }))
    expect(ofDay.device / ofShift.device).toBeGreaterThan(0.27)
    expect(ofDay.device / ofShift.device).toBeLessThan(0.4)
  })

  it('come with a tail where single devices have bursts of eight times as many', () => {
    const bursts = weekOf('bursts', ({ uniform }) => ({ device: () => (uniform() < 0.005 ? 8 : 1) }))
    expect(bursts.tails?.device.scale).toBeGreaterThan(3)
    const shared = weekOf('shared', ({ uniform }) => ({ line: () => (uniform() < 0.03 ? 8 : 1) }))
    expect(shared.ofShift.line).toBeGreaterThan(10 * shared.ofShift.device)
    expect(shared.tails?.device.scale).toBeLessThan(2)
  })

  it('are none of a week without errors', () => {
    expect(weekOf('none', () => ({ plant: () => 0 })).ofShift).toEqual({ device: 0, line: 0, plant: 0 })
  })
})

describe('the parts over another time', () => {
  const variation = {
    shiftMinutes: 480,
    ofShift: { device: 0.3, line: 0.06, plant: 0 },
    ofDay: { device: 0.1, line: 0.05, plant: 0 },
  }

  it('are as much larger as it is shorter, and no smaller than those of a day', () => {
    expect(partsOver(variation, 60).device).toBeCloseTo(2.4, 12)
    expect(partsOver(variation, 1440)).toEqual({ device: expect.closeTo(0.1, 12), line: 0.05, plant: 0 })
    expect(partsOver(variation, 2880).line).toBe(0.05)
  })

  it('average out over the days of a week', () => {
    expect(partsOfWeek(variation, 2400)).toEqual({
      device: expect.closeTo(0.06, 12),
      line: expect.closeTo(0.03, 12),
      plant: 0,
    })
  })
})

it('counts beyond the tail by its scale', () => {
  expect(withTail(4, { from: 5, scale: 3 })).toBe(4)
  expect(withTail(11, { from: 5, scale: 3 })).toBe(7)
  expect(withTail(11, undefined)).toBe(11)
})
