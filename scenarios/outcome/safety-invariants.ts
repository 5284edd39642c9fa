import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { placeOf, settingOf } from './trace-records.ts'

/** What must never happen to devices and stages, whatever caused it. */
export const SAFETY_INVARIANTS = {
  STAGE_NOT_AS_POLICY: (header: TraceHeader, records: readonly TraceRecord[]) => {
    const { stages = [] } = settingOf(records)?.policy ?? {}
    const named = new Set(
      stages
        .filter(({ members }) => 'things' in members || 'attribute' in members)
        .flatMap(({ name }) => header.stages[name] ?? []),
    )
    // A line of which every device is named has nothing to divide.
    const lines = new Set(Object.entries(header.lines).flatMap(([thing, line]) => (named.has(thing) ? [] : [line])))
    return stages.flatMap(({ name: stage, members }) => {
      if (!('perLine' in members)) return []
      const { perLine: wanted } = members
      const own = (header.stages[stage] ?? []).map((thing) => header.lines[thing])
      const counts = [...lines].map((line) => ({
        stage,
        line,
        count: own.filter((one) => one === line).length,
        wanted,
      }))
      return counts.filter(({ count }) => count !== wanted)
    })
  },

  UNKNOWN_FIRMWARE_VERSION: (header, records) => {
    const allowed = [header.release.version, header.release.replaces]
    return records.flatMap((record) =>
      record.kind === 'firmware-started' && !allowed.includes(record.version)
        ? [{ thing: record.thing, version: record.version, ...placeOf(record) }]
        : [],
    )
  },

  FIRMWARE_OUTSIDE_ITS_STAGE: (header, records) => {
    const deployed = firmwareAtMs(header, records)
    const stages = stageOfThing(header)
    /** Groups that a device was added to; what is deployed there is then its own. */
    const added = new Map<string, string[]>()
    return records.flatMap((record) => {
      if (record.kind === 'membership-changed' && record.change === 'added') {
        added.set(record.thing, [...(added.get(record.thing) ?? []), record.group])
      }
      if (record.kind !== 'firmware-started' || record.version !== header.release.version) return []
      const groups = [stages.get(record.thing) as StageName, ...(added.get(record.thing) ?? [])]
      const isDeployed = groups.some((group) => (deployed.get(group) ?? Number.POSITIVE_INFINITY) <= record.atMs)
      return isDeployed ? [] : [{ thing: record.thing, ...placeOf(record) }]
    })
  },

  HOLDBACK_RAN_RELEASE: (header, records) => {
    /** What the newest deployment of a group brings. */
    const brought = new Map<string, string | undefined>()
    const held = new Set<string>()
    return records.flatMap((record) => {
      if (record.kind === 'deployment-created') {
        brought.set(record.target, record.components[FIRMWARE_COMPONENT])
        return []
      }
      if (record.kind === 'device-moved' && record.change === 'added') {
        if (record.group === HOLDBACK_GROUP) held.add(record.thing)
        // A device that returns during a rollback stays a control.
        else if (brought.get(record.group) === header.release.version) held.delete(record.thing)
        return []
      }
      const isEarly =
        record.kind === 'firmware-started' && record.version === header.release.version && held.has(record.thing)
      return isEarly ? [{ thing: record.thing, ...placeOf(record) }] : []
    })
  },

  STAGES_OUT_OF_ORDER: (header, records) => {
    const deployed = firmwareAtMs(header, records)
    const stages = Object.keys(header.stages)
    return stages.slice(1).flatMap((stage, index) => {
      const before = stages[index] as StageName
      const [own, previous] = [deployed.get(stage), deployed.get(before)]
      return own !== undefined && (previous === undefined || previous >= own) ? [{ stage, before }] : []
    })
  },

  PROMOTED_WITHOUT_HEALTHY_VERDICT: (_, records) => {
    let isOperators = false
    return records.flatMap((record) => {
      if (record.kind !== 'evaluated') return []
      const { decision, verdict, handler, stage } = record
      if (decision !== 'promote' && decision !== 'release-holdback' && decision !== 'complete') return []
      // An operator may promote without evidence, not against it; the holdback that follows does so by the same word.
      isOperators = handler === 'operate' || (decision === 'release-holdback' && isOperators)
      return verdict === 'healthy' || (isOperators && verdict === 'inconclusive')
        ? []
        : [{ stage, decision, verdict, ...placeOf(record) }]
    })
  },

  REFUSED_OPERATION_TOOK_EFFECT: (_, records) =>
    records.flatMap((record, index) => {
      const next = records[index + 1]
      const isActed = next?.kind === 'evaluated' && next.handler === 'operate' && next.atMs === record.atMs
      return record.kind === 'operation' && record.result !== 'accepted' && isActed
        ? [{ operation: record.operation, actor: record.actor, ...placeOf(record) }]
        : []
    }),

  DEPLOYED_WHILE_HELD: (header, records) => {
    const held = new Set<string>()
    return records.flatMap((record) => {
      if (record.kind === 'operation' && record.result === 'accepted') {
        const isFreeze = record.operation === 'freeze' && header.release.hotfix === undefined
        if (record.operation === 'pause' || isFreeze) held.add(record.operation)
        if (record.operation === 'resume' || record.operation === 'abort') held.delete('pause')
        if (record.operation === 'unfreeze') held.delete('freeze')
      }
      const isForward =
        record.kind === 'deployment-created' && Object.values(record.components).includes(header.release.version)
      return isForward && held.size > 0 ? [{ group: record.target, holds: [...held], ...placeOf(record) }] : []
    })
  },

  ROLLED_BACK_BEFORE_DEPLOYED: (header, records) => {
    const firmware = firmwareAtMs(header, records)
    const migration = migrationAtMs(header, records)
    return records.flatMap((record) => {
      if (record.kind !== 'deployment-created' || !(record.target in header.stages)) return []
      if (record.components[FIRMWARE_COMPONENT] === header.release.version) return []
      const since = migration.get(record.target) ?? firmware.get(record.target)
      return since === undefined || since > record.atMs ? [{ group: record.target, ...placeOf(record) }] : []
    })
  },

  FIRMWARE_BEFORE_MIGRATION: (header, records) => {
    if (header.release.migration === undefined) return []
    const migration = migrationAtMs(header, records)
    const firstMs = Math.min(...firmwareAtMs(header, records).values())
    const stages = Object.keys(header.stages)
    return stages
      .filter((stage) => firstMs < (migration.get(stage) ?? Number.POSITIVE_INFINITY))
      .map((stage) => ({
        stage,
      }))
  },
} satisfies Partial<SafetyTable>

/** When a deployment with a component in this version was first created for each stage. */
function deployedAtMs(
  records: readonly TraceRecord[],
  component: string,
  version: string,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const record of records) {
    if (record.kind !== 'deployment-created' || found.has(record.target)) continue
    if (record.components[component] === version) found.set(record.target, record.atMs)
  }
  return found
}

const firmwareAtMs = ({ release }: TraceHeader, records: readonly TraceRecord[]): ReadonlyMap<string, number> =>
  deployedAtMs(records, FIRMWARE_COMPONENT, release.version)

const migrationAtMs = ({ release }: TraceHeader, records: readonly TraceRecord[]): ReadonlyMap<string, number> =>
  release.migration === undefined
    ? new Map()
    : deployedAtMs(records, release.migration.component, release.migration.version)

const stageOfThing = (header: TraceHeader): Map<string, StageName> =>
  new Map(Object.entries(header.stages).flatMap(([stage, things]) => things.map((thing) => [thing, stage] as const)))
