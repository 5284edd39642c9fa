import type { Metric } from './columns.ts'
import type { CountRule } from './counters.ts'
import { increments } from './counters.ts'
import { type Estimate, estimated, noColumn, none, notEstimable, tooFew } from './estimate.ts'
import type { RecordedDevice } from './read.ts'

/** Fewer values, or fewer different ones, may be whole by chance. */
const LEAST_VALUES = 50
const LEAST_DIFFERENT = 3
/** A stoppage makes a cycle time of any length. */
const MOST_OF_GAUGES = 0.99
const MOST_OF_CYCLES = 0.75

/** In which steps devices measure: the largest of the usual steps of which the values are multiples. */
export function rounding(
  devices: readonly RecordedDevice[],
  rules: ReadonlyMap<Metric, CountRule>,
): readonly Estimate[] {
  const gauge = (metric: Metric): readonly number[] => devices.flatMap(({ tracks }) => tracks[metric]?.values ?? [])
  const sums = devices.flatMap((one) => oddSums(one, rules))
  const cycleTimes = sums.length > 0 ? sums : gauge('cycleTimeMs')
  return [
    stepOf(
      'noise.rounding.memory',
      'MiB',
      ['memoryMiB'],
      gauge('memoryMiB'),
      [64, 32, 16, 8, 4, 2, 1, 0.5],
      MOST_OF_GAUGES,
    ),
    stepOf(
      'noise.rounding.cycleTime',
      'ms',
      ['cycleTimeMs', 'cycleTimeMsSum'],
      cycleTimes,
      CYCLE_STEPS_MS,
      MOST_OF_CYCLES,
    ),
    stepOf('noise.rounding.cpu', 'share', ['cpuPct'], gauge('cpuPct'), [10, 5, 2, 1, 0.5], MOST_OF_GAUGES),
  ]
}

/**
 * What odd numbers of cycles took together: if each of them is rounded, and their sum with them, it is a multiple of the
 * step, and of twice the step only half of the time.
 */
function oddSums({ tracks }: RecordedDevice, rules: ReadonlyMap<Metric, CountRule>): readonly number[] {
  const { cycles, cycleTimeMsSum } = tracks
  const [ofCycles, ofSums] = [rules.get('cycles'), rules.get('cycleTimeMsSum')]
  if (cycles === undefined || cycleTimeMsSum === undefined || ofCycles === undefined || ofSums === undefined) return []
  const counts = increments(cycles, ofCycles.kind).added
  return increments(cycleTimeMsSum, ofSums.kind).added.filter(
    (_, i) => (counts[i] as number) % 2 === 1 && cycles.atMs[i] === cycleTimeMsSum.atMs[i],
  )
}

const CYCLE_STEPS_MS = [5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10]

function stepOf(
  key: string,
  unit: 'MiB' | 'ms' | 'share',
  columns: readonly string[],
  given: readonly number[],
  steps: readonly number[],
  most: number,
): Estimate {
  const values = given.filter((value) => value > 0)
  if (values.length === 0) return notEstimable(key, unit, noColumn(...columns))
  if (values.length < LEAST_VALUES) return notEstimable(key, unit, tooFew('values', LEAST_VALUES, values.length))
  const about = { key, unit, n: values.length, of: 'values' } as const
  const step = steps.find((one) => {
    const whole = values.filter((value) => Math.abs(value / one - Math.round(value / one)) < 1e-6)
    return whole.length >= most * values.length && new Set(whole).size >= LEAST_DIFFERENT
  })
  if (step === undefined) return none(about, 'values of any size')
  // A plant file has the step of the CPU gauge as a percentage.
  return estimated(about, unit === 'share' ? step / 100 : step, null, 'read off')
}
