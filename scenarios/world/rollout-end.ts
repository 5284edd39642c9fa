import type { Outcome } from '../../controller/reconcile/reconcile.ts'
import { isFinal, type Rollout } from '../../controller/rollout/rollout.ts'

/** State of the rollout as a function last returned it. A completed migration is not the end of its release. */
interface Last {
  readonly rolloutId: string | null
  readonly state: Outcome['state'] | 'migrated'
  readonly stage: Outcome['stage']
}

/** Detects the end of the expected rollout from what the functions return. */
export class RolloutEnd {
  #last: Last = { rolloutId: null, state: 'idle', stage: null }
  /** The rollout that was known before the expected one. */
  #rolloutBefore: string | null = null

  /** Stage and state as last returned, for the progress line: `canary soaking`. */
  get status(): string {
    const { stage, state } = this.#last
    return stage === null ? state : `${stage} ${state}`
  }

  /** Whether the expected rollout has been started. */
  get hasStarted(): boolean {
    return this.#last.rolloutId !== this.#rolloutBefore
  }

  /** Whether the expected rollout has ended. */
  get isOver(): boolean {
    return this.hasStarted && hasEnded(this.#last)
  }

  /** From here on a rollout that is already known does not count as the expected one. */
  expectStart(): void {
    this.#rolloutBefore = this.#last.rolloutId
  }

  /** Takes an outcome; returns whether it is news: of a rollout that had not ended before. */
  take({ rolloutId, subject, state, stage }: Outcome): boolean {
    const hadEnded = (hasEnded(this.#last) || this.#last.state === 'migrated') && this.#last.rolloutId === rolloutId
    // The firmware that a migration prepares for is still to come.
    const isMigrated = subject === 'migration' && state === 'completed'
    this.#last = { rolloutId, state: isMigrated ? 'migrated' : state, stage }
    return state !== 'idle' && !hadEnded
  }
}

const hasEnded = ({ state }: Pick<Last, 'state'>): boolean => isFinal({ state } as Rollout)
