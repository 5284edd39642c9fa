import type { FindingReason } from '../messages/findings.ts'
import type { DeviceList, LineList } from '../messages/wording.ts'

/** What a rule or the judge concludes, in order of gravity: the worst finding is the verdict. */
export type VerdictKind = 'healthy' | 'inconclusive' | 'breach'

/**
 * `insufficient`: too little was observed; `stale`: nothing reports, the controls neither; `common-mode`: the controls
 * show it, too; `gate`: no reason to roll back, but not to be promoted. [source: verdict-states]
 */
export type InconclusiveReason = 'insufficient' | 'stale' | 'common-mode' | 'gate'

/** `value` >= `boundary` is significant. */
export interface Statistic {
  /**
   * `msprt`, `maxsprt`, `poisson`, `planned`, `cusum`, `mann-kendall`, `sign`, `beta-binomial`, `bounded-mean`; or
   * `standing`, in minutes.
   */
  readonly name: string
  readonly value: number
  readonly boundary: number
}

/**
 * What the observed value may really be, in its unit, at any time of the watch: the values that the rule's own statistic
 * does not reach its boundary against. Null where there is no such end. [source: confidence-sequence]
 */
export interface Interval {
  readonly low: number | null
  readonly high: number | null
}

/** One metric judged, in numbers. */
export interface Finding {
  /** The rule that judged, e.g. `cycle-time`. */
  readonly rule: string
  /** The measured quantity with its unit, e.g. `cycleTimeIncreasePct`. */
  readonly metric: string
  readonly outcome: VerdictKind
  /** Null when there was nothing to measure. */
  readonly observed: number | null
  readonly baseline: number | null
  readonly limit: number
  /** Size of the evidence: device-minutes, cycles, operations or devices, as the rule counts them. */
  readonly n: number
  /** The one line that was judged; absent where it was the whole stage. */
  readonly line?: number
  /** The one device that was. */
  readonly thing?: string
  /** Devices that show what was found: how many, and the first few; absent where it is none, or not of single devices. */
  readonly things?: DeviceList
  /** Their lines, or those that are beyond the limit each by itself. */
  readonly lines?: LineList
  /** Shift and kind of day of the last evaluation, e.g. `second/weekday`. */
  readonly stratum?: string
  /** The statistic that decided, and the boundary it had to reach. */
  readonly statistic?: Statistic
  /** Of `observed`. */
  readonly interval?: Interval
  /** Why an inconclusive finding is one. */
  readonly inconclusive?: InconclusiveReason
  /** The rule reports and decides nothing. */
  readonly isDryRun?: boolean
  /** What was found, as a code with its numbers. */
  readonly reason: FindingReason
}

export interface Verdict {
  readonly kind: VerdictKind
  /** Every rule's finding, the worst first. */
  readonly findings: readonly Finding[]
}

const GRAVITY: Readonly<Record<VerdictKind, number>> = { healthy: 0, inconclusive: 1, breach: 2 }

/** A verdict of no deciding finding at all is `inconclusive`: no data is not health. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const gravity = ({ outcome, isDryRun }: Finding): number => (isDryRun ? -1 : GRAVITY[outcome])
  const sorted = [...findings].sort((a, b) => gravity(b) - gravity(a))
  const first = sorted[0]
  return { kind: first === undefined || first.isDryRun ? 'inconclusive' : first.outcome, findings: sorted }
}
