import type { StageName } from '../../controller/contract.ts'
import { rounded } from '../numbers/format.ts'
import { meanOf, type Share, shareOf } from '../numbers/statistics.ts'
import type { Report } from '../run/report.ts'
import { judgementOf } from './judgement.ts'
import type { Variant } from './variant.ts'

/** The outcomes of one variant over its seeds. Means are over runs; null where no run has a value. */
export interface Cell extends Variant {
  readonly runs: number
  /** Rolled back after the fault had begun; null for a healthy release. */
  readonly detected: Share | null
  /** Rolled back although the release was good, or before its fault had begun. */
  readonly falseAlarms: Share
  /** Promoted to the whole fleet although it was faulty; null for a healthy release. */
  readonly escaped: Share | null
  /** By stage, in the order in which they are deployed. */
  readonly caughtIn: Readonly<Record<StageName, number>>
  /** Neither promoted nor rolled back: halted, or out of time. */
  readonly undecided: number
  /** By the preflight. */
  readonly refused: number
  readonly meanLatencyMinutes: number | null
  readonly meanExposure: { readonly devices: number; readonly deviceHours: number; readonly lines: number }
  readonly meanLeadTimeHours: number | null
}

/** Folds the reports of one variant. Pure. */
export function foldCell(variant: Variant, reports: readonly Report[]): Cell {
  const share = (is: (report: Report) => boolean): Share => shareOf(reports.filter(is).length, reports.length)
  const mean = (value: (report: Report) => number | null): number | null => {
    const found = meanOf(reports.map(value).filter((one) => one !== null))
    return found === null ? null : rounded(found)
  }
  const isCaught = (report: Report): boolean => judgementOf(variant, report) === 'caught'
  const caught = reports.filter(isCaught)
  const stages = reports[0]?.stages.map(({ name }) => name) ?? []
  return {
    ...variant,
    runs: reports.length,
    detected: variant.isFaulty ? share(isCaught) : null,
    falseAlarms: share((report) => judgementOf(variant, report) === 'false-alarm'),
    escaped: variant.isFaulty ? share(({ outcome }) => outcome === 'promoted') : null,
    caughtIn: Object.fromEntries(
      stages.map((stage) => [stage, caught.filter(({ caughtIn }) => caughtIn === stage).length]),
    ),
    undecided: reports.filter(({ outcome }) => outcome === 'halted' || outcome === 'inconclusive').length,
    refused: reports.filter(({ outcome }) => outcome === 'refused').length,
    meanLatencyMinutes: mean((report) => (isCaught(report) ? report.detection.latencyMinutes : null)),
    meanExposure: {
      devices: mean(({ exposure }) => exposure.devices) ?? 0,
      deviceHours: mean(({ exposure }) => exposure.deviceHours) ?? 0,
      lines: mean(({ exposure }) => exposure.lines) ?? 0,
    },
    meanLeadTimeHours: mean(({ leadTimeHours }) => leadTimeHours),
  }
}
