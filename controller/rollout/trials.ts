import type { Trial } from '../evidence/left-out.ts'
import { type Rollout, touchedStages } from './rollout.ts'

/**
 * What former rollouts have left in the records of the week: the devices of each stage that had a release which did not
 * stay, from its deployment until the rollback was confirmed; for good where it never was. A migration changes no
 * firmware.
 */
export const trialsOf = (former: readonly Rollout[]): readonly Trial[] =>
  former
    .filter(({ state, subject }) => state !== 'completed' && subject !== 'migration')
    .flatMap((rollout) =>
      touchedStages(rollout).map(({ members, deployment }) => ({
        version: rollout.release.version,
        things: new Set(members),
        fromMs: deployment?.atMs ?? rollout.startedAtMs,
        toMs: rollout.state === 'rolled-back' ? rollout.stateSinceMs : Number.POSITIVE_INFINITY,
      })),
    )
