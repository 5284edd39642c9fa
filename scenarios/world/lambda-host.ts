import { PreflightRefused } from '../../controller/reconcile/preflight.ts'
import { EffectFailed } from '../../controller/reconcile/reconcile.ts'
import { ownArn } from '../../sim/cloud/base/arns.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'
import { type Clock, Priority } from '../../sim/kernel/clock.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { OutsideClients } from '../../sim/kernel/outside-clients.ts'
import type { Trace } from '../../sim/kernel/trace.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import type { LambdaFunctions } from '../../sim/twin/level.ts'
import { wallMs } from '../support/wall.ts'
import { EVENT_BRIDGE, ForeignDeliveries } from './foreign-deliveries.ts'
import { isEnvironmental, START_RETRY_DELAYS_MS } from './function-errors.ts'
import { isStatusRequest, outcomeOf, recordFailure, recordOutsideCall, recordResult } from './function-trace.ts'
import type { Caller, FunctionName, Functions, Invocation, InvocationFaults, Result } from './functions.ts'
import { InvocationQueue } from './invocation-queue.ts'
import { RolloutEnd } from './rollout-end.ts'

const ACCOUNT = { region: REGION, accountId: ACCOUNT_ID }

/** The functions and where they run. */
interface Installed extends Surroundings {
  readonly functions: Functions
  readonly faults: InvocationFaults | null
  readonly askStatus: Functions['operate']
}

interface Surroundings {
  readonly trace: Trace
  readonly clock: Clock
  readonly outside: OutsideClients
}

/** Runs the controller's functions as Lambda would: queue, retries and errors. Times are virtual. */
export class LambdaHost implements LambdaFunctions {
  readonly #queue: InvocationQueue
  readonly #rollout = new RolloutEnd()
  #installed: Installed | null = null
  #failure: unknown = null
  #isRefused = false
  #evaluations = 0
  #evaluationMs = 0
  readonly #foreign = new ForeignDeliveries()

  constructor(inFlight: InFlight) {
    this.#queue = new InvocationQueue(inFlight, (invocation) => this.#runAll(invocation))
  }

  /** To be called once, before the first invocation. `askStatus`: `operate` without the faults of the scenario. */
  install(
    functions: Functions,
    { trace, clock, outside }: Surroundings,
    faults: InvocationFaults | null = null,
    askStatus: Functions['operate'] = functions.operate,
  ): void {
    this.#installed = { functions, trace, clock, outside, faults, askStatus }
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
    this.#isRefused = false
  }

  /** True when the expected rollout has ended. @throws what a function failed with, if that was a bug */
  isOver(): boolean {
    this.throwIfFailed()
    return this.#rollout.isOver
  }

  /** True while the expected rollout goes on. */
  get isActive(): boolean {
    return this.#rollout.hasStarted && !this.#rollout.isOver
  }

  /** True when the expected rollout will not start: the preflight refused it, or every retry of its start failed. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** @throws what a function failed with, if that was a bug */
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

  /** Invokes asynchronously, as the release pipeline does. */
  invoke(functionArn: string, event: object): void {
    this.#queue.add({ name: functionArn.split(':').at(-1) as FunctionName, event, failures: 0 })
  }

  /**
   * Invokes for a rule of EventBridge. Where the rule or the event is not the controller's, only that invocation fails: of
   * a function that does not exist, or with what the function does not understand.
   */
  deliver(targetArn: string, event: object): void {
    const name = ownArn(targetArn, 'lambda', ACCOUNT)?.resource.replace(/^function:/, '')
    if (name !== undefined && this.has(name)) {
      const foreign = this.#foreign.clientOf(name as FunctionName, event)
      return this.#queue.add({ name: name as FunctionName, event, failures: 0, ...(foreign !== null && { foreign }) })
    }
    const message = `Function not found: ${targetArn}`
    this.#installed?.outside.failed(EVENT_BRIDGE, 'lambda Invoke', 'ResourceNotFoundException', message)
  }

  /** A client from outside put these events on the bus. */
  foreignEvents(eventIds: readonly string[], client: OutsideClient): void {
    this.#foreign.add(eventIds, client)
  }

  /**
   * Lambda's Invoke API for somebody outside, through the same queue. The error that the function fails with is for the
   * caller: a wrong payload from outside is no bug. The call is recorded as an intervention unless it only asks for the
   * status. `client`: null for the user of the dashboard.
   * @throws what the function failed with
   */
  call(name: string, event: unknown, client: OutsideClient | null): Promise<object> {
    return new Promise((resolve, reject) =>
      this.#queue.add({ name: name as FunctionName, event, failures: 0, caller: { client, resolve, reject } }),
    )
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#installed?.functions ?? {}, name)
  }

  names(): readonly string[] {
    return Object.keys(this.#installed?.functions ?? {})
  }

  async #runAll(invocation: Invocation): Promise<void> {
    const { functions, faults, outside, trace, askStatus } = this.#installed as Installed
    const { name, event, caller } = invocation
    if (caller === undefined) {
      const runs = faults?.invocations(name, event) ?? [() => functions[name](event)]
      await Promise.all(runs.map((run) => this.#run(invocation, trace, run)))
      return
    }
    if (isStatusRequest(name, event)) {
      recordOutsideCall({ trace, outside }, name, event, caller.client)
      return this.#run(invocation, trace, () => askStatus(event))
    }
    // Events of this millisecond come before the call, and what it leads to after it.
    trace.flush()
    recordOutsideCall({ trace, outside }, name, event, caller.client)
    await this.#run({ ...invocation, caller: flushing(caller, trace) }, trace, () => functions[name](event))
  }

  async #run(invocation: Invocation, trace: Trace, run: () => Promise<Result>): Promise<void> {
    const { caller, foreign } = invocation
    const startedWallMs = wallMs()
    const isOwn = caller === undefined && foreign === undefined
    if (isOwn) this.#evaluations += 1
    try {
      const result = await run()
      this.#take(invocation, trace, result)
      caller?.resolve(result)
    } catch (error) {
      // A decision stands even if one of its effects failed.
      if (error instanceof EffectFailed) this.#take(invocation, trace, error.outcome)
      const failure = error instanceof EffectFailed ? error.cause : (error as Error)
      this.#failed(invocation, trace, failure)
    } finally {
      if (isOwn) this.#evaluationMs += wallMs() - startedWallMs
    }
  }

  #failed(invocation: Invocation, trace: Trace, failure: Error): void {
    const { name, event, caller, foreign } = invocation
    if (caller === undefined || !isStatusRequest(name, event)) recordFailure(trace, name, failure)
    const client = caller?.client ?? foreign ?? null
    if (client !== null) {
      this.#installed?.outside.failed(client, `lambda Invoke ${name}`, failure.name, failure.message)
    }
    if (caller !== undefined) caller.reject(failure)
    else if (foreign === undefined) this.#judge(invocation, failure)
  }

  #take(invocation: Invocation, trace: Trace, result: Result): void {
    const outcome = outcomeOf(result)
    const isNews = outcome !== null && this.#rollout.take(outcome)
    recordResult(trace, invocation, result, isNews)
  }

  #judge(invocation: Invocation, error: Error): void {
    if (error instanceof PreflightRefused) this.#refused()
    else if (!isEnvironmental(error)) this.fail(error)
    else if (invocation.name === 'start') this.#startAgain(invocation)
  }

  #startAgain(invocation: Invocation): void {
    const delayMs = START_RETRY_DELAYS_MS[invocation.failures]
    const again = { ...invocation, failures: invocation.failures + 1 }
    if (delayMs === undefined) this.#refused()
    else this.#installed?.clock.after(delayMs, () => this.#queue.add(again), Priority.schedule)
  }

  /** A second delivery of the start event is refused because the first one worked; that is no failure. */
  #refused(): void {
    if (!this.#rollout.hasStarted) this.#isRefused = true
  }
}

/** The caller, who is answered when all that the call led to is in the trace. */
const flushing = ({ client, resolve, reject }: Caller, trace: Trace): Caller => ({
  client,
  resolve: (result) => {
    trace.flush()
    resolve(result)
  },
  reject: (error) => {
    trace.flush()
    reject(error)
  },
})
