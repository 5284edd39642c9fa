import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import type { Operation } from '../../controller/rollout/operations.ts'
import type { Place } from '../../reports/dashboard/cursor.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import { ownName } from '../support/own-name.ts'
import type { LambdaHost } from './lambda-host.ts'
import { LIVE_FAULTS } from './live-faults.ts'

const REASON = 'from the dashboard'

/**
 * What a person who watches a rehearsal does to it beside its clock. It is done in the order of asking, and only where
 * nothing is in flight, so that it falls between what happened before and what happens after. An operation is a call of the
 * controller's function `operate`, as `rehearse ctl` makes it: answered at the present virtual instant, also while the
 * clock is paused. A fault begins a millisecond later, because the turns of this one are over: as soon as the clock moves.
 */
export class Interventions {
  readonly #twin: Twin
  readonly #host: LambdaHost
  readonly #release: string
  readonly #asked: (() => void | Promise<void>)[] = []
  #isOpen = false
  #isAtWork = false

  /** `release` is the version that "wherever the release runs" means. */
  constructor(twin: Twin, host: LambdaHost, release: string) {
    this.#twin = twin
    this.#host = host
    this.#release = release
  }

  /** What can be injected, in words. */
  get faults(): readonly string[] {
    return LIVE_FAULTS.map(({ text }) => text)
  }

  /** `fault`: place among `faults`, another one is none; `place`: null wherever the release runs. */
  inject(fault: number, place: Place): void {
    const chosen = LIVE_FAULTS[fault]
    if (chosen === undefined) return
    const where: Selector = place ?? { firmware: this.#release }
    const what = `${placeText(where)}: ${chosen.text}`
    this.#ask(() => {
      const { clock, trace } = this.#twin
      trace.record('by-operator', { kind: 'intervention', act: 'fault', what })
      trace.flush()
      clock.after(1, () => this.#twin.inject(chosen.specIn(where)))
    })
  }

  /** Holds the rollout, or lets it go on if it is held. */
  pauseOrResume(): void {
    this.#ask(async () => {
      const standing = await this.#call({ operation: 'status' })
      await this.#operate(standing?.status.rollout?.paused == null ? 'pause' : 'resume')
    })
  }

  /** The way back, now. */
  abort(): void {
    this.#ask(() => this.#operate('abort'))
  }

  /** Lets people act until `wait` resolves; to be called when nothing is in flight. Does not wait if there is work. */
  async during(wait: () => Promise<void>): Promise<void> {
    this.#isOpen = true
    try {
      void this.#work()
      if (!this.#twin.inFlight.isBusy) await wait()
    } finally {
      this.#isOpen = false
    }
  }

  #ask(act: () => void | Promise<void>): void {
    this.#asked.push(act)
    if (this.#isOpen) void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return
    this.#isAtWork = true
    while (this.#isOpen && this.#asked.length > 0) await this.#asked.shift()?.()
    this.#isAtWork = false
  }

  async #operate(operation: Operation): Promise<void> {
    await this.#call({ operation, actor: ownName(), reason: REASON })
  }

  /** Null where the function failed, which stands in the trace. */
  async #call(event: object): Promise<OperationAnswer | null> {
    const { trace } = this.#twin
    // What has happened in this millisecond has happened before.
    trace.flush()
    const answer = await this.#host.call('operate', event).catch(() => null)
    trace.flush()
    return answer as OperationAnswer | null
  }
}

function placeText({ firmware, line, device }: Selector): string {
  if (device !== undefined) return `on ${device}`
  return line === undefined ? `wherever ${firmware} runs` : `in line ${line}`
}
