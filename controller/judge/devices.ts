import { type EvaluationSums, totalOf } from '../evidence/sums.ts'
import { deviceList } from '../messages/wording.ts'
import { crashEvidence } from './crash-evidence.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding } from './verdict.ts'

/** Lost devices that a stage may have: two are too many, and so is more than a tenth. [source: lost-devices] */
const MAX_LOST = 1
const MAX_LOST_SHARE = 0.1

/** Rules about single devices: a crash, a failed deployment, a fallback, a device that went silent after its update. */
export function judgeDevices(one: RuleInput): readonly Finding[] {
  const seen = tally(one)
  return [crash(one, seen), failedDeployment(one), fallback(one, seen), lost(one, seen)]
}

/** What the devices of the stage have done since the deployment, in the order of its members. */
interface Tally {
  readonly crashed: readonly string[]
  readonly crashes: number
  readonly fallen: readonly string[]
  /** Devices that have reported at all. */
  readonly heard: number
  /** Of them, those that have not reported for too long. */
  readonly silent: readonly string[]
  readonly exposureMs: number
}

/** All in one pass: looking a device up by name is the costly part in a large fleet. */
function tally({ evidence, watch, policy, nowMs }: RuleInput): Tally {
  const [crashed, fallen, silent]: [string[], string[], string[]] = [[], [], []]
  let [crashes, heard, exposureMs] = [0, 0, 0]
  for (const thing of watch.members) {
    const member = evidence.members[thing]
    if (member === undefined) continue
    if (member.crashes > 0) crashed.push(thing)
    if (member.hasFallenBack) fallen.push(thing)
    if (member.heardAtMs !== null) heard += 1
    if (member.heardAtMs !== null && nowMs - member.heardAtMs > policy.lostAfterMs) silent.push(thing)
    crashes += member.crashes
    exposureMs += member.exposureMs
  }
  return { crashed, crashes, fallen, heard, silent, exposureMs }
}

/**
 * Crashes of the firmware since the deployment: any, as long as the baseline had none. Where devices crash anyway the
 * owner's rule would roll back every release, so that they must be more than the baseline's rate explains.
 * [source: thresholds, crash-count]
 */
function crash(one: RuleInput, seen: Tally): Finding {
  const { watch, policy } = one
  const { crashed, crashes: observed, heard } = seen
  const limit = policy.limits.crashes
  const { expected, statistic } = crashEvidence(one.baseline, policy, watch.stage, seen)
  const isBreach = observed > limit && (statistic === undefined || statistic.value >= statistic.boundary)
  return {
    rule: 'component-crash',
    metric: 'crashes',
    outcome: isBreach ? 'breach' : heard === 0 ? 'inconclusive' : 'healthy',
    observed,
    baseline: expected,
    limit,
    n: heard,
    ...(crashed[0] !== undefined && { thing: crashed[0], line: watch.lineOf[crashed[0]] as number }),
    ...(statistic !== undefined && { statistic }),
    ...(!isBreach && heard === 0 && { inconclusive: 'insufficient' }),
    reason: { code: 'CRASHES', data: { crashes: observed, allowed: limit, expected, devices: deviceList(crashed) } },
  }
}

function failedDeployment({ failedDevices, watch }: RuleInput): Finding {
  const [first] = failedDevices
  return {
    rule: 'deployment-failure',
    metric: 'failedDevices',
    outcome: first === undefined ? 'healthy' : 'breach',
    observed: failedDevices.length,
    baseline: null,
    limit: 0,
    n: watch.members.length,
    ...(first !== undefined && { thing: first.thing, line: watch.lineOf[first.thing] as number }),
    reason: {
      code: 'FAILED_DEPLOYMENTS',
      data: {
        devices: failedDevices.length,
        first: first === undefined ? null : { thing: first.thing, status: first.status },
      },
    },
  }
}

/** The old version runs again although nothing rolled it back. [source: silent-fallback] */
function fallback({ watch }: RuleInput, { fallen }: Tally): Finding {
  return {
    rule: 'silent-fallback',
    metric: 'fallenBackDevices',
    outcome: fallen.length > 0 ? 'breach' : 'healthy',
    observed: fallen.length,
    baseline: null,
    limit: 0,
    n: watch.members.length,
    ...(fallen[0] !== undefined && { thing: fallen[0], line: watch.lineOf[fallen[0]] as number }),
    reason: { code: 'SILENT_FALLBACKS', data: { devices: deviceList(fallen), version: watch.previousVersion } },
  }
}

/** Share of the controls that must be silent too before silence is attributed to telemetry. [source: telemetry-hold] */
const COMMON_SILENT_SHARE = 0.3

/**
 * Reported since the deployment began and silent since, installed or not, while the controls still report.
 * [source: lost-devices]
 */
function lost(one: RuleInput, { heard, silent }: Tally): Finding {
  const { evidence, watch, policy, nowMs } = one
  const areControlsSilent = nowMs - (evidence.controlsHeardAtMs ?? Number.NEGATIVE_INFINITY) > policy.lostAfterMs
  const limit = Math.min(MAX_LOST, Math.floor(watch.members.length * MAX_LOST_SHARE))
  const isCommon =
    watch.controls.length > 0
      ? areControlsSilent || silentControlShare(one) > COMMON_SILENT_SHARE
      : silent.length === heard
  return {
    rule: 'lost-device',
    metric: 'silentDevices',
    outcome: silent.length <= limit ? 'healthy' : isCommon ? 'inconclusive' : 'breach',
    observed: silent.length,
    baseline: null,
    limit,
    n: heard,
    ...(silent[0] !== undefined && { thing: silent[0], line: watch.lineOf[silent[0]] as number }),
    ...(silent.length > limit && isCommon && { inconclusive: 'stale' }),
    reason: { code: 'SILENT_DEVICES', data: { silent: deviceList(silent), heard, allowed: limit, isCommon } },
  }
}

/**
 * Share of the controls' minutes that did not come in, over the time that makes a device lost; 0 before the first
 * evaluation.
 */
function silentControlShare({ evidence, watch, policy, nowMs }: RuleInput): number {
  const first = evidence.evaluations.findIndex(({ atMs }) => atMs > nowMs - policy.lostAfterMs)
  if (first === -1) return 0
  const rollingWindow = evidence.evaluations.slice(first)
  const sinceMs = evidence.evaluations[first - 1]?.atMs ?? (rollingWindow[0] as EvaluationSums).atMs - policy.tickMs
  const { minutes } = totalOf(rollingWindow.map(({ total }) => total)).controls
  return 1 - minutes / (((nowMs - sinceMs) / 60_000) * watch.controls.length)
}
