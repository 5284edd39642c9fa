import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** Which deployments brought the release, and which took it back. */
export interface Deployments {
  readonly bringing: ReadonlySet<string>
  readonly takingBack: ReadonlySet<string>
  /** When the first of those that take back was created. */
  readonly firstBackAtMs: number | null
}

/** A deployment takes back what an earlier one brought to the same target; any other has nothing to do with the release. */
export function sortDeployments(header: TraceHeader, records: readonly TraceRecord[]): Deployments {
  const targets = new Set<string>()
  const bringing = new Set<string>()
  const takingBack = new Set<string>()
  let firstBackAtMs: number | null = null
  for (const record of records) {
    if (record.kind !== 'deployment-created') continue
    if (Object.values(record.components).includes(header.release.version)) {
      targets.add(record.target)
      bringing.add(record.deploymentId)
    } else if (targets.has(record.target)) {
      takingBack.add(record.deploymentId)
      firstBackAtMs ??= record.atMs
    }
  }
  return { bringing, takingBack, firstBackAtMs }
}
