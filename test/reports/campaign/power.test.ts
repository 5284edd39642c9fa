import { describe, expect, it } from 'vitest'
import { foldPower, type PowerRun } from '../../../reports/campaign/power.ts'
import { crossingOf, isotonic } from '../../../reports/numbers/monotone.ts'
import { renderPower } from '../../../reports/text/power-text.ts'

const run = (seed: number, size: number, end: PowerRun['end'], over: Partial<PowerRun> = {}): PowerRun => ({
  seed,
  size,
  windowHours: 4,
  end,
  onsetAt: size === 0 ? null : '2026-03-02T14:00:00.000Z',
  decidedAt: end === 'rolled-back' ? '2026-03-02T16:00:00.000Z' : null,
  by: end === 'rolled-back' ? 'error-rate' : null,
  ...over,
})

describe('a monotone fit', () => {
  it('pools neighbours that fall', () => {
    // By hand: 0.4 and 0.2 give 0.3 twice.
    expect(isotonic([0.1, 0.4, 0.2, 0.8])).toEqual([0.1, 0.30000000000000004, 0.30000000000000004, 0.8])
    expect(isotonic([3, 2, 1])).toEqual([2, 2, 2])
    expect(isotonic([0, 1, 2])).toEqual([0, 1, 2])
  })

  it('crosses a level between two points, and says where it does not', () => {
    const points = [
      { x: 10, y: 0.2 },
      { x: 20, y: 0.6 },
      { x: 30, y: 0.6 },
    ]
    expect(crossingOf(points, 0.5)).toBeCloseTo(17.5, 12)
    expect(crossingOf(points, 0.6)).toBe(20)
    expect(crossingOf(points, 0.9)).toBe('above')
    expect(crossingOf(points, 0.1)).toBe('below')
  })
})

describe('power', () => {
  it('counts a rollback that the same seed shows without the fault as none of the fault', () => {
    const [curve] = foldPower([
      run(1, 0, 'rolled-back', { decidedAt: '2026-03-02T16:00:00.000Z' }),
      run(2, 0, 'rolled-back', { decidedAt: '2026-03-02T17:00:00.000Z' }),
      run(3, 0, 'promoted'),
      ...[1, 2, 3].map((seed) => run(seed, 10, 'rolled-back')),
    ])
    const [none, ten] = curve?.points ?? []
    expect(none).toMatchObject({ size: 0, runs: 3, falseAlarms: 2, promoted: 1, caught: { count: 0 } })
    // Seed 1 is rolled back at that very moment anyway, seed 2 an hour later.
    expect(ten).toMatchObject({ size: 10, caught: { count: 2, of: 3 }, falseAlarms: 1, by: { 'error-rate': 2 } })
    expect(ten?.delayMinutes).toEqual({ p50: 120, p90: 120 })
  })

  it('counts a rollback before the onset as a false alarm', () => {
    const [curve] = foldPower([run(1, 10, 'rolled-back', { onsetAt: '2026-03-02T18:00:00.000Z' })])
    expect(curve?.points[0]).toMatchObject({ caught: { count: 0, of: 1 }, falseAlarms: 1 })
  })

  it('leaves out what says nothing about the fault, and does not count what is held as caught', () => {
    const [curve] = foldPower([
      run(1, 10, 'refused'),
      run(2, 10, 'not-reached'),
      run(3, 10, 'held'),
      run(4, 10, 'rolled-back'),
    ])
    expect(curve?.points[0]).toMatchObject({ runs: 2, caught: { count: 1, of: 2 }, held: 1, refused: 1, notReached: 1 })
  })

  const seeds = Array.from({ length: 40 }, (_, i) => i + 1)
  const shares = (...caught: readonly number[]) =>
    caught.flatMap((count, index) =>
      seeds.map((seed) => run(seed, (index + 1) * 10, seed <= count ? 'rolled-back' : 'promoted')),
    )
  const head = {
    scenario: 'healthy',
    fault: 'error-rise',
    unit: '%',
    stage: 'canary',
    devices: 17,
    line: null,
    seeds: 40,
    onset: null,
  }

  it('gives the size at a power with the sizes at which the interval reaches it', () => {
    const [curve] = foldPower(shares(10, 30, 40))
    const [half, most] = curve?.sizes ?? []
    // 25 % at 10, 75 % at 20, 100 % at 30.
    expect(half).toMatchObject({ power: 0.5, size: 15 })
    expect(most?.size).toBeCloseTo(26, 12)
    // Clopper-Pearson of 30 of 40 is 58.8 to 87.3 %, of 40 of 40 91.2 to 100 %, of 10 of 40 12.7 to 41.2 %.
    expect(most?.low).toBeCloseTo(20 + ((0.9 - 0.873) / (1 - 0.873)) * 10, 1)
    expect(most?.high).toBeCloseTo(20 + ((0.9 - 0.588) / (0.912 - 0.588)) * 10, 1)
    expect(renderPower(head, [curve as NonNullable<typeof curve>])).toContain(
      'error-rise of 26 % [22.12, 29.63] is caught in canary within 4 h in 90 % of releases.',
    )
  })

  it('says so where the largest size is not enough', () => {
    const [curve] = foldPower(shares(1, 2))
    expect(curve?.sizes.map(({ size }) => size)).toEqual(['above', 'above', 'above'])
    expect(renderPower(head, [curve as NonNullable<typeof curve>])).toMatch(
      /is larger than the largest size tried: 20 % is caught in 5\.0 % \[/,
    )
  })
})
