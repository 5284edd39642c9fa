import { connectionFailureShare } from '../baseline.ts'
import type { Case } from '../case.ts'
import { type Evidence, type Look, type Sums, total } from '../evidence.ts'
import type { Policy } from '../policy.ts'
import type { Finding } from '../verdict.ts'

interface Observed {
  readonly stage: Sums
  readonly controls: Sums
}

/**
 * Failed share of connection attempts. By default over the rolling hour: above the limit, significantly above the
 * baseline, and not so in the controls, where it would be the network. [seed: > 2 %; detection D2]
 */
export function judgeConnection({ evidence, policy, baseline }: Case): Finding {
  const isLiteral = policy.profile === 'seed-literal'
  const { stage, controls } = isLiteral ? ofLooks(evidence.looks.slice(-1)) : enough(evidence, policy)
  const normal = connectionFailureShare(baseline)
  const limit = policy.limits.connectionFailurePct
  const observed = sharePct(stage)
  const outcome = ((): Finding['outcome'] => {
    if (observed === null || normal === null) return 'inconclusive'
    if (isLiteral) return observed > limit ? 'breach' : 'healthy'
    if (stage.attempts < policy.evidence.connectionMinAttempts) return 'inconclusive'
    if (observed <= limit || zScore(stage, normal) < policy.evidence.boundarySigma) return 'healthy'
    return (sharePct(controls) ?? 0) > limit ? 'inconclusive' : 'breach'
  })()
  return {
    rule: 'connection-failure',
    metric: 'connectionFailurePct',
    outcome,
    observed,
    baseline: normal === null ? null : normal * 100,
    limit,
    n: stage.attempts,
    reason:
      observed === null
        ? 'no connection attempts were reported'
        : `${stage.failures} of ${stage.attempts} attempts failed (${observed.toFixed(2)} %), ${limit} % allowed`,
  }
}

const ofLooks = (looks: readonly Look[]): Observed => {
  const lines = looks.flatMap((look) => look.lines)
  return { stage: total(lines, 'stage'), controls: total(lines, 'controls') }
}

/** The rolling window; a stage too small to fill it is judged on all that it did. */
function enough(evidence: Evidence, { evidence: { connectionMinAttempts } }: Policy): Observed {
  const rolling = ofLooks(evidence.looks)
  return rolling.stage.attempts >= connectionMinAttempts ? rolling : evidence.total
}

const sharePct = ({ attempts, failures }: Sums): number | null => (attempts === 0 ? null : (failures / attempts) * 100)

/** Standard deviations above the baseline share, by the score statistic of a binomial count. */
const zScore = ({ attempts, failures }: Sums, share: number): number =>
  (failures - attempts * share) / Math.sqrt(Math.max(attempts * share * (1 - share), 1e-9))
