import type { TraceFinding, TraceRecord } from '../../sim/kernel/trace-events.ts'

/**
 * The smallest effects that the windows of the stages can detect, as the controller computed them at the start of the
 * firmware's rollout; empty before it. Pure.
 */
export function smallestEffects(records: readonly TraceRecord[]): readonly TraceFinding[] {
  const start = records.find((record) => record.kind === 'rollout-started' && record.subject !== 'migration')
  return start?.kind === 'rollout-started' ? start.smallestEffects : []
}

/** Of one stage: the message of a smallest effect carries its stage. Pure. */
export const smallestEffectsOf = (records: readonly TraceRecord[], stage: string | null): readonly TraceFinding[] =>
  smallestEffects(records).filter(({ reason }) => (reason?.data as { readonly stage?: unknown })?.stage === stage)
