import type { StratumSums } from '../evidence/baseline.ts'
import { type Sums, totalOf } from '../evidence/sums.ts'
import { type Count, excessLogRatio } from '../statistics/excess.ts'
import type { RuleInput } from './rule-input.ts'
import { isSignificant, type Judged, type Segment, segmentsOf, statisticOf, worstSegment } from './segments.ts'
import type { Finding } from './verdict.ts'

/** How the attempts of some devices ended. */
type Connections = Pick<Sums, 'attempts' | 'failures'>

/** A quarter of the stage down within one evaluation is a breach at once. [source: connection-evidence] */
const SUDDEN_SHARE = 0.25
/** Unless so large a part of that share of the controls is down as well. */
const COMMON_PART = 0.5

/**
 * Failed share of connection attempts, of the stage and of each line: above the limit, and significantly above the same
 * devices' baseline; not above the limit itself, which a canary at 3 % could not show within an hour. Where the
 * controls explain the rise it is the network, and inconclusive.
 * [source: thresholds, connection-evidence, raw-thresholds]
 */
export function judgeConnection(one: RuleInput): readonly Finding[] {
  return one.policy.profile === 'raw-thresholds' ? [literal(one)] : [gradual(one), sudden(one)]
}

function literal(one: RuleInput): Finding {
  const { stage, controls } = totalOf(one.evidence.evaluations.slice(-1).map(({ total }) => total))
  const observed = sharePct(stage)
  const isAbove = observed !== null && observed > one.policy.limits.connectionFailurePct
  const segment = { key: { span: 'latest-evaluation' as const }, strata: [], stage, controls, boundary: 0 }
  const outcome = observed === null ? 'inconclusive' : isAbove ? 'breach' : 'healthy'
  return findingOf(one, { segment, outcome, ...(observed === null && { inconclusive: 'insufficient' }) })
}

const gradual = (one: RuleInput): Finding =>
  findingOf(
    one,
    worstSegment(
      segmentsOf(one, 'connection', (stage) => isAbove(stage, one)).map((segment) => judgedOf(segment, one)),
    ),
  )

function judgedOf(segment: Segment, one: RuleInput): Judged {
  const { policy, baseline } = one
  const { stage, controls } = segment
  const observed = sharePct(stage)
  const isEnough = stage.attempts >= policy.evidence.connectionMinAttempts || segment.run !== undefined
  if (observed === null || !isEnough) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  if (observed <= policy.limits.connectionFailurePct) return { segment, outcome: 'healthy' }
  const normal = normalOf(one, segment.key.line)
  if (normal.attempts === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const dispersion = baseline.dispersion?.connection
  const statistic = statisticOf(segment, countOf(stage, normal), dispersion)
  if (!isSignificant(statistic)) return { segment, outcome: 'healthy', statistic }
  const isOwn = controls.attempts === 0 || excessLogRatio(countOf(stage, controls), dispersion) >= segment.boundary
  return isOwn
    ? { segment, outcome: 'breach', statistic }
    : { segment, outcome: 'inconclusive', inconclusive: 'common-mode', statistic }
}

function findingOf(one: RuleInput, { segment, outcome, statistic, inconclusive }: Judged): Finding {
  const { stage, controls, key } = segment
  const limit = one.policy.limits.connectionFailurePct
  const observed = sharePct(stage)
  return {
    rule: 'connection-failure',
    metric: 'connectionFailurePct',
    outcome,
    observed,
    baseline: sharePct(one.baseline.connections),
    limit,
    n: stage.attempts,
    ...(key.line !== undefined && { line: key.line }),
    ...(statistic !== undefined && { statistic }),
    ...(inconclusive !== undefined && { inconclusive }),
    reason:
      observed === null
        ? { code: 'NO_CONNECTION_ATTEMPTS', data: {} }
        : {
            code: 'CONNECTION_FAILURES',
            data: {
              failures: stage.failures,
              attempts: stage.attempts,
              failedPct: observed,
              allowedPct: limit,
              controlsPct: sharePct(controls),
              segment: key,
            },
          },
  }
}

/** Devices that reported nothing, or hardly ever connected, within one evaluation, while the controls are up. */
function sudden({ evidence, watch }: RuleInput): Finding {
  const down = evidence.evaluations.at(-1)?.down ?? { stage: 0, stageOf: 0, controls: 0, controlsOf: 0 }
  const share = down.stageOf === 0 ? null : down.stage / down.stageOf
  const common = down.controlsOf === 0 ? null : down.controls / down.controlsOf
  const isSudden = share !== null && share >= SUDDEN_SHARE && down.stage > 1
  // Without controls, or with a silent fleet, it may be the network or the telemetry: lost devices are found later.
  const isOwn = isSudden && common !== null && common < share * COMMON_PART
  return {
    rule: 'connection-loss',
    metric: 'downDevicesPct',
    outcome: isOwn ? 'breach' : isSudden ? 'inconclusive' : 'healthy',
    observed: share === null ? null : share * 100,
    baseline: common === null ? null : common * 100,
    limit: SUDDEN_SHARE * 100,
    n: down.stageOf,
    ...(isSudden &&
      !isOwn && { inconclusive: common === null || common >= 1 ? ('stale' as const) : ('common-mode' as const) }),
    reason: {
      code: 'DEVICES_DOWN',
      data: {
        stage: watch.stage,
        own: { down: down.stage, of: down.stageOf },
        controls: common === null ? null : { down: down.controls, of: down.controlsOf },
      },
    },
  }
}

const isAbove = (stage: Connections, { policy }: RuleInput): boolean =>
  (sharePct(stage) ?? 0) > policy.limits.connectionFailurePct

const sharePct = ({ attempts, failures }: Connections): number | null =>
  attempts === 0 ? null : (failures / attempts) * 100

const countOf = (stage: Connections, reference: Connections): Count => ({
  count: stage.failures,
  reference: reference.failures,
  ratio: stage.attempts / reference.attempts,
})

/** The same devices before the rollout, at all hours: failures do not depend on the shift. */
function normalOf({ baseline, watch }: RuleInput, line: number | undefined): Connections {
  let [attempts, failures] = [0, 0]
  for (const thing of watch.members) {
    if (line !== undefined && watch.lineOf[thing] !== line) continue
    const strata: readonly StratumSums[] = Object.values(baseline.devices[thing] ?? {})
    for (const stratum of strata) {
      attempts += stratum.connectionAttempts
      failures += stratum.connectionFailures
    }
  }
  return { attempts, failures }
}
