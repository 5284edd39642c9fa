import type { Baseline } from '../evidence/baseline.ts'
import { NO_PRESENCE } from '../evidence/presence.ts'
import type { StratumSums } from '../evidence/stratum-sums.ts'
import { type Sums, totalOf } from '../evidence/sums.ts'
import { withTail } from '../evidence/variation.ts'
import { lineList } from '../messages/wording.ts'
import { limitBoundary, suddenBoundary } from '../statistics/budget.ts'
import { clusteredLogTail } from '../statistics/clustered-tail.ts'
import { shareInterval } from '../statistics/exact-interval.ts'
import { type Count, excessLogRatio, excessOver, rateInterval } from '../statistics/excess.ts'
import { memoized } from '../support/memoized.ts'
import { hasSameItems } from '../support/same-items.ts'
import {
  againstBefore,
  againstControls,
  againstOwnBefore,
  boundSigmas,
  type Compared,
  leastOf,
  tailOf,
} from './error-counts.ts'
import { around, scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import {
  isSignificant,
  type Judged,
  rollingWindowOf,
  type Segment,
  segmentsOf,
  statisticFrom,
  worstSegment,
} from './segments.ts'
import type { Finding, Interval, Statistic } from './verdict.ts'

/** How the attempts of some devices ended. */
type Connections = Pick<Sums, 'attempts' | 'failures'>

/**
 * A quarter of the stage down within one evaluation is a breach at once, where chance does not make it of what the
 * controls show. [source: connection-evidence]
 */
const SUDDEN_SHARE = 0.25
/** Unless so large a part of that share of the controls is down as well. */
const COMMON_PART = 0.5

/**
 * Failed share of connection attempts, of the stage and of each line: significantly above the same devices' baseline, and
 * above the limit beyond doubt; between the two nothing is promoted. Where the controls explain the rise it is the
 * network, and inconclusive. [source: thresholds, connection-evidence, limit-evidence, raw-thresholds]
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

function gradual(one: RuleInput): Finding {
  const segments = segmentsOf(one, 'connection', (stage) => isAbove(stage, one))
  const judged = segments.map((segment) => judgedOf(segment, one))
  const lines = judged.flatMap(({ outcome, segment: { key } }) =>
    outcome === 'breach' && key.line !== undefined ? [key.line] : [],
  )
  const finding = findingOf(one, worstSegment(judged))
  return lines.length === 0 ? finding : { ...finding, lines: lineList([...new Set(lines)]) }
}

function judgedOf(segment: Segment, one: RuleInput): Judged {
  const { policy } = one
  const { stage, controls } = segment
  const observed = sharePct(stage)
  const isEnough = stage.attempts >= attemptsNeeded(one, segment) || segment.run !== undefined
  if (observed === null || !isEnough) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  if (observed <= policy.limits.connectionFailurePct) return { segment, outcome: 'healthy' }
  const normal = normalOf(one, segment.key.line)
  if (normal.attempts === 0) return { segment, outcome: 'inconclusive', inconclusive: 'insufficient' }
  const compared = comparedOf(segment, one, normal)
  const hasControls = controls.attempts > 0
  const ownBefore = evidenceOf(compared, hasControls ? againstOwnBefore : againstBefore)
  // More than the controls and than before: controls that are better than usual are no fault of the stage.
  const evidence = hasControls
    ? Math.min(evidenceOf(besideFleet(compared, one), againstControls), ownBefore)
    : ownBefore
  const statistic = statisticFrom(segment, evidence)
  if (isSignificant(statistic)) {
    if (isBeyondLimit(segment, one)) return { segment, outcome: 'breach', statistic }
    return { segment, outcome: 'inconclusive', inconclusive: 'gate', statistic }
  }
  const ofBefore = statisticFrom(segment, ownBefore)
  if (!isSignificant(ofBefore) || isPast(segment, compared, one)) return { segment, outcome: 'healthy', statistic }
  return { segment, outcome: 'inconclusive', inconclusive: 'common-mode', statistic: ofBefore }
}

/**
 * What the controls share holds while it lasts. It is past once no more than the limit fail in the rolling window, and
 * since the update no more by the lower bound of as many lines than the limit or the controls allow. [source: past-common-mode]
 */
function isPast({ key, stage, controls }: Segment, compared: Compared, one: RuleInput): boolean {
  const { evidence, policy } = one
  if (key.span !== 'since-update' || controls.attempts === 0) return false
  const lines = rollingWindowOf(evidence.evaluations)
  const now = totalOf(key.line === undefined ? lines : lines.filter(({ line }) => line === key.line)).stage
  const limitPct = policy.limits.connectionFailurePct
  if ((sharePct(now) ?? Number.POSITIVE_INFINITY) > limitPct) return false
  const against = againstControls(besideFleet(compared, one))
  const explained = Math.max((stage.attempts * limitPct) / 100, against.reference * against.ratio)
  const sigmas = boundSigmas(key.line === undefined ? 1 : evidence.lines.length)
  return against.reference > 0 && leastOf(against, sigmas) <= explained
}

/** With the tail that bad links of single devices give it. */
const evidenceOf = (compared: Compared, against: (compared: Compared) => Count): number =>
  ofCount(against(compared), compared)

const ofCount = (count: Count, compared: Compared): number => withTail(excessLogRatio(count), tailOf(compared))

/** The failed shares in per cent that are not rejected by all that the failures are held against. */
function intervalOf(segment: Segment, one: RuleInput): Interval | undefined {
  const { stage, controls, key, boundary } = segment
  const normal = normalOf(one, key.line)
  if (one.policy.profile === 'raw-thresholds' || stage.attempts === 0 || normal.attempts === 0) return undefined
  const compared = comparedOf(segment, one, normal)
  const tests =
    controls.attempts > 0
      ? [againstControls(besideFleet(compared, one)), againstOwnBefore(compared)]
      : [againstBefore(compared)]
  const intervals = tests.map((count) => {
    const expectedPct = (count.reference * count.ratio * 100) / stage.attempts
    return scaled(
      rateInterval(count, (each) => ofCount(each, compared) >= boundary),
      (multiple) => Math.min(multiple * expectedPct, 100),
    )
  })
  return around(sharePct(stage), intervals)
}

/** Devices fail alike, so that what to expect of them at the same time is known from all of the fleet. */
function besideFleet({ stage, ...rest }: Compared, { baseline: { connections } }: RuleInput): Compared {
  const expectedErrors = (stage.countedMinutes * connections.failures) / Math.max(connections.attempts, 1)
  const before = { ...rest.before, errors: connections.failures, leastErrors: connections.failures }
  return { ...rest, stage: { ...stage, expectedErrors }, before }
}

/** As errors are compared: a failure of a connection is an error, and every attempt a minute. */
function comparedOf({ key, stage, controls }: Segment, { baseline, watch }: RuleInput, normal: Connections): Compared {
  const members =
    key.line === undefined ? watch.members : watch.members.filter((thing) => watch.lineOf[thing] === key.line)
  const ofFleet = baseline.connections.failures / Math.max(baseline.connections.attempts, 1)
  const lines = key.line === undefined ? new Set(members.map((thing) => watch.lineOf[thing])).size : 1
  return {
    stage: {
      errors: stage.failures,
      expectedErrors: (stage.attempts * normal.failures) / normal.attempts,
      countedMinutes: stage.attempts,
    },
    controls: {
      errors: controls.failures,
      expectedErrors: controls.attempts * ofFleet,
      countedMinutes: controls.attempts,
    },
    before: {
      devices: members.length,
      lines,
      errors: normal.failures,
      leastErrors: normal.failures,
      countedMinutes: normal.attempts,
    },
    variation: baseline.connectionVariation,
  }
}

/** More failures than a share as large as the limit would make: until that is known, nothing is promoted. */
function isBeyondLimit({ key, stage }: Segment, { policy, baseline, evidence }: RuleInput): boolean {
  const allowed = (stage.attempts * policy.limits.connectionFailurePct) / 100
  const lines = key.line === undefined ? 1 : evidence.lines.length
  const beyond = excessOver(stage.failures, allowed) / (baseline.dispersion?.connection ?? 1)
  return beyond >= limitBoundary(policy, lines, key.span === 'rolling-window')
}

/** Of the whole stage; a line needs its share, and the evidence of a line among many. */
function attemptsNeeded({ watch, policy }: RuleInput, { key: { line } }: Segment): number {
  const { connectionMinAttempts } = policy.evidence
  if (line === undefined) return connectionMinAttempts
  let own = 0
  for (const thing of watch.members) if (watch.lineOf[thing] === line) own += 1
  return (connectionMinAttempts * own) / watch.members.length
}

function findingOf(one: RuleInput, { segment, outcome, statistic, inconclusive }: Judged): Finding {
  const { stage, controls, key } = segment
  const limit = one.policy.limits.connectionFailurePct
  const observed = sharePct(stage)
  const interval = intervalOf(segment, one)
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
    ...(interval !== undefined && { interval }),
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
function sudden(one: RuleInput): Finding {
  const { evidence, watch } = one
  const down = evidence.evaluations.at(-1)?.down ?? { stage: 0, stageOf: 0, controls: 0, controlsOf: 0 }
  const share = down.stageOf === 0 ? null : down.stage / down.stageOf
  const common = down.controlsOf === 0 ? null : down.controls / down.controlsOf
  const isSudden = share !== null && share >= SUDDEN_SHARE && down.stage > 1
  // Without controls, or with a silent fleet, it may be the network or the telemetry: lost devices are found later.
  const isFar = isSudden && common !== null && common < share * COMMON_PART
  const statistic = isFar ? suddenStatistic(one) : undefined
  const isOwn = statistic !== undefined && isSignificant(statistic)
  const interval = shareInterval(down.stage, down.stageOf, suddenBoundary(one.policy))
  return {
    rule: 'connection-loss',
    metric: 'downDevicesPct',
    outcome: isOwn ? 'breach' : isSudden ? 'inconclusive' : 'healthy',
    observed: share === null ? null : share * 100,
    baseline: common === null ? null : common * 100,
    limit: SUDDEN_SHARE * 100,
    n: down.stageOf,
    ...(statistic !== undefined && { statistic }),
    ...(share !== null && { interval: scaled(interval, (end) => end * 100) }),
    ...(isSudden && !isOwn && { inconclusive: suddenReason(common, isFar) }),
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

const suddenReason = (common: number | null, isFar: boolean): NonNullable<Finding['inconclusive']> =>
  common === null || common >= 1 ? 'stale' : isFar ? 'insufficient' : 'common-mode'

/** Down at this evaluation, against what the controls of the same line and of all lines are. */
function suddenStatistic({ evidence, policy }: RuleInput): Statistic {
  const { lines, stage } = evidence.presence ?? NO_PRESENCE
  const peers = new Map(lines.map((presence) => [presence.line, presence.peers]))
  const counts = stage.map(({ line, of }) => {
    const own = peers.get(line)
    return { devices: of, peers: own?.of ?? 0, peersAway: own?.down ?? 0 }
  })
  const down = stage.reduce((sum, one) => sum + one.down, 0)
  const [of, away] = [...peers.values()].reduce(([a, b], one) => [a + one.of, b + one.down], [0, 0])
  const { awayShare } = policy.evidence
  // Those that are down count with their lines, which is where the stage's devices are compared with them.
  const rate = { away: 1, there: 1 / awayShare - 1 + of - away, line: awayShare }
  return { name: 'beta-binomial', value: 0 - clusteredLogTail(down, counts, rate), boundary: suddenBoundary(policy) }
}

const isAbove = (stage: Connections, { policy }: RuleInput): boolean =>
  (sharePct(stage) ?? 0) > policy.limits.connectionFailurePct

const sharePct = ({ attempts, failures }: Connections): number | null =>
  attempts === 0 ? null : (failures / attempts) * 100

/** By the stage and the line. */
const known = memoized(
  (_: Baseline) => new Map<string, { readonly of: readonly string[]; readonly normal: Connections }>(),
)

/** The same devices before the rollout, at all hours: failures do not depend on the shift. */
function normalOf({ baseline, watch }: RuleInput, line: number | undefined): Connections {
  const key = `${watch.stage}/${line ?? ''}`
  const kept = known(baseline).get(key)
  if (kept !== undefined && hasSameItems(kept.of, watch.members)) return kept.normal
  let [attempts, failures] = [0, 0]
  for (const thing of watch.members) {
    if (line !== undefined && watch.lineOf[thing] !== line) continue
    const strata: readonly StratumSums[] = Object.values(baseline.devices[thing] ?? {})
    for (const stratum of strata) {
      attempts += stratum.connectionAttempts
      failures += stratum.connectionFailures
    }
  }
  const normal = { attempts, failures }
  known(baseline).set(key, { of: watch.members, normal })
  return normal
}
