import { describe, expect, it } from 'vitest'
import { Seed } from '../../../sim/kernel/random.ts'
import { type Condition, HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'

const MINUTE_MS = 60_000
const MONDAY_MS = Date.parse('2026-03-02T05:00:00Z') // 06:00 in Berlin: the first shift begins
const calendar = new PlantCalendar('Europe/Berlin')

function run(
  hours: number,
  fromMs = MONDAY_MS,
  condition: Condition = HEALTHY,
  thing = 'line-01-01',
  seed = 1,
): Machine {
  const machine = new Machine(new Seed(seed), thing, 1, calendar)
  for (let minute = 0; minute < hours * 60; minute++) machine.runMinutes(fromMs + minute * MINUTE_MS, 1, condition)
  return machine
}

const cycleMs = (machine: Machine): number => machine.cycleTimeMsSum / machine.cycles

describe('a healthy station', () => {
  it('makes about two units per minute in the first shift, with two errors per hour and 0.5 % failed connections', () => {
    const machine = run(8)
    expect(machine.cycles / 480).toBeGreaterThan(1.7)
    expect(machine.cycles / 480).toBeLessThan(2.3)
    expect(machine.unitsProduced).toBe(machine.cycles)
    expect(machine.qualityPasses / machine.qualityChecks).toBeGreaterThan(0.95)
    const many = Array.from({ length: 50 }, (_, i) => run(8, MONDAY_MS, HEALTHY, `line-01-${i}`))
    const sum = (field: 'errors' | 'connectionFailures' | 'connectionAttempts'): number =>
      many.reduce((total, one) => total + one[field], 0)
    expect(sum('errors') / (50 * 8)).toBeCloseTo(2, 0)
    expect(sum('connectionFailures') / sum('connectionAttempts')).toBeCloseTo(0.005, 3)
  })

  it('is slower in the second shift and slowest in the third, at lower volume', () => {
    const [first, second, third] = [0, 8, 16].map((hour) => run(8, MONDAY_MS + hour * 60 * MINUTE_MS))
    expect(cycleMs(second as Machine) / cycleMs(first as Machine)).toBeCloseTo(1.2, 1)
    expect(cycleMs(third as Machine) / cycleMs(first as Machine)).toBeCloseTo(1.33, 1)
    expect(second?.unitsProduced).toBeLessThan((first as Machine).unitsProduced)
  })

  it('produces less at the weekend', () => {
    expect(run(8, MONDAY_MS + 5 * 24 * 60 * MINUTE_MS).cycles / run(8).cycles).toBeCloseTo(0.6, 1)
  })
})

describe('the counters', () => {
  it('are whole numbers that only grow', () => {
    const machine = new Machine(new Seed(3), 'x', 2, calendar)
    let before = 0
    for (let minute = 0; minute < 300; minute++) {
      machine.runMinutes(MONDAY_MS + minute * MINUTE_MS, 1, HEALTHY)
      expect(Number.isInteger(machine.cycleTimeMsSum) && Number.isInteger(machine.cycleTimeMsSumOfSquares)).toBe(true)
      expect(machine.cycleTimeMsSum).toBeGreaterThanOrEqual(before)
      before = machine.cycleTimeMsSum
    }
  })

  it('of squares agree with 5 % spread of single cycles', () => {
    const { cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares } = run(8)
    const mean = cycleTimeMsSum / cycles
    expect(Math.sqrt(cycleTimeMsSumOfSquares / cycles - mean * mean) / mean).toBeCloseTo(0.05, 2)
  })
})

describe('a condition', () => {
  it('lengthens cycles by its factor', () => {
    expect(cycleMs(run(8, MONDAY_MS, { ...HEALTHY, cycleTimeFactor: 1.2 })) / cycleMs(run(8))).toBeCloseTo(1.2, 2)
  })

  it('without firmware stops production but not the connection', () => {
    const machine = run(1, MONDAY_MS, { ...HEALTHY, isRunning: false })
    expect([machine.cycles, machine.connectionAttempts]).toEqual([0, 60])
  })

  it('of one minute does not change the noise of other minutes', () => {
    const [plain, faulty] = [0, 1].map(() => new Machine(new Seed(1), 'a', 1, calendar)) as [Machine, Machine]
    const memory: number[][] = [[], []]
    for (let minute = 0; minute < 60; minute++) {
      plain.runMinutes(MONDAY_MS + minute * MINUTE_MS, 1, HEALTHY)
      faulty.runMinutes(MONDAY_MS + minute * MINUTE_MS, 1, minute === 30 ? { ...HEALTHY, isRunning: false } : HEALTHY)
      memory[0]?.push(plain.memoryMiB)
      memory[1]?.push(faulty.memoryMiB)
    }
    expect(memory[1]?.slice(31)).toEqual(memory[0]?.slice(31))
    expect(faulty.connectionFailures).toBe(plain.connectionFailures)
  })
})

it('differs between devices and seeds, and is the same for the same', () => {
  expect(run(1).cycleTimeMsSum).toBe(run(1).cycleTimeMsSum)
  expect(run(1, MONDAY_MS, HEALTHY, 'line-01-02').cycleTimeMsSum).not.toBe(run(1).cycleTimeMsSum)
  expect(run(1, MONDAY_MS, HEALTHY, 'line-01-01', 2).cycleTimeMsSum).not.toBe(run(1).cycleTimeMsSum)
})

describe('a worse machine', () => {
  const HOURS = 200
  const quality = (machine: Machine): number => machine.qualityPasses / machine.qualityChecks
  const under = (condition: Partial<Condition>): Machine => run(HOURS, MONDAY_MS, { ...HEALTHY, ...condition })
  const spread = ({ cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares }: Machine): number => {
    const mean = cycleTimeMsSum / cycles
    return Math.sqrt(cycleTimeMsSumOfSquares / cycles - mean * mean) / mean
  }

  it.each([0.03, 0.4])('fails %s of its quality checks more, and makes as much', (qualityFailureShare) => {
    const worse = under({ qualityFailureShare })
    expect(worse.qualityChecks).toBe(run(HOURS).qualityChecks)
    // About 5,000 checks: a standard deviation of at most 0.7 points.
    expect(Math.abs(1 - quality(worse) - 0.015 - qualityFailureShare)).toBeLessThan(0.02)
  })

  it('fails every check at most', () => {
    expect(quality(under({ qualityFailureShare: 1 }))).toBe(0)
  })

  it('produces nothing in a share of its cycles, which go on', () => {
    const worse = under({ unitLossShare: 0.2 })
    const healthy = run(HOURS)
    expect([worse.cycles, worse.cycleTimeMsSum]).toEqual([healthy.cycles, healthy.cycleTimeMsSum])
    expect(worse.unitsProduced / worse.cycles).toBeCloseTo(0.8, 2)
    expect(under({ unitLossShare: 1 }).unitsProduced).toBe(0)
  })

  it.each([3, 8, 15])('jitters by a factor of %s about an unchanged mean', (cycleSpreadFactor) => {
    const one = (condition: Partial<Condition>): Machine => run(8, MONDAY_MS, { ...HEALTHY, ...condition })
    const [worse, healthy] = [one({ cycleSpreadFactor }), one({})]
    expect(worse.cycles).toBe(healthy.cycles)
    expect(Math.abs(cycleMs(worse) / cycleMs(healthy) - 1)).toBeLessThan((4 * 0.05 * cycleSpreadFactor) / 31)
    expect(spread(worse) / spread(healthy) / cycleSpreadFactor).toBeGreaterThan(0.85)
    expect(spread(worse) / spread(healthy) / cycleSpreadFactor).toBeLessThan(1.15)
  })

  it('never has a cycle of less than no time', () => {
    const machine = new Machine(new Seed(1), 'a', 1, calendar)
    for (let minute = 0; minute < 2_000; minute++) {
      const before = machine.cycleTimeMsSum
      machine.runMinutes(MONDAY_MS + minute * MINUTE_MS, 1, { ...HEALTHY, cycleSpreadFactor: 30 })
      expect(machine.cycleTimeMsSum).toBeGreaterThanOrEqual(before)
    }
  })
})
