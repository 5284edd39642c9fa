/** What the judge answers, in order of gravity: the worst finding is the verdict. */
export type VerdictKind = 'healthy' | 'inconclusive' | 'breach'

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
  readonly line?: number
  readonly thing?: string
  /** A sentence in numbers: "3 crashes > 0 allowed on line-04-01". */
  readonly reason: string
}

export interface Verdict {
  readonly kind: VerdictKind
  /** Every rule's finding, the worst first. */
  readonly findings: readonly Finding[]
}

const GRAVITY: Readonly<Record<VerdictKind, number>> = { healthy: 0, inconclusive: 1, breach: 2 }

export const worst = (a: VerdictKind, b: VerdictKind): VerdictKind => (GRAVITY[a] >= GRAVITY[b] ? a : b)

/** A verdict of no finding at all is `inconclusive`: no data is not health. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const sorted = [...findings].sort((a, b) => GRAVITY[b.outcome] - GRAVITY[a.outcome])
  return { kind: sorted[0]?.outcome ?? 'inconclusive', findings: sorted }
}
