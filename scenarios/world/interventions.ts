import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import type { Operation } from '../../controller/rollout/operations.ts'
import type { Place } from '../../reports/dashboard/cursor.ts'
import type { InterventionMessage } from '../../reports/messages/interventions.ts'
import { OUTSIDE_CLIENT } from '../../sim/kernel/outside-clients.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import { ownName } from '../support/own-name.ts'
import type { LambdaHost } from './lambda-host.ts'
import { LIVE_FAULTS } from './live-faults.ts'

const REASON = 'from the dashboard'

/**
 * Interventions of the user who watches a rehearsal, other than those on its clock. They are carried out in the order of
 * the requests, and only while nothing is in flight, so that each falls between two events. An operation is a call of the
 * controller's function `operate`, as `rehearse ctl` makes it: answered at the present simulated time, also while the
 * clock is paused. A fault begins a millisecond later, because the phases of the present millisecond are over.
 */
export class Interventions {
  readonly #twin: Twin
  readonly #host: LambdaHost
  readonly #release: string
  readonly #requests: (() => void | Promise<void>)[] = []
  #isOpen = false
  #isAtWork = false

  /** `release`: the version whose devices get a fault that names no line and no device. */
  constructor(twin: Twin, host: LambdaHost, release: string) {
    this.#twin = twin
    this.#host = host
    this.#release = release
  }

  /** The faults that can be injected, as text. */
  get faults(): readonly string[] {
    return LIVE_FAULTS.map(({ text }) => text)
  }

  /** `fault`: index in `faults`; any other number has no effect. `place`: null for every device that runs the release. */
  inject(fault: number, place: Place): void {
    const chosen = LIVE_FAULTS[fault]
    if (chosen === undefined) return
    const where: Selector = place ?? { firmware: this.#release }
    const spec = chosen.specIn(where)
    const message: InterventionMessage = { code: 'FAULT_INJECTED', data: { spec } }
    this.#request(() => {
      const { clock, trace } = this.#twin
      trace.record(OUTSIDE_CLIENT, { kind: 'intervention', ...message })
      trace.flush()
      clock.after(1, () => this.#twin.inject(spec))
    })
  }

  /** Pauses the rollout, or resumes it if it is paused. */
  pauseOrResume(): void {
    this.#request(async () => {
      const current = await this.#call({ operation: 'status' })
      await this.#operate(current?.status.rollout?.paused == null ? 'pause' : 'resume')
    })
  }

  /** Rolls back now. */
  abort(): void {
    this.#request(() => this.#operate('abort'))
  }

  /** Carries out requests until `wait` resolves; to be called when nothing is in flight. Does not wait if there is work. */
  async during(wait: () => Promise<void>): Promise<void> {
    this.#isOpen = true
    try {
      void this.#work()
      if (!this.#twin.inFlight.isBusy) await wait()
    } finally {
      this.#isOpen = false
    }
  }

  #request(act: () => void | Promise<void>): void {
    this.#requests.push(act)
    if (this.#isOpen) void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return
    this.#isAtWork = true
    while (this.#isOpen && this.#requests.length > 0) await this.#requests.shift()?.()
    this.#isAtWork = false
  }

  async #operate(operation: Operation): Promise<void> {
    await this.#call({ operation, actor: ownName(), reason: REASON })
  }

  /** Null if the function failed, which is recorded in the trace. */
  async #call(event: object): Promise<OperationAnswer | null> {
    const answer = await this.#host.call('operate', event, null).catch(() => null)
    return answer as OperationAnswer | null
  }
}
