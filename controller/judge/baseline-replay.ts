import type { StageName } from '../contract.ts'
import { type Baseline, shiftSums } from '../evidence/baseline.ts'
import { type Delta, difference } from '../evidence/difference.ts'
import { type Evidence, installedEvidence, observe, type Watch } from '../evidence/evidence.ts'
import type { HealthSample, Snapshot } from '../evidence/snapshot.ts'
import { minus, type StratumSums } from '../evidence/stratum-sums.ts'
import type { Refusal } from '../messages/refusals.ts'
import type { Policy } from '../policy/policy.ts'
import { policyAt, stageNames } from '../policy/stages.ts'
import { groupedBy } from '../support/grouped.ts'
import { own } from '../support/own.ts'
import { judge } from './judge.ts'
import type { Finding } from './verdict.ts'

/** What a week is replayed with. */
export interface Replay {
  readonly baseline: Baseline
  /** The snapshots that the baseline is made of, oldest first. */
  readonly snapshots: readonly Snapshot[]
  readonly members: Readonly<Record<StageName, readonly string[]>>
  /** Who will be held back from production: no members of it. */
  readonly held: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
  /** What the devices ran. */
  readonly version: string
}

/** A rollback of a release that never was. */
export interface ReplayAlarm {
  readonly stage: StageName
  readonly atMs: number
  readonly finding: Finding
}

/** The rules that records of whole shifts can be judged by. */
const REPLAYED = ['component-crash', 'connection-failure', 'cycle-time', 'error-rate']
/** Beyond the boundary by so many nats: alpha is as much smaller, and a little more, since critical values bend. */
const MARGIN = 1.1
const DAY_MS = 24 * 3_600_000

/**
 * Every day of the baseline as a fake deployment of every stage, judged by the rules of the real one against the other
 * days: what alarms here would roll back a healthy release. The records are of shifts, so that what passes within a
 * shift is not seen. Crashes are held against those of the whole week, the day's own among them, and by so much more as
 * there are fake deployments: one crash falls on one of the days, which says nothing of the plant. [source: aa-replay]
 */
export function replay(week: Replay, policy: Policy): readonly ReplayAlarm[] {
  const { snapshots } = week
  const stages = stageNames(policy)
  const alarms: ReplayAlarm[] = []
  let days = 0
  for (let first = 0; first + 1 < snapshots.length; ) {
    const startMs = (snapshots[first] as Snapshot).atMs
    let last = first + 1
    while (last + 1 < snapshots.length && (snapshots[last + 1] as Snapshot).atMs <= startMs + DAY_MS) last += 1
    const day = snapshots.slice(first, last + 1)
    const baseline = without(week.baseline, day, policy)
    const shifts = day.slice(1).map((current, i): Shift => withoutStop(day[i] as Snapshot, current))
    for (const stage of stages) alarms.push(...replayDay({ ...week, baseline }, shifts, stage, policyAt(policy, stage)))
    first = last
    days += 1
  }
  return alarms.filter(({ finding }) => finding.rule !== 'component-crash' || isBeyond(finding, days * stages.length))
}

/** Whether a finding would be significant as one of so many. */
const isBeyond = ({ statistic }: Finding, tests: number): boolean =>
  statistic === undefined || statistic.value >= statistic.boundary + Math.log(tests)

/** The snapshots that it begins and ends with. */
type Shift = readonly [previous: Snapshot, current: Snapshot]

/**
 * The same without the longest stop of each device: a reading of minutes bounds what a stop of half an hour says of a
 * release, and one of a shift could not. Squares tell how long it was at most. [source: bounded-readings]
 */
function withoutStop(previous: Snapshot, current: Snapshot): Shift {
  const devices: Record<string, HealthSample> = Object.create(null)
  for (const thing in current.devices) {
    const to = current.devices[thing] as HealthSample
    const delta = difference(own(previous.devices, thing), to)
    const stopMs = delta === null ? 0 : longestStopMs(delta)
    const cycleTimeMsSum = to.counters.cycleTimeMsSum - stopMs
    devices[thing] = { ...to, counters: { ...to.counters, cycleTimeMsSum } }
  }
  return [previous, { ...current, devices }]
}

/** One cycle that alone made all of the squares about the mean is the root of them longer. Even cycles have hardly any. */
const longestStopMs = ({ cycles, cycleTimeMsSum, cycleTimeMsSumOfSquares }: Delta): number =>
  cycles > 0 ? Math.sqrt(Math.max(cycleTimeMsSumOfSquares - cycleTimeMsSum ** 2 / cycles, 0)) : 0

function replayDay(week: Replay, day: readonly Shift[], stage: StageName, policy: Policy): ReplayAlarm[] {
  const watch = watchOf(week, stageNames(policy), stage, (day[0] as Shift)[0].atMs)
  let evidence: Evidence = installedEvidence(watch)
  const alarms = new Map<string, ReplayAlarm>()
  for (const [previous, current] of day) {
    evidence = observe(evidence, watch, previous, current, week.baseline, policy)
    const nowMs = current.atMs
    const { findings } = judge({ evidence, watch, baseline: week.baseline, policy, nowMs, failedDevices: [] })
    for (const finding of findings) {
      if (finding.outcome !== 'breach' || finding.isDryRun || !REPLAYED.includes(finding.rule)) continue
      alarms.set(finding.rule, { stage, atMs: nowMs, finding })
    }
  }
  return [...alarms.values()]
}

/** A stage with its controls as it will have them: the devices of later stages, and those held back. */
function watchOf(
  { members, held, lineOf, version }: Replay,
  stages: readonly StageName[],
  stage: StageName,
  deployedAtMs: number,
): Watch {
  const later = stages.slice(stages.indexOf(stage) + 1)
  return {
    stage,
    version,
    previousVersion: version,
    members: members[stage] ?? [],
    controls: [...later.flatMap((name) => members[name] ?? []), ...held],
    lineOf,
    deployedAtMs,
  }
}

/** The baseline of the other days; how much things vary is taken from all, and so are crashes. */
function without(baseline: Baseline, day: readonly Snapshot[], policy: Policy): Baseline {
  const devices: Record<string, Record<string, StratumSums>> = Object.create(null)
  const sums = shiftSums(day, policy)
  const connections = { ...baseline.connections }
  for (const thing in baseline.devices) {
    const left: Record<string, StratumSums> = { ...baseline.devices[thing] }
    const ofDay = sums[thing] ?? {}
    for (const stratum in ofDay) {
      const own = ofDay[stratum] as StratumSums
      left[stratum] = minus(left[stratum] as StratumSums, own)
      connections.attempts -= own.connectionAttempts
      connections.failures -= own.connectionFailures
    }
    devices[thing] = left
  }
  return { ...baseline, devices, connections }
}

/** The share of false rollbacks at which the replay would have been quiet. [source: aa-replay] */
export function quietShare(alarms: readonly ReplayAlarm[], share: number): number {
  const beyond = alarms.map(({ finding: { statistic } }) =>
    statistic === undefined ? 0 : Math.max(statistic.value - statistic.boundary, 0),
  )
  return share * Math.exp(-MARGIN * Math.max(0, ...beyond))
}

/** Why a rollout must not rest on such a week: each stage and rule, with the finding of the last of its days. */
export function refuseNoise(alarms: readonly ReplayAlarm[]): Refusal {
  const byRule = groupedBy(alarms, ({ stage, finding }) => `${stage}/${finding.rule}`)
  const byStageAndRule = [...byRule.values()].map((own) => {
    const { stage, finding } = own.at(-1) as ReplayAlarm
    return { stage, rule: finding.rule, days: own.length, reason: finding.reason }
  })
  return { code: 'BASELINE_TOO_NOISY', data: { alarms: byStageAndRule } }
}
