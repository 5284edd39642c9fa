import type { Baseline } from '../baseline.ts'
import type { Case } from '../case.ts'
import { type Sums, total } from '../evidence.ts'
import type { Finding } from '../verdict.ts'

/**
 * Errors per operation against the same devices' baseline in the same shift and kind of day, relative. By default over
 * the whole window: above the limit, enough extra errors, and significant against the chance in both counts; a rise that
 * the controls show as well is not the firmware's. [seed: > 5 %; detection D2: why relative]
 */
export function judgeErrorRate({ evidence, policy, baseline, watch }: Case): Finding {
  const isLiteral = policy.profile === 'seed-literal'
  const lastLines = evidence.looks.at(-1)?.lines ?? []
  const stage = isLiteral ? total(lastLines, 'stage') : evidence.total.stage
  const observed = increasePct(stage)
  const limit = policy.limits.errorRateIncreasePct
  const outcome = ((): Finding['outcome'] => {
    if (observed === null) return 'inconclusive'
    if (observed <= limit) return 'healthy'
    if (isLiteral) return 'breach'
    if (stage.errors - stage.expectedErrors < policy.evidence.minExtraErrors) return 'healthy'
    const baselineErrors = errorsInBaseline(baseline, watch.members, evidence.cells)
    if (zScore(stage, baselineErrors) < policy.evidence.boundarySigma) return 'healthy'
    return (increasePct(evidence.total.controls) ?? 0) > limit ? 'inconclusive' : 'breach'
  })()
  return {
    rule: 'error-rate',
    metric: 'errorRateIncreasePct',
    outcome,
    observed,
    baseline: 0,
    limit,
    n: stage.operations,
    reason:
      observed === null
        ? 'no operations were reported'
        : `${stage.errors} errors where ${stage.expectedErrors.toFixed(1)} were expected (${observed.toFixed(1)} %), ${limit} % more allowed`,
  }
}

const increasePct = ({ errors, expectedErrors }: Sums): number | null =>
  expectedErrors > 0 ? (errors / expectedErrors - 1) * 100 : null

/** ln(rate ratio) in its standard errors; the baseline's count is chance as well. [two Poisson counts] */
const zScore = ({ errors, expectedErrors }: Sums, baselineErrors: number): number =>
  Math.log(errors / expectedErrors) / Math.sqrt(1 / errors + 1 / Math.max(baselineErrors, 1))

function errorsInBaseline(baseline: Baseline, things: readonly string[], cells: readonly string[]): number {
  let errors = 0
  for (const thing of things) for (const cell of cells) errors += baseline.devices[thing]?.[cell]?.errors ?? 0
  return errors
}
