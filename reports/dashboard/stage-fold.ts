import type { StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { StageRow } from './state.ts'

interface Stage {
  state: StageRow['state']
  soakingSinceMs: number | null
}

/** What the rollout does with every stage. */
export class StageFold {
  readonly #stages: ReadonlyMap<StageName, Stage>

  constructor({ stages }: TraceHeader) {
    this.#stages = new Map(
      Object.keys(stages).map((name): [StageName, Stage] => [name, { state: 'ahead', soakingSinceMs: null }]),
    )
  }

  of(name: StageName): Readonly<Stage> {
    return this.#stages.get(name) as Stage
  }

  take(record: TraceRecord): void {
    if (record.kind === 'evaluated') this.#evaluated(record)
    else if (record.kind === 'rollout-started' && record.subject !== 'migration')
      (this.#stages.get(record.stage) as Stage).state = 'waiting'
  }

  #evaluated({ atMs, stage, state, decision }: Extract<TraceRecord, { kind: 'evaluated' }>): void {
    const own = stage === null ? undefined : this.#stages.get(stage)
    if (own === undefined) return
    if (decision === 'soak') own.soakingSinceMs = atMs
    own.state = stageState(state, decision)
    if (own.state === 'promoted') own.soakingSinceMs = null
    if (own.state === 'rolling back' || own.state === 'rolled back') this.#rollBackAll(own.state)
  }

  /** A rollback is of all stages that were deployed. */
  #rollBackAll(state: StageRow['state']): void {
    for (const one of this.#stages.values()) {
      if (one.state !== 'ahead') one.state = state
      one.soakingSinceMs = null
    }
  }
}

/** The state of the stage, from the state of the rollout and the decision. */
function stageState(state: string, decision: string): StageRow['state'] {
  if (decision === 'promote' || decision === 'complete' || state === 'completed') return 'promoted'
  if (state === 'rolling-back') return 'rolling back'
  if (state === 'rolled-back') return 'rolled back'
  return state === 'deploying' || state === 'soaking' || state === 'halted' ? state : 'waiting'
}
