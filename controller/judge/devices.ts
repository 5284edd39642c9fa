import { deviceList } from '../messages/wording.ts'
import { concerned } from './concerned.ts'
import { crashEvidence } from './crash-evidence.ts'
import { judgeFailedDeployments } from './failed-deployments.ts'
import { judgeLost } from './lost-devices.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding } from './verdict.ts'

/** Rules about single devices: a crash, a failed deployment, a fallback, a device that went silent after its update. */
export function judgeDevices(one: RuleInput): readonly Finding[] {
  const seen = tally(one)
  return [crash(one, seen), judgeFailedDeployments(one), fallback(one, seen), judgeLost(one)]
}

/** What the devices of the stage have done since the deployment, in the order of its members. */
interface Tally {
  readonly crashed: readonly string[]
  readonly crashes: number
  readonly fallen: readonly string[]
  /** Devices that have reported at all. */
  readonly heard: number
  readonly exposureMs: number
}

/** All in one pass: looking a device up by name is the costly part in a large fleet. */
function tally({ evidence, watch }: RuleInput): Tally {
  const [crashed, fallen]: [string[], string[]] = [[], []]
  let [crashes, heard, exposureMs] = [0, 0, 0]
  for (const thing of watch.members) {
    const member = evidence.members[thing]
    if (member === undefined) continue
    if (member.crashes > 0) crashed.push(thing)
    if (member.hasFallenBack) fallen.push(thing)
    if (member.heardAtMs !== null) heard += 1
    crashes += member.crashes
    exposureMs += member.exposureMs
  }
  return { crashed, crashes, fallen, heard, exposureMs }
}

/**
 * Crashes of the firmware since the deployment: any, as long as the baseline had none. Where devices crash anyway the
 * owner's rule would roll back every release, so that they must be more than the baseline's rate explains.
 * [source: thresholds, crash-count]
 */
function crash(one: RuleInput, seen: Tally): Finding {
  const { policy, watch } = one
  const { crashed, crashes: observed, heard } = seen
  const limit = policy.limits.crashes
  const { expected, statistic, interval } = crashEvidence(one.baseline, policy, watch.stage, seen)
  const isBreach = observed > limit && (statistic === undefined || statistic.value >= statistic.boundary)
  return {
    rule: 'component-crash',
    metric: 'crashes',
    outcome: isBreach ? 'breach' : heard === 0 ? 'inconclusive' : 'healthy',
    observed,
    baseline: expected,
    limit,
    n: heard,
    ...concerned(crashed, one),
    ...(statistic !== undefined && { statistic }),
    ...(interval !== undefined && heard > 0 && { interval }),
    ...(!isBreach && heard === 0 && { inconclusive: 'insufficient' }),
    reason: { code: 'CRASHES', data: { crashes: observed, allowed: limit, expected, devices: deviceList(crashed) } },
  }
}

/** The old version runs again although nothing rolled it back. [source: silent-fallback] */
function fallback(one: RuleInput, { fallen }: Tally): Finding {
  const { watch } = one
  return {
    rule: 'silent-fallback',
    metric: 'fallenBackDevices',
    outcome: fallen.length > 0 ? 'breach' : 'healthy',
    observed: fallen.length,
    baseline: null,
    limit: 0,
    n: watch.members.length,
    ...concerned(fallen, one),
    reason: { code: 'SILENT_FALLBACKS', data: { devices: deviceList(fallen), version: watch.previousVersion } },
  }
}
