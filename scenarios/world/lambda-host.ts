import { PreflightRefused } from '../../controller/reconcile/preflight.ts'
import { EffectFailed } from '../../controller/reconcile/reconcile.ts'
import { textOf } from '../../reports/messages/registry.ts'
import { type Clock, Priority } from '../../sim/kernel/clock.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { Trace } from '../../sim/kernel/trace.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import type { LambdaFunctions } from '../../sim/twin/level.ts'
import { RolloutRefused } from '../support/user-error.ts'
import { wallMs } from '../support/wall.ts'
import { isEnvironmental, START_RETRY_DELAYS_MS } from './function-errors.ts'
import { outcomeOf, recordFailure, recordOutsideCall, recordResult } from './function-trace.ts'
import type { FunctionName, Functions, Invocation, InvocationFaults, Result } from './functions.ts'
import { InvocationQueue } from './invocation-queue.ts'
import { RolloutEnd } from './rollout-end.ts'

/** The functions and where they run. */
interface Installed {
  readonly functions: Functions
  readonly trace: Trace
  readonly clock: Clock
  readonly faults: InvocationFaults | null
}

/** Runs the controller's functions as Lambda would: queue, retries and errors. Times are virtual. */
export class LambdaHost implements LambdaFunctions {
  readonly #queue: InvocationQueue
  readonly #rollout = new RolloutEnd()
  #installed: Installed | null = null
  #failure: unknown = null
  #evaluations = 0
  #evaluationMs = 0

  constructor(inFlight: InFlight) {
    this.#queue = new InvocationQueue(inFlight, (invocation) => this.#runAll(invocation))
  }

  /** To be called once, before the first invocation. */
  install(
    functions: Functions,
    { trace, clock }: Pick<Installed, 'trace' | 'clock'>,
    faults: InvocationFaults | null = null,
  ): void {
    this.#installed = { functions, trace, clock, faults }
  }

  arnOf(name: FunctionName): string {
    return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`
  }

  /** Stage and state as a function last returned them, for the progress line. */
  get status(): string {
    return this.#rollout.status
  }

  /** From here on a known rollout does not count as the one that ends, nor an earlier refusal as that of the next one. */
  expectStart(): void {
    this.#rollout.expectStart()
    if (this.#failure instanceof RolloutRefused) this.#failure = null
  }

  /** True when the expected rollout has ended. @throws what a function failed with, if that was a bug or a refusal */
  isOver(): boolean {
    this.throwIfFailed()
    return this.#rollout.isOver
  }

  /** @throws what a function failed with, if that was a bug or a refusal */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** Number of invocations so far, and their real time in milliseconds, waits for retries included. */
  get cost(): { readonly evaluations: number; readonly evaluationMs: number } {
    return { evaluations: this.#evaluations, evaluationMs: this.#evaluationMs }
  }

  /** A bug ends the rehearsal. */
  fail(error: unknown): void {
    this.#failure ??= error
  }

  /** Invokes asynchronously, as a rule of EventBridge does. */
  invoke(functionArn: string, event: object): void {
    this.#queue.add({ name: functionArn.split(':').at(-1) as FunctionName, event, failures: 0 })
  }

  /**
   * Lambda's Invoke API for an outside client, through the same queue. The error that the function fails with is for the
   * client: a wrong payload from outside is no bug. The call is recorded as an intervention unless it only asks for the
   * status.
   * @throws what the function failed with
   */
  call(name: string, event: unknown): Promise<object> {
    if (this.#installed !== null) recordOutsideCall(this.#installed.trace, name, event)
    return new Promise((resolve, reject) =>
      this.#queue.add({ name: name as FunctionName, event, failures: 0, caller: { resolve, reject } }),
    )
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#installed?.functions ?? {}, name)
  }

  async #runAll(invocation: Invocation): Promise<void> {
    const { functions, faults, trace } = this.#installed as Installed
    const { name, event } = invocation
    const runs = faults?.invocations(name, event) ?? [() => functions[name](event)]
    await Promise.all(runs.map((run) => this.#run(invocation, trace, run)))
  }

  async #run(invocation: Invocation, trace: Trace, run: () => Promise<Result>): Promise<void> {
    const { name, caller } = invocation
    const startedWallMs = wallMs()
    this.#evaluations += 1
    try {
      const result = await run()
      this.#take(name, trace, result)
      caller?.resolve(result)
    } catch (error) {
      // A decision stands even if one of its effects failed.
      if (error instanceof EffectFailed) this.#take(name, trace, error.outcome)
      const failure = error instanceof EffectFailed ? error.cause : (error as Error)
      recordFailure(trace, name, failure)
      if (caller !== undefined) caller.reject(failure)
      else this.#judge(invocation, failure)
    } finally {
      this.#evaluationMs += wallMs() - startedWallMs
    }
  }

  #take(name: FunctionName, trace: Trace, result: Result): void {
    const outcome = outcomeOf(result)
    const isNews = outcome !== null && this.#rollout.take(outcome)
    recordResult(trace, name, result, isNews)
  }

  #judge(invocation: Invocation, error: Error): void {
    if (error instanceof PreflightRefused) this.#refused(new RolloutRefused(refusedText(error), { cause: error }))
    else if (!isEnvironmental(error)) this.fail(error)
    else if (invocation.name === 'start') this.#startAgain(invocation, error)
  }

  #startAgain(invocation: Invocation, error: Error): void {
    const delayMs = START_RETRY_DELAYS_MS[invocation.failures]
    const again = { ...invocation, failures: invocation.failures + 1 }
    if (delayMs === undefined) {
      this.#refused(new RolloutRefused(`the rollout could not start: ${error.message}`, { cause: error }))
    } else this.#installed?.clock.after(delayMs, () => this.#queue.add(again), Priority.schedule)
  }

  /** A second delivery of the start event is refused because the first one worked; that is no failure. */
  #refused(error: RolloutRefused): void {
    if (!this.#rollout.hasStarted) this.fail(error)
  }
}

const refusedText = ({ refusals }: PreflightRefused): string =>
  `the preflight refused the release:\n${refusals.map((refusal) => `  ${textOf(refusal)}`).join('\n')}`
