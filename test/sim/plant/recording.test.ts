import { describe, expect, it } from 'vitest'
import { Seed } from '../../../sim/kernel/random.ts'
import { HEALTHY } from '../../../sim/plant/condition.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import { type Metric, type RecordedTrack, Recording } from '../../../sim/plant/recording.ts'
import { DEFAULT_PLANT } from '../../../sim/plant/settings.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'

const MINUTE_MS = 60_000
const START_MS = Date.parse('2026-03-02T13:00:00Z')
const THING = 'line-03-12'

const track = (metric: Metric, perMinute: (number | null)[], over: Partial<RecordedTrack> = {}): RecordedTrack => ({
  file: 'x.csv',
  in: { line: 3 },
  metric,
  loop: true,
  perMinute,
  ...over,
})

const recordingOf = (...tracks: RecordedTrack[]) => Recording.of(tracks, THING, 3, START_MS)
const calendar = new PlantCalendar('Europe/Berlin')
const machineWith = (...tracks: RecordedTrack[]): Machine =>
  new Machine(new Seed(1), THING, 3, calendar, DEFAULT_PLANT.noise, recordingOf(...tracks))

/** The value of one field at the end of each minute. */
function values(
  machine: Machine,
  field: 'cycles' | 'errors' | 'connectionFailures' | 'cpuPct' | 'memoryMiB',
  n: number,
) {
  return Array.from({ length: n }, (_, minute) => {
    machine.runMinutes(START_MS + minute * MINUTE_MS, 1, HEALTHY)
    return machine[field]
  })
}

describe('a recording', () => {
  const first = START_MS / MINUTE_MS

  it('that loops repeats, also before its beginning', () => {
    const recording = recordingOf(track('cpuPct', [10, 20, 30])) as Recording
    expect([-4, -1, 0, 2, 3, 7].map((offset) => recording.at('cpuPct', first + offset))).toEqual([
      30, 30, 10, 30, 10, 20,
    ])
  })

  it('that does not loop has no values before, after and in its gaps', () => {
    const recording = recordingOf(track('cpuPct', [null, 20, 30], { loop: false })) as Recording
    expect([-1, 0, 1, 2, 3].map((offset) => recording.at('cpuPct', first + offset))).toEqual([NaN, NaN, 20, 30, NaN])
    expect(recording.mean('cpuPct')).toBe(25)
  })

  it('applies to the devices it names; one for a device takes precedence over one for its line', () => {
    expect(Recording.of([track('cpuPct', [1])], 'line-04-01', 4, START_MS)).toBeNull()
    const own = track('cpuPct', [7], { in: { device: THING } })
    expect(recordingOf(own, track('cpuPct', [1]))?.at('cpuPct', first)).toBe(7)
    expect(recordingOf(track('cpuPct', [1]), track('cpuPct', [2]))?.at('cpuPct', first)).toBe(2)
    expect(recordingOf(own)?.at('memoryMiB', first)).toBeNaN()
  })
})

describe('a machine with a recording', () => {
  it('shows the recorded gauges and counts, and carries fractions to the next minute', () => {
    expect(values(machineWith(track('cpuPct', [10, 20])), 'cpuPct', 3)).toEqual([10, 20, 10])
    expect(values(machineWith(track('memoryMiB', [100, 200])), 'memoryMiB', 3)).toEqual([100, 200, 100])
    expect(values(machineWith(track('cycles', [3, 0])), 'cycles', 4)).toEqual([3, 3, 6, 6])
    expect(values(machineWith(track('errors', [0.5])), 'errors', 4)).toEqual([0, 1, 1, 2])
    expect(values(machineWith(track('connectionFailures', [0, 1])), 'connectionFailures', 4)).toEqual([0, 1, 1, 2])
  })

  it('takes the recorded cycle time, and as many cycles as fit where their number is not recorded', () => {
    const machine = machineWith(track('cycleTimeMs', [20_000]))
    machine.runMinutes(START_MS, 60, HEALTHY)
    expect(machine.cycleTimeMsSum).toBe(machine.cycles * 20_000)
    expect(machine.cycles).toBe(60 * 0.7 * 3)
  })

  it('does not change other metrics', () => {
    const [plain, played] = [machineWith(), machineWith(track('cpuPct', [99]))]
    for (const machine of [plain, played]) machine.runMinutes(START_MS, 600, HEALTHY)
    const { cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares, errors, connectionFailures, qualityPasses } = plain
    expect(played).toMatchObject({
      ...{ cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares, errors, connectionFailures, qualityPasses },
    })
    expect([played.memoryMiB, played.cpuPct]).toEqual([plain.memoryMiB, 99])
  })

  it('gives the same for many minutes at once as minute by minute', () => {
    const tracks = [track('cycles', [1.3, 2]), track('errors', [0.1, 0, 0.4]), track('connectionFailures', [0.01])]
    const [whole, single] = [machineWith(...tracks), machineWith(...tracks)]
    whole.runMinutes(START_MS + 37_000, 500, HEALTHY)
    for (let i = 0; i < 500; i++) single.runMinutes(START_MS + 37_000 + i * MINUTE_MS, 1, HEALTHY)
    expect(whole).toEqual(single)
    expect([whole.cycles, whole.errors, whole.qualityPasses]).toEqual([
      single.cycles,
      single.errors,
      single.qualityPasses,
    ])
  })

  it('applies faults to the recorded values', () => {
    const condition = {
      ...HEALTHY,
      cycleTimeFactor: 2,
      errorRateFactor: 3,
      connectionFailureShare: 1,
      extraMemoryMiB: 50,
    }
    const machine = machineWith(
      ...[track('cycles', [2]), track('cycleTimeMs', [30_000]), track('errors', [1])],
      ...[track('connectionFailures', [0]), track('memoryMiB', [100])],
    )
    machine.runMinutes(START_MS, 10, condition)
    expect([machine.cycles, machine.errors, machine.connectionFailures, machine.memoryMiB]).toEqual([10, 30, 10, 150])
    expect(machine.cycleTimeMsSum / machine.cycles).toBe(60_000)
  })

  it('produces nothing without firmware, while the connection continues', () => {
    const machine = machineWith(track('cycles', [2]), track('memoryMiB', [100]), track('connectionFailures', [1]))
    machine.runMinutes(START_MS, 10, { ...HEALTHY, isRunning: false })
    expect([machine.cycles, machine.memoryMiB, machine.cpuPct, machine.connectionFailures]).toEqual([0, 0, 2, 10])
  })

  it('gives the base of a leak: the mean of the recording while it has values', () => {
    const machine = machineWith(track('memoryMiB', [100, 200], { loop: false }))
    expect(machine.baseMemoryMiBAt(START_MS)).toBe(150)
    expect(machine.baseMemoryMiBAt(START_MS + 2 * MINUTE_MS)).toBe(machineWith().baseMemoryMiBAt(START_MS))
  })
})
