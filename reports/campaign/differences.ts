import type { Conclusion, Setting, Settings } from '../messages/conclusions.ts'
import { type Difference, directionOf, meanDifference, type Pair, shareDifference } from '../numbers/paired.ts'
import type { Report } from '../run/report.ts'
import type { VariantRuns } from './confusion.ts'
import { judgementOf } from './judgement.ts'
import type { Variant } from './variant.ts'

/** Two variants of one scenario that differ in one setting, over the same seeds: the second less the first. */
export interface VariantDifference {
  readonly scenario: string
  /** What the two differ in. */
  readonly setting: Setting
  readonly first: Settings
  readonly second: Settings
  readonly seeds: number
  readonly devices: Difference
  readonly deviceHours: Difference
  /** Of the pairs that are promoted under both. */
  readonly leadTimeDays: Difference
  /** Onset to the decision; of the pairs that are caught under both. */
  readonly latencyMinutes: Difference
  /** Of the runs that were rolled back. */
  readonly rolledBack: Difference
}

/** Each variant beside the first one that differs from it in one setting only. Pure. */
export function foldDifferences(runs: readonly VariantRuns[]): readonly VariantDifference[] {
  return runs.flatMap((second, index) =>
    (['windowHours', 'gates', 'profile'] as const).flatMap((setting) => {
      const first = runs.slice(0, index).find(({ variant }) => differsIn(setting, variant, second.variant))
      return first === undefined ? [] : [differenceOf(setting, first, second)]
    }),
  )
}

const SETTINGS: readonly Setting[] = ['windowHours', 'gates', 'profile']

const differsIn = (setting: Setting, a: Variant, b: Variant): boolean =>
  a.scenario === b.scenario && SETTINGS.every((one) => (a[one] === b[one]) === (one !== setting))

function differenceOf(setting: Setting, first: VariantRuns, second: VariantRuns): VariantDifference {
  const bySeed = new Map(first.reports.map((report) => [report.seed, report]))
  const pairs = second.reports.flatMap((report): Pair<Report>[] => {
    const other = bySeed.get(report.seed)
    return other === undefined ? [] : [[other, report]]
  })
  const means = (value: (report: Report) => number | null): Difference =>
    meanDifference(pairs.map(([a, b]) => [value(a), value(b)]))
  const caughtMinutes = (report: Report): number | null =>
    judgementOf(second.variant, report) === 'caught' ? report.detection.latencyMinutes : null
  return {
    scenario: second.variant.scenario,
    setting,
    first: settingsOf(first.variant),
    second: settingsOf(second.variant),
    seeds: pairs.length,
    devices: means(({ exposure }) => exposure.devices),
    deviceHours: means(({ exposure }) => exposure.deviceHours),
    leadTimeDays: means(({ leadTimeHours }) => (leadTimeHours === null ? null : leadTimeHours / 24)),
    latencyMinutes: means(caughtMinutes),
    rolledBack: shareDifference(pairs.map(([a, b]) => [isRolledBack(a), isRolledBack(b)])),
  }
}

const isRolledBack = ({ detection }: Report): boolean => detection.at !== null

const settingsOf = ({ windowHours, gates, profile }: Variant): Settings => ({ windowHours, gates, profile })

/** What the last window of a scenario comes to beside its first; none without two variants. Pure. */
export function conclusionsOf(differences: readonly VariantDifference[]): readonly Conclusion[] {
  const scenarios = [...new Set(differences.map(({ scenario }) => scenario))]
  return scenarios.map((scenario): Conclusion => {
    const main = mainOf(differences.filter((one) => one.scenario === scenario))
    const { setting, first, second, devices, deviceHours, leadTimeDays } = main
    const compared = { scenario, setting, first, second }
    if (main.seeds < 2) return { code: 'COMPARED_TOO_FEW', data: compared }
    const data = { ...compared, devices, deviceHours, leadTimeDays }
    const direction = directionOf(devices) ?? directionOf(deviceHours)
    if (direction === null) return { code: 'COMPARED_NO_DIFFERENCE', data }
    return { code: direction === 'less' ? 'COMPARED_LESS_EXPOSURE' : 'COMPARED_MORE_EXPOSURE', data }
  })
}

/** The last one beside the same variant as the first one: the widest step of what was varied first. */
function mainOf(differences: readonly VariantDifference[]): VariantDifference {
  const [main] = differences as [VariantDifference]
  return (
    differences.findLast(
      ({ setting, first }) => setting === main.setting && SETTINGS.every((one) => first[one] === main.first[one]),
    ) ?? main
  )
}
