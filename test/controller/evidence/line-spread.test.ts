import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { type LineSpread, ShiftValues } from '../../../controller/evidence/line-spread.ts'

interface Sigmas {
  readonly device?: (thing: string) => number
  readonly line?: number
  readonly plant?: number
}

/** Five days of three shifts, of 17 lines with 10 devices, whose values vary with these standard deviations. */
function spreadOf(seed: string, { device = () => 0.02, line = 0, plant = 0 }: Sigmas): LineSpread {
  const chance = seedrandom.alea(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
  const values = new ShiftValues()
  for (let shift = 0; shift < 15; shift++) {
    const ofPlant = plant * normal()
    for (let number = 1; number <= 17; number++) {
      const ofLine = line * normal()
      for (let i = 0; i < 10; i++) {
        const place = { thing: `${number}-${i}`, line: number, stratum: `${shift % 3}`, atMs: shift }
        values.add(place, 3 + ofPlant + ofLine + device(place.thing) * normal())
      }
    }
  }
  return values.spread()
}

describe('the spread beside a line', () => {
  it('does not contain what the line or the plant has in common, as changeovers', () => {
    const { besideLine, plant } = spreadOf('changeovers', { line: 0.3, plant: 0.1 })
    expect(besideLine).toBeGreaterThan(0.019)
    expect(besideLine).toBeLessThan(0.021)
    // Of 17 lines, and of the plant: the root of 0.1^2 + 0.3^2 / 17, from twelve degrees of freedom.
    expect(plant).toBeGreaterThan(0.06)
    expect(plant).toBeLessThan(0.2)
  })

  it('is much the same for all devices where they do not differ', () => {
    const { ofDevices, besideLine } = spreadOf('alike', {})
    for (const sigma of Object.values(ofDevices ?? {})) expect(Math.abs(sigma / besideLine - 1)).toBeLessThan(0.15)
  })

  it('is nearly its own for a device that varies more than others, and theirs for the others', () => {
    const device = (thing: string) => (thing.endsWith('-0') ? 0.1 : 0.02)
    const { ofDevices } = spreadOf('noisy', { device })
    const mean = (of: (thing: string) => boolean) => {
      const sigmas = Object.entries(ofDevices ?? {}).filter(([thing]) => of(thing))
      return sigmas.reduce((sum, [, sigma]) => sum + sigma, 0) / sigmas.length
    }
    expect(mean((thing) => thing.endsWith('-0'))).toBeGreaterThan(0.07)
    expect(mean((thing) => !thing.endsWith('-0'))).toBeLessThan(0.04)
  })

  it('is none where nothing was seen twice, or a line has one device', () => {
    const values = new ShiftValues()
    values.add({ thing: 'a', line: 1, stratum: 'first', atMs: 0 }, 3)
    expect(values.spread()).toEqual({ besideLine: 0, plant: 0 })
  })
})
