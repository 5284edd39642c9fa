import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, STAGES, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { DEPLOYMENT_INVARIANTS } from './deployment-invariants.ts'
import { LIVENESS_INVARIANTS } from './liveness-invariants.ts'
import { at } from './trace-records.ts'
import { WINDOW_INVARIANTS } from './window-invariants.ts'

export interface InvariantResult {
  /** Names of the laws that were checked. */
  readonly checked: readonly string[]
  /** One sentence a violation, with its virtual time and place in the trace. */
  readonly violated: readonly string[]
  /** One sentence for each law that this run cannot show to hold: it ended too early, or its faults never did. */
  readonly undecided: readonly string[]
}

/** A law over the whole trace: what must never happen, whoever caused it. Returns a sentence for each violation. */
export type Invariant = (header: TraceHeader, records: readonly TraceRecord[]) => readonly string[]

/**
 * Checks from outside the controller what no rollout may ever do, and what each must come to. `endedAtMs` is the end of
 * the rehearsal, which may lie after the last record.
 */
export function checkInvariants(
  header: TraceHeader,
  records: readonly TraceRecord[],
  endedAtMs = records.at(-1)?.atMs ?? 0,
): InvariantResult {
  const safety = { ...SAFETY_INVARIANTS, ...DEPLOYMENT_INVARIANTS }
  const broken = Object.entries(safety).flatMap(([name, invariant]) =>
    invariant(header, records).map((text) => `${name}: ${text}`),
  )
  const come = Object.entries(LIVENESS_INVARIANTS).map(([name, invariant]) => ({
    name,
    ...invariant(header, records, endedAtMs),
  }))
  return {
    checked: [...Object.keys(safety), ...Object.keys(LIVENESS_INVARIANTS)],
    violated: [...broken, ...come.flatMap(({ name, violated = [] }) => violated.map((text) => `${name}: ${text}`))],
    undecided: come.flatMap(({ name, undecided }) => (undecided === undefined ? [] : [`${name}: ${undecided}`])),
  }
}

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
  new Map(STAGES.flatMap((stage) => header.stages[stage].map((thing) => [thing, stage] as const)))

const SAFETY_INVARIANTS: Readonly<Record<string, Invariant>> = {
  'canary is exactly one device of every line': (header) => {
    const perLine = new Map<number, number>()
    for (const line of Object.values(header.lines)) perLine.set(line, 0)
    for (const thing of header.stages.canary) {
      const line = header.lines[thing] as number
      perLine.set(line, (perLine.get(line) ?? 0) + 1)
    }
    return [...perLine].filter(([, count]) => count !== 1).map(([line, count]) => `line ${line} has ${count}`)
  },

  'a device runs one of the two versions of the release': (header, records) => {
    const allowed = [header.release.version, header.release.replaces]
    return records.flatMap((record) =>
      record.kind === 'firmware-started' && !allowed.includes(record.version)
        ? [`${record.thing} started ${record.version} (${at(record)})`]
        : [],
    )
  },

  'new firmware reaches a device only with its own stage': (header, records) => {
    const deployed = firmwareAtMs(header, records)
    const stages = stageOfThing(header)
    /** Groups that somebody put a device into; what is deployed there is then its own. */
    const added = new Map<string, string[]>()
    return records.flatMap((record) => {
      if (record.kind === 'membership-changed' && record.change === 'added') {
        added.set(record.thing, [...(added.get(record.thing) ?? []), record.group])
      }
      if (record.kind !== 'firmware-started' || record.version !== header.release.version) return []
      const groups = [stages.get(record.thing) as StageName, ...(added.get(record.thing) ?? [])]
      const isDeployed = groups.some((group) => (deployed.get(group) ?? Number.POSITIVE_INFINITY) <= record.atMs)
      return isDeployed ? [] : [`${record.thing} (${at(record)})`]
    })
  },

  'a device that is held back never runs the release before it is let go into it': (header, records) => {
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
        // Whoever comes back to a way back stays a control.
        else if (brought.get(record.group) === header.release.version) held.delete(record.thing)
        return []
      }
      const isEarly =
        record.kind === 'firmware-started' && record.version === header.release.version && held.has(record.thing)
      return isEarly ? [`${record.thing} (${at(record)})`] : []
    })
  },

  'stages are deployed in order': (header, records) => {
    const deployed = firmwareAtMs(header, records)
    return STAGES.slice(1).flatMap((stage, index) => {
      const before = STAGES[index] as StageName
      const [own, previous] = [deployed.get(stage), deployed.get(before)]
      return own !== undefined && (previous === undefined || previous >= own) ? [`${stage} not after ${before}`] : []
    })
  },

  'nothing is promoted unless its verdict is healthy': (_, records) =>
    records.flatMap((record) =>
      record.kind === 'evaluated' &&
      (record.decision === 'promote' || record.decision === 'release-holdback' || record.decision === 'complete') &&
      // A person may do without evidence, not against it.
      !(record.verdict === 'healthy' || (record.handler === 'operate' && record.verdict === 'inconclusive'))
        ? [`${record.decision} of ${record.stage} on ${record.verdict} (${at(record)})`]
        : [],
    ),

  'a person’s word that was refused changes nothing': (_, records) =>
    records.flatMap((record, index) => {
      const next = records[index + 1]
      const isActed = next?.kind === 'evaluated' && next.handler === 'operate' && next.atMs === record.atMs
      return record.kind === 'operation' && record.result !== 'accepted' && isActed
        ? [`${record.operation} by ${record.actor} (${at(record)})`]
        : []
    }),

  'nothing is deployed while a person holds the rollout': (header, records) => {
    const held = new Set<string>()
    return records.flatMap((record) => {
      if (record.kind === 'operation' && record.result === 'accepted') {
        const isStop = record.operation === 'freeze' && header.release.hotfix === undefined
        if (record.operation === 'pause' || isStop) held.add(record.operation)
        if (record.operation === 'resume' || record.operation === 'abort') held.delete('pause')
        if (record.operation === 'unfreeze') held.delete('freeze')
      }
      const isForward =
        record.kind === 'deployment-created' && Object.values(record.components).includes(header.release.version)
      return isForward && held.size > 0 ? [`${record.target} under ${[...held].join(' and ')} (${at(record)})`] : []
    })
  },

  'a rollback touches only stages that were deployed': (header, records) => {
    const firmware = firmwareAtMs(header, records)
    const migration = migrationAtMs(header, records)
    return records.flatMap((record) => {
      if (record.kind !== 'deployment-created' || !(STAGES as readonly string[]).includes(record.target)) return []
      if (record.components[FIRMWARE_COMPONENT] === header.release.version) return []
      const since = migration.get(record.target) ?? firmware.get(record.target)
      return since === undefined || since > record.atMs ? [`${record.target} (${at(record)})`] : []
    })
  },

  'a migration is everywhere before its firmware is anywhere': (header, records) => {
    if (header.release.migration === undefined) return []
    const migration = migrationAtMs(header, records)
    const firstMs = Math.min(...firmwareAtMs(header, records).values())
    return STAGES.filter((stage) => firstMs < (migration.get(stage) ?? Number.POSITIVE_INFINITY))
  },

  ...WINDOW_INVARIANTS,
}
