import { exactShareOf, type Share } from '../../reports/numbers/statistics.ts'
import type { PresetName } from '../../sim/plant/presets.ts'
import { PRESETS } from '../../sim/plant/presets.ts'
import { type Plant, type PolicyKeys, releaseOn } from './families.ts'
import type { Result } from './result.ts'
import type { Planned } from './sweep.ts'

/** A fault of one size, from an hour after the install on. */
interface Fault {
  readonly name: string
  readonly unit: string
  readonly sizes: readonly number[]
  readonly fault: (size: number) => object
}

const ALL = { firmware: '2.4.0' }
const LINE = { firmware: '2.4.0', line: 1 }
const longer = (target: object) => (percent: number) => ({
  kind: 'cycle-drift',
  in: target,
  onset: '1h',
  rise: `${percent} %`,
  over: '1min',
})
const errors = (target: object) => (percent: number) => ({
  kind: 'error-rise',
  in: target,
  onset: '1h',
  factor: 1 + percent / 100,
})

/** The faults of the table of detection, with sizes around where half of them are found. */
export const FAULTS: readonly Fault[] = [
  { name: 'errors, all', unit: '%', sizes: [10, 15, 20, 25, 30, 40, 50, 75, 100], fault: errors(ALL) },
  { name: 'errors, one line', unit: '%', sizes: [50, 100, 150, 200, 300, 400, 500], fault: errors(LINE) },
  {
    name: 'connection failures, all',
    unit: 'points',
    sizes: [0.5, 1, 1.5, 2, 3, 4],
    fault: (share) => ({ kind: 'noisy-network', in: ALL, from: '1h', share: `${share} %` }),
  },
  { name: 'cycle time, all', unit: '%', sizes: [4, 6, 8, 10, 12, 14, 20], fault: longer(ALL) },
  { name: 'cycle time, one line', unit: '%', sizes: [8, 10, 12, 14, 20, 30, 100], fault: longer(LINE) },
  {
    name: 'leak, all',
    unit: 'MiB/h',
    sizes: [1, 2, 3, 4, 5, 7, 10, 15, 20],
    fault: (rate) => ({ kind: 'memory-leak', in: ALL, rate: `${rate} MiB/h` }),
  },
  {
    name: 'drift, all',
    unit: '%/h',
    sizes: [0.3, 0.5, 0.75, 1, 2, 3],
    fault: (rate) => ({ kind: 'cycle-drift', in: ALL, onset: '1h', rate: `${rate} %/h` }),
  },
]

/** Found in canary within the first hours after the onset. */
export interface PowerFigures {
  readonly fault: string
  readonly preset: PresetName
  readonly size: number
  readonly unit: string
  readonly within4h: Share
  readonly within24h: Share
  /** Refused at the start or taken back before the onset: of no use for power. */
  readonly unusable: number
}

const familyOf = (name: string, size: number, preset: PresetName): string => `power ${name} ${size}, ${preset}`

export function powerPlan(
  presets: readonly PresetName[],
  seeds: readonly number[],
  plant: Plant,
  policy: PolicyKeys,
): readonly Planned[] {
  return presets.flatMap((preset) =>
    FAULTS.flatMap(({ name, sizes, fault }) =>
      sizes.flatMap((size) => {
        const scenario = releaseOn(PRESETS[preset], plant, policy, [fault(size)])
        return seeds.map((seed) => ({ family: familyOf(name, size, preset), scenario, seed }))
      }),
    ),
  )
}

export function powerFigures(presets: readonly PresetName[], results: readonly Result[]): readonly PowerFigures[] {
  return presets.flatMap((preset) =>
    FAULTS.flatMap(({ name, sizes, unit }) =>
      sizes.map((size): PowerFigures => {
        const own = results.filter(({ family }) => family === familyOf(name, size, preset))
        const usable = own.filter(({ outcome, falseAlarm }) => isRun(outcome) && falseAlarm !== true)
        const within = (hours: number): Share =>
          exactShareOf(
            usable.filter(
              ({ decidedMinutes, caughtIn }) =>
                caughtIn === 'canary' && decidedMinutes !== null && decidedMinutes <= 60 * hours,
            ).length,
            usable.length,
          )
        return {
          fault: name,
          preset,
          size,
          unit,
          within4h: within(4),
          within24h: within(24),
          unusable: own.length - usable.length,
        }
      }),
    ),
  )
}

const isRun = (outcome: Result['outcome']): boolean => outcome !== 'refused' && outcome !== 'failed'

/** The smallest size from which on at least this share is found at every size; null where none is. */
export function smallestFound(
  figures: readonly PowerFigures[],
  within: 'within4h' | 'within24h',
  share: number,
): number | null {
  let smallest: number | null = null
  for (const one of figures.toSorted((a, b) => b.size - a.size)) {
    if ((one[within].share ?? 0) < share) break
    smallest = one.size
  }
  return smallest
}
