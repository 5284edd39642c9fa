import type { Case } from '../case.ts'
import { type Evidence, type Sums, totalOf } from '../evidence.ts'
import type { Policy } from '../policy.ts'
import { excessSigma } from '../statistics.ts'
import type { Finding } from '../verdict.ts'

interface Observed {
  readonly stage: Sums
  readonly controls: Sums
}

/** How the attempts of some devices ended. */
type Connections = Pick<Sums, 'attempts' | 'failures'>

/**
 * Failed share of connection attempts. By default over the rolling hour: above the limit, and significantly above the
 * baseline; not above the limit itself, which a canary at 3 % could not show within an hour. Where the controls explain
 * the rise it is the network, and inconclusive. [seed: > 2 %; detection D2, E1]
 */
export function judgeConnection({ evidence, policy, baseline }: Case): Finding {
  const isLiteral = policy.profile === 'seed-literal'
  const { stage, controls } = isLiteral
    ? totalOf(evidence.looks.slice(-1).map(({ total }) => total))
    : enough(evidence, policy)
  const normal = baseline.connections
  const limit = policy.limits.connectionFailurePct
  const observed = sharePct(stage)
  const isAbove = (reference: Connections): boolean => sigmaAbove(stage, reference) >= policy.evidence.boundarySigma
  const outcome = ((): Finding['outcome'] => {
    if (observed === null || normal.attempts === 0) return 'inconclusive'
    if (isLiteral) return observed > limit ? 'breach' : 'healthy'
    if (stage.attempts < policy.evidence.connectionMinAttempts) return 'inconclusive'
    if (observed <= limit || !isAbove(normal)) return 'healthy'
    return controls.attempts === 0 || isAbove(controls) ? 'breach' : 'inconclusive'
  })()
  return {
    rule: 'connection-failure',
    metric: 'connectionFailurePct',
    outcome,
    observed,
    baseline: sharePct(normal),
    limit,
    n: stage.attempts,
    reason: reasonOf(stage, controls, limit),
  }
}

function reasonOf(stage: Sums, controls: Sums, limit: number): string {
  const [observed, common] = [sharePct(stage), sharePct(controls)]
  if (observed === null) return 'no connection attempts were reported'
  const beside = common === null ? 'no controls' : `controls ${common.toFixed(2)} %`
  return `${stage.failures} of ${stage.attempts} attempts failed (${observed.toFixed(2)} %), ${limit} % allowed, ${beside}`
}

/** The rolling window; a stage too small to fill it is judged on all that it did. */
function enough(evidence: Evidence, { evidence: { connectionMinAttempts } }: Policy): Observed {
  const rolling = totalOf(evidence.looks.map(({ total }) => total))
  return rolling.stage.attempts >= connectionMinAttempts ? rolling : evidence.total
}

const sharePct = ({ attempts, failures }: Connections): number | null =>
  attempts === 0 ? null : (failures / attempts) * 100

const sigmaAbove = (stage: Connections, reference: Connections): number =>
  excessSigma(stage.failures, reference.failures, stage.attempts / reference.attempts)
