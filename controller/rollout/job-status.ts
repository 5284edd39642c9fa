import type { MemberState } from '../evidence/evidence.ts'
import type { Policy } from '../policy/policy.ts'
import type { DeviceExecution } from '../ports/ports.ts'

/** The device ended it badly, or never ended it. [source: execution-status] */
export const hasFailed = ({ status }: DeviceExecution): boolean =>
  status === 'FAILED' || status === 'REJECTED' || status === 'TIMED_OUT'

/** The device has still to do it. */
export const isUnfinished = ({ status }: DeviceExecution): boolean => status === 'QUEUED' || status === 'IN_PROGRESS'

/**
 * Whether the cloud gave up a device that it could not reach: it says nothing of the release, and what the device shows
 * once it is back does. A device that was in contact until its time was over has failed. [source: timed-out-away]
 */
export function isUnreachable(
  { status, updatedAtMs }: DeviceExecution,
  member: MemberState | undefined,
  deployedAtMs: number,
  nowMs: number,
  { lostAfterMs }: Policy,
): boolean {
  if (status !== 'TIMED_OUT') return false
  const endedMs = updatedAtMs ?? nowMs
  const heardMs = member?.heardAtMs ?? deployedAtMs
  if (endedMs - heardMs > lostAfterMs) return true
  const { gap } = member ?? {}
  // It may have come back while its time ran out, and has been heard at the evaluation after that.
  return gap !== undefined && endedMs - gap.fromMs > lostAfterMs && endedMs <= gap.toMs + lostAfterMs
}
