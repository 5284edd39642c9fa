import type { StageName } from '../../controller/contract.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { stageNames } from '../../controller/policy/stages.ts'
import type { TraceHeader } from '../../sim/kernel/trace-events.ts'
import type { PlantMetrics } from '../../sim/plant/metric-settings.ts'
import { plantOf } from '../files/fleet-file.ts'
import type { Scenario } from '../files/scenario.ts'
import { faultsEndAtMs } from './faults-end.ts'
import type { RehearsalOptions } from './rehearsal.ts'
import type { Fleet } from './twin-plan.ts'

/** The header of a scenario's trace: what reports need to know besides the records. */
export function headerOf(scenario: Scenario, options: RehearsalOptions, policy: Policy, fleet: Fleet): TraceHeader {
  const membersOf = (stage: StageName): string[] => fleet.filter((one) => one.stage === stage).map(({ thing }) => thing)
  const { metrics } = plantOf(scenario.fleet)
  return {
    schemaVersion: 2,
    scenario: scenario.name,
    story: scenario.story,
    seed: options.seed,
    level: options.level,
    connections: options.level === 'model' ? 'direct' : (options.connections ?? 'per-device'),
    profile: policy.profile,
    windowHours: policy.windowMs / 3_600_000,
    startedAtMs: scenario.start.atMs,
    zone: scenario.start.zone,
    release: {
      version: scenario.release.version,
      replaces: scenario.release.replaces,
      ...(scenario.release.migration !== undefined && { migration: scenario.release.migration }),
      ...(scenario.release.hotfix !== undefined && { hotfix: true as const }),
    },
    stages: Object.fromEntries(stageNames(policy).map((name) => [name, membersOf(name)])),
    lines: Object.fromEntries(fleet.map(({ thing, line }) => [thing, line])),
    faultsEndAtMs: faultsEndAtMs(scenario),
    ...(metrics !== undefined && { metrics: unitsOf(metrics) }),
    previousShadow: scenario.release.previous.shadow.writes,
  }
}

const unitsOf = (metrics: PlantMetrics): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(metrics).map(([name, { unit }]) => [name, unit]))
