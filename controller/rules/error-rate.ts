import type { Baseline } from '../baseline.ts'
import type { Case } from '../case.ts'
import { type Sums, totalOf } from '../evidence.ts'
import { excessSigma, familyBoundary } from '../statistics.ts'
import type { Finding } from '../verdict.ts'

/** What is judged at once, and the evidence it needs. */
interface Scope {
  readonly words: string
  readonly stage: Sums
  readonly controls: Sums
  readonly boundarySigma: number
}

/** The same devices in the same cells before the rollout. */
interface Reference {
  readonly errors: number
  readonly operations: number
}

/**
 * Errors per operation against the same devices' baseline in the same shift and kind of day, relative. By default above
 * the limit, enough extra errors, and significant against the chance in both counts, over the whole window or over the
 * rolling hour: the whole is diluted by healthy hours, and the hour's boundary counts the hours of the window. A rise
 * that the controls explain is inconclusive. [seed: > 5 %; detection D2: why relative; D3: dilution]
 */
export function judgeErrorRate(one: Case): Finding {
  const { policy } = one
  const limit = policy.limits.errorRateIncreasePct
  const [first, ...others] = scopesOf(one).map((scope) => ({ scope, outcome: outcomeOf(scope, one) }))
  const { scope, outcome } = [first, ...others].find((judged) => judged?.outcome === 'breach') ?? (first as Judged)
  const { stage } = scope
  return {
    rule: 'error-rate',
    metric: 'errorRateIncreasePct',
    outcome,
    observed: increasePct(stage),
    baseline: 0,
    limit,
    n: stage.operations,
    reason: stage.operations === 0 ? 'no operations were reported' : reasonOf(scope, limit),
  }
}

interface Judged {
  readonly scope: Scope
  readonly outcome: Finding['outcome']
}

function scopesOf({ evidence, policy }: Case): readonly Scope[] {
  const { boundarySigma, rollingMs } = policy.evidence
  if (policy.profile === 'seed-literal')
    return [{ words: 'at this look', boundarySigma, ...totalOf(evidence.looks.slice(-1).map(({ total }) => total)) }]
  const hours = policy.windowMs / rollingMs
  return [
    { words: 'since the update', boundarySigma, ...evidence.total },
    {
      words: 'lately',
      boundarySigma: familyBoundary(boundarySigma, hours),
      ...totalOf(evidence.looks.map(({ total }) => total)),
    },
  ]
}

function outcomeOf(
  { stage, controls, boundarySigma }: Scope,
  { policy, baseline, watch, evidence }: Case,
): Finding['outcome'] {
  if (stage.operations === 0) return 'inconclusive'
  const rise = increasePct(stage) ?? (stage.errors > 0 ? Number.POSITIVE_INFINITY : 0)
  if (rise <= policy.limits.errorRateIncreasePct) return 'healthy'
  if (policy.profile === 'seed-literal') return 'breach'
  if (stage.errors - stage.expectedErrors < policy.evidence.minExtraErrors) return 'healthy'
  const reference = referenceOf(baseline, watch.members, evidence.cells)
  const byMix = stage.expectedErrors / reference.errors
  const ratio = reference.errors > 0 ? byMix : stage.operations / reference.operations
  if (excessSigma(stage.errors, reference.errors, ratio) < boundarySigma) return 'healthy'
  return isCommon(stage, controls, boundarySigma) ? 'inconclusive' : 'breach'
}

/** Whether the controls, at their own baseline, show a rise that explains the stage's. */
function isCommon(stage: Sums, controls: Sums, boundarySigma: number): boolean {
  if (controls.operations === 0) return false
  const byMix = stage.expectedErrors / controls.expectedErrors
  const ratio = stage.expectedErrors > 0 && controls.expectedErrors > 0 ? byMix : stage.operations / controls.operations
  return excessSigma(stage.errors, controls.errors, ratio) < boundarySigma
}

function reasonOf({ words, stage, controls }: Scope, limit: number): string {
  const rise = increasePct(stage)
  const percent = rise === null ? '' : ` (${rise.toFixed(1)} %)`
  const common = increasePct(controls)
  const beside = common === null ? 'no controls' : `controls ${common.toFixed(1)} %`
  return `${stage.errors} errors ${words} where ${stage.expectedErrors.toFixed(1)} were expected${percent}, ${limit} % more allowed, ${beside}`
}

/** Null where no error at all was expected. */
const increasePct = ({ errors, expectedErrors }: Sums): number | null =>
  expectedErrors > 0 ? (errors / expectedErrors - 1) * 100 : null

function referenceOf(baseline: Baseline, things: readonly string[], cells: readonly string[]): Reference {
  let [errors, operations] = [0, 0]
  for (const thing of things) {
    for (const cell of cells) {
      errors += baseline.devices[thing]?.[cell]?.errors ?? 0
      operations += baseline.devices[thing]?.[cell]?.operations ?? 0
    }
  }
  return { errors, operations }
}
