import type { Case } from '../case.ts'
import type { Finding } from '../verdict.ts'

/** Lost devices that are one too many: two, or more than a tenth of the stage. [detection D2] */
const MAX_LOST = 1
const MAX_LOST_SHARE = 0.1

/** Rules about single devices: a crash, a failed deployment, a fallback, a device that fell silent after its update. */
export function judgeDevices(one: Case): readonly Finding[] {
  return [crash(one), failedDeployment(one), fallback(one), lost(one)]
}

/** Any crash of the firmware since the deployment. [seed: any component crash] */
function crash({ evidence, watch, policy }: Case): Finding {
  const crashed = watch.members.filter((thing) => (evidence.members[thing]?.crashes ?? 0) > 0)
  const observed = crashed.reduce((sum, thing) => sum + (evidence.members[thing]?.crashes ?? 0), 0)
  const limit = policy.limits.crashes
  const heard = watch.members.filter((thing) => (evidence.members[thing]?.heardAtMs ?? null) !== null).length
  return {
    rule: 'component-crash',
    metric: 'crashes',
    outcome: observed > limit ? 'breach' : heard === 0 ? 'inconclusive' : 'healthy',
    observed,
    baseline: 0,
    limit,
    n: heard,
    ...(crashed[0] !== undefined && { thing: crashed[0], line: watch.lineOf[crashed[0]] as number }),
    reason: `${observed} crashes, ${limit} allowed${crashed.length > 0 ? ` (${crashed.join(', ')})` : ''}`,
  }
}

function failedDeployment({ failedDevices, watch }: Case): Finding {
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
    reason: `${failedDevices.length} deployments failed on devices${first === undefined ? '' : `: ${first.thing} ${first.status}`}`,
  }
}

/** The old version runs again although nobody rolled it back. [detection B1: silent fallback] */
function fallback({ evidence, watch }: Case): Finding {
  const fallen = watch.members.filter((thing) => evidence.members[thing]?.hasFallenBack)
  return {
    rule: 'silent-fallback',
    metric: 'fallenBackDevices',
    outcome: fallen.length > 0 ? 'breach' : 'healthy',
    observed: fallen.length,
    baseline: null,
    limit: 0,
    n: watch.members.length,
    ...(fallen[0] !== undefined && { thing: fallen[0], line: watch.lineOf[fallen[0]] as number }),
    reason: `${fallen.length} devices went back to ${watch.previousVersion} by themselves`,
  }
}

/** Silent since its update, while the controls still report. [detection D2] */
function lost({ evidence, watch, policy, nowMs }: Case): Finding {
  const isSilent = (heardAtMs: number | null | undefined): boolean =>
    heardAtMs === null || heardAtMs === undefined || nowMs - heardAtMs > policy.lostAfterMs
  const installed = watch.members.filter((thing) => (evidence.members[thing]?.installedAtMs ?? null) !== null)
  const silent = installed.filter((thing) => isSilent(evidence.members[thing]?.heardAtMs))
  const limit = Math.max(MAX_LOST, Math.floor(installed.length * MAX_LOST_SHARE))
  const isCommon = watch.controls.length > 0 && isSilent(evidence.controlsHeardAtMs)
  return {
    rule: 'lost-device',
    metric: 'silentDevices',
    outcome: silent.length <= limit ? 'healthy' : isCommon ? 'inconclusive' : 'breach',
    observed: silent.length,
    baseline: null,
    limit,
    n: installed.length,
    ...(silent[0] !== undefined && { thing: silent[0], line: watch.lineOf[silent[0]] as number }),
    reason: `${silent.length} of ${installed.length} updated devices silent, ${limit} allowed${isCommon ? '; the controls are silent too' : ''}`,
  }
}
