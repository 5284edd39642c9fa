import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { TraceDeploymentSpec, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { isForward, ofKind, placeOf, type RecordOf, settingOf } from './trace-records.ts'

type Components = TraceDeploymentSpec['components']

/** What the controller asks AWS for: tokens, components with their configuration, and when IoT Jobs gives up. */
export const REQUEST_INVARIANTS = {
  TOKEN_NOT_UNIQUE: (_: TraceHeader, records: readonly TraceRecord[]) => {
    const known = new Set<string>()
    return ofKind(records, 'deployment-created').flatMap((record) => {
      const { clientToken, target: group } = record
      if (clientToken === undefined) return []
      const isUnique = clientToken !== null && !known.has(clientToken)
      if (clientToken !== null) known.add(clientToken)
      return isUnique ? [] : [{ group, clientToken, ...placeOf(record) }]
    })
  },

  RETRY_WITHOUT_NEW_TOKEN: (_, records) => {
    const createdAt = new Map<string, number>()
    let retriedAt = -1
    return records.flatMap((record) => {
      if (record.kind === 'operation' && record.operation === 'retry' && record.result === 'accepted') {
        retriedAt = record.sequence
      }
      if (record.kind === 'deployment-created') createdAt.set(record.deploymentId, record.sequence)
      if (record.kind !== 'deployment-requested-again') return []
      const isOld = (createdAt.get(record.deploymentId) ?? -1) < retriedAt
      return isOld ? [{ group: record.target, clientToken: record.clientToken, ...placeOf(record) }] : []
    })
  },

  ROLLBACK_CAN_STOP: (header, records) =>
    rollbacksOf(header, records).flatMap((record) => {
      const { abortConfig, jobExecutionsRolloutConfig } = record.spec?.iotJobConfiguration ?? {}
      const isLimited = abortConfig !== undefined || jobExecutionsRolloutConfig !== undefined
      return isLimited ? [{ group: record.target, ...placeOf(record) }] : []
    }),

  ROLLBACK_NOT_AS_BEFORE: (header, records) => {
    const setting = settingOf(records)
    if (setting === null) return []
    const rollbacks = new Set(rollbacksOf(header, records))
    /** What each group has run without the release, as JSON. */
    const before = new Map<string, Set<string>>(
      Object.entries(setting.deployed).map(([stage, { components }]) => [stage, new Set([JSON.stringify(components)])]),
    )
    return ofKind(records, 'deployment-created').flatMap((record) => {
      if (record.spec === undefined) return []
      const components = JSON.stringify(record.spec.components)
      const known = before.get(record.target)
      if (!rollbacks.has(record)) {
        if (!isForward(record, header)) known?.add(components)
        return []
      }
      return known === undefined || known.has(components) ? [] : [{ group: record.target, ...placeOf(record) }]
    })
  },

  RELEASE_CHANGES_MORE: (header, records) => {
    const setting = settingOf(records)
    if (setting === null) return []
    const { migration } = header.release
    const inPlace = new Map<string, Components>(
      Object.entries(setting.deployed).map(([stage, { components }]) => [stage, components]),
    )
    return ofKind(records, 'deployment-created').flatMap((record) => {
      const [before, after] = [inPlace.get(record.target), record.spec?.components]
      if (before === undefined || after === undefined) return []
      inPlace.set(record.target, after)
      const isMigrated = (components: Components): boolean =>
        migration !== undefined && components[migration.component]?.componentVersion === migration.version
      const isMigration = isMigrated(after) && !isMigrated(before)
      const target = isForward(record, header) ? FIRMWARE_COMPONENT : isMigration ? migration?.component : undefined
      if (target === undefined) return []
      const isSame = JSON.stringify(withoutVersion(before, target)) === JSON.stringify(withoutVersion(after, target))
      return isSame ? [] : [{ group: record.target, component: target, ...placeOf(record) }]
    })
  },
} satisfies Partial<SafetyTable>

/** Without the version of the one component, and without it where nothing else is said of it. */
const withoutVersion = (components: Components, target: string): object =>
  Object.entries(components).flatMap(([name, component]) => {
    if (name !== target) return [[name, component]]
    const { componentVersion: _, ...rest } = component
    return Object.keys(rest).length === 0 ? [] : [[name, rest]]
  })

/** Deployments that take the release, or its migration, off a stage that had it. */
function rollbacksOf(header: TraceHeader, records: readonly TraceRecord[]): readonly RecordOf<'deployment-created'>[] {
  const { migration, version } = header.release
  const newest = new Map<string, Readonly<Record<string, string>>>()
  return ofKind(records, 'deployment-created').filter((record) => {
    const before = newest.get(record.target)
    newest.set(record.target, record.components)
    const has = (components: typeof before, name: string, wanted: string): boolean => components?.[name] === wanted
    const isLost = (name: string, wanted: string): boolean =>
      has(before, name, wanted) && !has(record.components, name, wanted)
    return (
      isLost(FIRMWARE_COMPONENT, version) || (migration !== undefined && isLost(migration.component, migration.version))
    )
  })
}
