import type { MemberState } from '../evidence/evidence.ts'
import { AWAY_LINE_SHARE, type LinePresence, longAwayMs, NO_PRESENCE } from '../evidence/presence.ts'
import { deviceList, lineList } from '../messages/wording.ts'
import { awayBoundary, updateBoundary } from '../statistics/budget.ts'
import {
  type AwayRate,
  betaBinomial,
  clusteredLogTail,
  type LineCount,
  linesLogTail,
} from '../statistics/clustered-tail.ts'
import { shareInterval } from '../statistics/exact-interval.ts'
import { concerned } from './concerned.ts'
import { scaled } from './interval.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, InconclusiveReason, Statistic } from './verdict.ts'

/** One device may be away whatever the stage is; nothing is promoted while more than a tenth is. [source: lost-devices] */
const ALWAYS_ALLOWED = 1
const MAX_LOST_SHARE = 0.1
/** Fewer are expected at one evaluation of a hundred at most: more is held, whether or not it is the release's fault. */
const HELD_CHANCE = 0.01
/** (1 + 4)^-2 of all outages are long. [source: away-rate] */
const LONG_SHARE = 0.04

/**
 * Devices that have reported since the deployment and are silent: more than healthy ones would be, given how often
 * devices are away at all, and what the peers of the same line show at the same time. A line that is away with its
 * peers is the network, as is one of which all are away and of others none; devices that went away with their update,
 * or for long, are stronger evidence than others. The interval is of the share times the devices. [source: lost-devices, line-clusters, away-rate]
 */
export function judgeLost(one: RuleInput): Finding {
  const seen = heardMembers(one)
  const silent = seen.filter(({ silentMs }) => silentMs > one.policy.lostAfterMs).map(({ thing }) => thing)
  const rate = awayRate(one)
  const allowed = allowedOf(seen.length, rate)
  const statistic = silent.length > ALWAYS_ALLOWED ? strongest(one, seen, rate) : undefined
  const isBreach = statistic !== undefined && statistic.value >= statistic.boundary
  const isHeld = silent.length > allowed || silent.length > seen.length * MAX_LOST_SHARE
  const away = awayLines(one)
  const isCommon = silent.some((thing) => away.includes(one.watch.lineOf[thing] as number))
  const held = isHeld ? reasonOf(one, silent.length === seen.length, isCommon) : undefined
  const interval = shareInterval(
    silent.length,
    seen.length,
    statistic?.boundary ?? awayBoundary(one.policy, Math.max(silent.length, 1)),
  )
  // Where nothing at all reports, it is not known what would.
  const outcome = isBreach && held !== 'stale' ? 'breach' : isHeld ? 'inconclusive' : 'healthy'
  return {
    rule: 'lost-device',
    metric: 'silentDevices',
    outcome,
    observed: silent.length,
    baseline: (seen.length * rate.away) / (rate.away + rate.there),
    limit: allowed,
    n: seen.length,
    ...concerned(silent, one),
    ...(statistic !== undefined && { statistic }),
    ...(seen.length > 0 && { interval: scaled(interval, (end) => end * seen.length) }),
    ...(outcome === 'inconclusive' && held !== undefined && { inconclusive: held }),
    reason: {
      code: 'SILENT_DEVICES',
      data: { silent: deviceList(silent), heard: seen.length, allowed, isCommon, awayLines: lineList(away) },
    },
  }
}

interface Heard {
  readonly thing: string
  readonly silentMs: number
  /** It has not reported since about its update. */
  readonly isSinceUpdate: boolean
}

function heardMembers({ evidence, watch, policy, nowMs }: RuleInput): readonly Heard[] {
  const seen: Heard[] = []
  for (const thing of watch.members) {
    const member = evidence.members[thing]
    if (member === undefined || member.heardAtMs === null) continue
    const isSinceUpdate = member.heardAtMs - updateMs(member, watch.deployedAtMs) <= policy.installTimeoutMs
    seen.push({ thing, silentMs: nowMs - member.heardAtMs, isSinceUpdate })
  }
  return seen
}

/** When its update was last at work: a device that was away takes it when it is back. */
const updateMs = ({ installedAtMs, gap }: MemberState, deployedAtMs: number): number =>
  installedAtMs ?? gap?.toMs ?? deployedAtMs

/**
 * How often a device is away: what is assumed of any plant counts as one outage, and what peers have shown since the
 * deployment is added, in lengths of an outage.
 */
export function awayRate({ evidence, policy }: Pick<RuleInput, 'evidence' | 'policy'>): AwayRate {
  const { awayShare, awayForMs } = policy.evidence
  const { awayMs, observedMs } = evidence.presence ?? NO_PRESENCE
  return {
    away: 1 + awayMs / awayForMs,
    there: 1 / awayShare - 1 + (observedMs - awayMs) / awayForMs,
    line: awayShare,
  }
}

/** The largest number that is not rare, lines left aside. */
function allowedOf(devices: number, { away, there }: AwayRate): number {
  const chances = betaBinomial(devices, away, there)
  let [count, rest] = [0, 1 - (chances[0] as number)]
  while (count < devices && rest >= HELD_CHANCE) {
    count += 1
    rest -= chances[count] as number
  }
  return Math.max(count, ALWAYS_ALLOWED)
}

/** Of the ways in which devices may be away, the one that is furthest beyond its boundary. */
function strongest(one: RuleInput, seen: readonly Heard[], rate: AwayRate): Statistic {
  const { policy } = one
  const { lostAfterMs, installTimeoutMs, evidence } = policy
  const known = ofKnownLines(one, seen)
  const silent = known.filter(({ silentMs }) => silentMs > lostAfterMs)
  const long = silent.filter(({ silentMs }) => silentMs > longAwayMs(policy))
  const sinceUpdate = silent.filter(({ isSinceUpdate }) => isSinceUpdate)
  // It goes away within either of two times: of the deployment, and of the confirmation.
  const updateShare = (2 * installTimeoutMs) / evidence.awayForMs
  const lines = lineCounts(one, known)
  const way = (away: readonly Heard[], share: number, boundary: number): Statistic =>
    wayOf(one, away, lines, rarer(rate, share), boundary)
  const ways = [
    way(silent, 1, awayBoundary(policy, Math.max(silent.length, 1))),
    way(long, longShare(one), awayBoundary(policy, Math.max(long.length, 1))),
    way(sinceUpdate, updateShare, updateBoundary(policy)),
  ]
  return ways.reduce((a, b) => (a.value - a.boundary >= b.value - b.boundary ? a : b))
}

/** Of devices that are away; what is assumed counts as one outage here as well. */
function longShare({ evidence, policy }: RuleInput): number {
  const { awayMs, longAwayMs: longMs = 0 } = evidence.presence ?? NO_PRESENCE
  const { awayForMs } = policy.evidence
  return (LONG_SHARE + longMs / awayForMs) / (1 + awayMs / awayForMs)
}

const rarer = ({ away, there, line }: AwayRate, share: number): AwayRate => ({
  away,
  there: there / share,
  line: Math.min(line * share, 1),
})

/** Devices and lines are two tests, unless every line has one device. */
function wayOf(
  { watch }: RuleInput,
  away: readonly Heard[],
  lines: readonly LineCount[],
  rate: AwayRate,
  boundary: number,
): Statistic {
  const name = 'beta-binomial'
  if (away.length <= ALWAYS_ALLOWED) return { name, value: 0, boundary }
  const ofDevices = -clusteredLogTail(away.length, lines, rate)
  if (lines.every(({ devices }) => devices === 1)) return { name, value: ofDevices, boundary }
  const ofLines = -linesLogTail(new Set(away.map(({ thing }) => watch.lineOf[thing])).size, lines, rate)
  return { name, value: Math.max(ofDevices, ofLines), boundary: boundary + Math.LN2 }
}

/** Without lines of which half of the peers or more are away: they show nothing, of their own devices nor of others. */
function ofKnownLines(one: RuleInput, seen: readonly Heard[]): readonly Heard[] {
  const unknown = new Set(linesOf(one).flatMap(({ line, peers }) => (2 * peers.away >= peers.of ? [line] : [])))
  return seen.filter(({ thing }) => !unknown.has(one.watch.lineOf[thing] as number))
}

const linesOf = ({ evidence }: RuleInput): readonly LinePresence[] => (evidence.presence ?? NO_PRESENCE).lines

/** Lines of which so many peers are away that it is the line. */
const awayLines = (one: RuleInput): readonly number[] =>
  linesOf(one)
    .filter(({ peers }) => peers.away > AWAY_LINE_SHARE * peers.of)
    .map(({ line }) => line)

/** The devices of the stage by line, and what their peers do. */
function lineCounts(one: RuleInput, seen: readonly Heard[]): readonly LineCount[] {
  const devices = new Map<number, number>()
  for (const { thing } of seen) {
    const line = one.watch.lineOf[thing] as number
    devices.set(line, (devices.get(line) ?? 0) + 1)
  }
  const peers = new Map(linesOf(one).map((presence) => [presence.line, presence.peers]))
  return [...devices].map(([line, count]) => {
    const own = peers.get(line) ?? { of: 0, away: 0 }
    return { devices: count, peers: own.of, peersAway: own.away }
  })
}

function reasonOf(one: RuleInput, isWholeStage: boolean, isCommon: boolean): InconclusiveReason {
  const peersUp = linesOf(one).reduce((sum, { peers }) => sum + peers.of - peers.away, 0)
  if (isWholeStage && peersUp === 0) return 'stale'
  return isCommon ? 'common-mode' : 'insufficient'
}
