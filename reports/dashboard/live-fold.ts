import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { ExposureFold } from './exposure-fold.ts'
import { FaultFold } from './fault-fold.ts'
import { FleetFold } from './fleet-fold.ts'
import { LogFold } from './log-fold.ts'
import { RollbackFold } from './rollback-fold.ts'
import { StageFold } from './stage-fold.ts'
import { type DashboardState, onsetOf } from './state.ts'
import { VerdictFold } from './verdict-fold.ts'

/** What the clock of the run adds to the trace. */
export interface Ticking {
  readonly nowMs: number
  readonly speedup: number
  readonly pace: string
  readonly outcome: string | null
}

/** Folds a growing trace, record by record, into what the dashboard shows; each part is a fold of its own. */
export class LiveFold {
  readonly #header: TraceHeader
  readonly #fleet: FleetFold
  readonly #exposure: ExposureFold
  readonly #rollback: RollbackFold
  readonly #log: LogFold
  readonly #stages: StageFold
  readonly #verdict = new VerdictFold()
  readonly #faults: FaultFold
  #isOver = false

  constructor(header: TraceHeader) {
    this.#header = header
    this.#faults = new FaultFold(header)
    this.#fleet = new FleetFold(header)
    this.#exposure = new ExposureFold(header)
    this.#rollback = new RollbackFold(header)
    this.#log = new LogFold(header)
    this.#stages = new StageFold(header)
  }

  take(record: TraceRecord): void {
    this.#fleet.take(record)
    this.#exposure.take(record)
    this.#rollback.take(record)
    this.#stages.take(record)
    this.#verdict.take(record)
    this.#faults.take(record)
    this.#log.take(record)
  }

  state({ nowMs, speedup, pace, outcome }: Ticking): DashboardState {
    const { scenario, seed, level, profile, windowHours, zone, release, startedAtMs } = this.#header
    if (outcome !== null && !this.#isOver) {
      this.#isOver = true
      this.#log.add({ atMs: nowMs, kind: 'ended', outcome })
    }
    return {
      scenario,
      seed,
      level,
      profile,
      windowHours,
      zone,
      release: release.version,
      replaces: release.replaces,
      nowMs,
      startedAtMs,
      speedup,
      pace,
      map: this.#fleet.map,
      stages: Object.keys(this.#header.stages).map((name) => ({
        name,
        ...this.#fleet.countsOf(name),
        ...this.#stages.of(name),
      })),
      verdict: this.#verdict.verdict,
      series: this.#verdict.series,
      faults: this.#faults.rows,
      legs: this.#rollback.legs(onsetOf(this.#faults.rows)),
      exposure: this.#exposure.at(nowMs),
      log: this.#log.entries,
      outcome,
    }
  }
}
