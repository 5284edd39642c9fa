import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** The ids of the deployments of a run: those that bring the release, and those that roll it back. */
export interface DeploymentsByDirection {
  readonly release: ReadonlySet<string>
  readonly rollback: ReadonlySet<string>
  /** When the first rollback deployment was created; null if none was. */
  readonly firstRollbackAtMs: number | null
}

/** A deployment rolls back what an earlier one brought to the same target; any other is not part of the rollout. Pure. */
export function deploymentsByDirection(header: TraceHeader, records: readonly TraceRecord[]): DeploymentsByDirection {
  const targets = new Set<string>()
  const release = new Set<string>()
  const rollback = new Set<string>()
  let firstRollbackAtMs: number | null = null
  for (const record of records) {
    if (record.kind !== 'deployment-created') continue
    if (bringsRelease(header, record)) {
      targets.add(record.target)
      release.add(record.deploymentId)
    } else if (targets.has(record.target)) {
      rollback.add(record.deploymentId)
      firstRollbackAtMs ??= record.atMs
    }
  }
  return { release, rollback, firstRollbackAtMs }
}

/** Whether a deployment brings the release; any other to a stage keeps or brings back the previous version. */
export const bringsRelease = (
  { release }: TraceHeader,
  { components }: Extract<TraceRecord, { kind: 'deployment-created' }>,
): boolean => Object.values(components).includes(release.version)
