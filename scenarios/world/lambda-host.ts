import type { OperationAnswer } from '../../controller/reconcile/operate.ts'
import { PreflightRefused } from '../../controller/reconcile/preflight.ts'
import { EffectFailed, type Outcome, startOutcome } from '../../controller/reconcile/reconcile.ts'
import { isFinal, type Rollout } from '../../controller/rollout/rollout.ts'
import type { InterventionMessage } from '../../reports/messages/interventions.ts'
import { textOf } from '../../reports/messages/registry.ts'
import { type Clock, Priority } from '../../sim/kernel/clock.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { Trace } from '../../sim/kernel/trace.ts'
import { HANDLER } from '../../sim/kernel/virtual-wait.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import type { LambdaFunctions } from '../../sim/twin/level.ts'
import { RolloutRefused } from '../support/user-error.ts'
import { wallMs } from '../support/wall.ts'

/** The source of interventions in the trace. */
export const OUTSIDE_CLIENT = 'client'

/** The controller's functions by name, as they would be deployed. */
export interface Functions {
  readonly analyze: (event: unknown) => Promise<Outcome>
  readonly promote: (event: unknown) => Promise<Outcome>
  readonly start: (event: unknown) => Promise<Rollout>
  readonly operate: (event: unknown) => Promise<OperationAnswer>
}

export type FunctionName = keyof Functions
/** What a function returns. */
export type Result = Outcome | Rollout | OperationAnswer

/** The invocations that one event leads to when faults act on the function; null where none does. */
export interface InvocationFaults {
  invocations(name: FunctionName, event: unknown): readonly (() => Promise<Result>)[] | null
}

interface Invocation {
  readonly name: FunctionName
  readonly event: unknown
  /** Times that it failed before. */
  readonly failures: number
  /** Somebody outside who waits for the answer, and reads what it fails with. */
  readonly caller?: { resolve(result: Result): void; reject(error: unknown): void }
}

/** The controller's own errors that the next schedule mends, and the ends that Lambda puts to an invocation. */
const EXPECTED_ERRORS = new Set(['StaleRollout', 'EventNotTaken', 'Runtime.ExitError', 'Sandbox.Timedout'])
/**
 * The pipeline's call is asynchronous, so Lambda tries it again twice. Analyzer and promoter are deployed without retries:
 * the schedule is theirs. [lambda: asynchronous invocation, after 1 and 2 min]
 */
const START_RETRY_DELAYS_MS = [60_000, 120_000]
/** Answers of AWS that say the request was wrong, and what the twin does not have: the program's fault, not the world's. */
const FAULTY_REQUESTS = new Set([
  'ValidationException',
  'InvalidRequestException',
  'SerializationException',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'NotEmulated',
])

/** What ends a release before its firmware was ever deployed. */
const ENDS_BADLY = new Set(['rollback', 'confirm', 'escalate', 'halt'])

const isOfTheWorld = (error: Error): boolean =>
  EXPECTED_ERRORS.has(error.name) || ('$metadata' in error && !FAULTY_REQUESTS.has(error.name))

/** What a function last said; a migration that has ended is no end of the release. */
interface Last {
  readonly rolloutId: string | null
  readonly state: Outcome['state'] | 'migrated'
  readonly stage: Outcome['stage']
}

/** Runs the controller's functions as Lambda would, one invocation of a function at a time, and tells the trace. */
export class LambdaHost implements LambdaFunctions {
  readonly #inFlight: InFlight
  #functions: Functions | null = null
  #trace: Trace | null = null
  #clock: Clock | null = null
  #faults: InvocationFaults | null = null
  readonly #waiting: Invocation[] = []
  #isBusy = false
  #last: Last = { rolloutId: null, state: 'idle', stage: null }
  /** The rollout that was there before the expected one. */
  #rolloutBefore: string | null = null
  #failure: unknown = null
  #evaluations = 0
  #evaluationMs = 0

  constructor(inFlight: InFlight) {
    this.#inFlight = inFlight
  }

  install(functions: Functions, world: { trace: Trace; clock: Clock }, faults: InvocationFaults | null = null): void {
    this.#functions = functions
    this.#trace = world.trace
    this.#clock = world.clock
    this.#faults = faults
  }

  arnOf(name: FunctionName): string {
    return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`
  }

  /** The controller's last word, for the progress line. */
  get status(): string {
    return this.#last.stage === null ? this.#last.state : `${this.#last.stage} ${this.#last.state}`
  }

  /** A rollout that was known until now does not count as the one that ends, nor a refusal as that of the next one. */
  expectStart(): void {
    this.#rolloutBefore = this.#last.rolloutId
    if (this.#failure instanceof RolloutRefused) this.#failure = null
  }

  /** True when the expected rollout has ended. @throws what a function failed with, if that was a bug */
  isOver(): boolean {
    this.throwIfFailed()
    return hasEnded(this.#last) && this.#last.rolloutId !== this.#rolloutBefore
  }

  /** @throws what a function failed with, if that was a bug */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** How often a function ran so far, and for how long in real time, waits for retries included. */
  get cost(): { readonly evaluations: number; readonly evaluationMs: number } {
    return { evaluations: this.#evaluations, evaluationMs: this.#evaluationMs }
  }

  /** A bug ends the rehearsal. */
  fail(error: unknown): void {
    this.#failure ??= error
  }

  /** Reserved concurrency of one: two rules that fire together do not race each other. */
  invoke(functionArn: string, event: object): void {
    this.#queue({ name: functionArn.split(':').at(-1) as FunctionName, event, failures: 0 })
  }

  /**
   * The Invoke API for somebody outside, in the same queue. What the function fails with is the caller's to read: a wrong
   * payload from outside is no bug. The trace records it as an intervention, unless it only asks for the status.
   * @throws what the function failed with
   */
  call(name: string, event: unknown): Promise<object> {
    const intervention = interventionOf(name, event)
    if (intervention !== null) this.#trace?.record(OUTSIDE_CLIENT, { kind: 'intervention', ...intervention })
    return new Promise((resolve, reject) =>
      this.#queue({ name: name as FunctionName, event, failures: 0, caller: { resolve, reject } }),
    )
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#functions ?? {}, name)
  }

  /** Only what runs is in flight: while it waits on the virtual clock, time must be able to move to the end of that. */
  #queue(invocation: Invocation): void {
    this.#waiting.push(invocation)
    if (this.#isBusy) return
    this.#isBusy = true
    void this.#inFlight.during(HANDLER, () => this.#work())
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { name, event } = next
      const plain = (): Promise<Result> => (this.#functions as Functions)[name](event)
      const runs = this.#faults?.invocations(name, event) ?? [plain]
      const invocation = next
      await Promise.all(runs.map((run) => this.#run(invocation, run)))
    }
    this.#isBusy = false
  }

  async #run(invocation: Invocation, run: () => Promise<Result>): Promise<void> {
    const { name, caller } = invocation
    const startedWallMs = wallMs()
    this.#evaluations += 1
    try {
      const result = await run()
      this.#tellOf(name, result)
      caller?.resolve(result)
    } catch (error) {
      // A decision that could not be carried out in full has been taken all the same.
      if (error instanceof EffectFailed) this.#tellOf(name, error.outcome)
      const failure = error instanceof EffectFailed ? error.cause : (error as Error)
      const { name: kind, message } = failure
      this.#trace?.record('controller', {
        kind: 'handler-failed',
        handler: name,
        error: kind,
        message,
        ...(failure instanceof PreflightRefused && { refusals: failure.refusals }),
      })
      if (caller !== undefined) caller.reject(failure)
      else this.#judge(invocation, failure)
    } finally {
      this.#evaluationMs += wallMs() - startedWallMs
    }
  }

  #judge(invocation: Invocation, error: Error): void {
    if (error instanceof PreflightRefused) this.#refused(new RolloutRefused(refusedText(error), { cause: error }))
    else if (!isOfTheWorld(error)) this.fail(error)
    else if (invocation.name === 'start') this.#startAgain(invocation, error)
  }

  #startAgain(invocation: Invocation, error: Error): void {
    const delayMs = START_RETRY_DELAYS_MS[invocation.failures]
    const again = { ...invocation, failures: invocation.failures + 1 }
    if (delayMs !== undefined) this.#clock?.after(delayMs, () => this.#queue(again), Priority.schedule)
    else this.#refused(new RolloutRefused(`the rollout could not start: ${error.message}`, { cause: error }))
  }

  /** A second delivery of the start is refused because the first has worked, and that is all. */
  #refused(error: RolloutRefused): void {
    if (this.#last.rolloutId === this.#rolloutBefore) this.fail(error)
  }

  #tellOf(handler: keyof Functions, result: Result): void {
    if ('decision' in result) return this.#tell(handler, result)
    if (!('answer' in result)) return this.#tell(handler, startOutcome(result))
    const { operation, actor, reason, answer, outcome } = result
    if (operation === 'status') return
    this.#trace?.record('controller', { kind: 'operation', operation, actor, reason, result: result.result, answer })
    if (outcome !== null) this.#tell(handler, outcome)
  }

  /** Looks after a rollout's end are no news. */
  #tell(handler: string, { rolloutId, subject, state, stage, verdict, decision, smallestEffects }: Outcome): void {
    const hadEnded = (hasEnded(this.#last) || this.#last.state === 'migrated') && this.#last.rolloutId === rolloutId
    const isMigration = subject === 'migration'
    // The firmware that a migration was for is still to come.
    this.#last = { rolloutId, state: isMigration && state === 'completed' ? 'migrated' : state, stage }
    if (state === 'idle' || hadEnded) return
    if (smallestEffects !== undefined && rolloutId !== null && stage !== null) {
      const { reason } = decision
      const started = { rolloutId, ...(isMigration && { subject }), stage, reason, smallestEffects }
      this.#trace?.record('controller', { kind: 'rollout-started', handler, ...started })
      return
    }
    if (isMigration && !ENDS_BADLY.has(decision.kind)) {
      const { kind, reason } = decision
      this.#trace?.record('controller', { kind: 'migration-evaluated', handler, stage, state, decision: kind, reason })
      return
    }
    this.#trace?.record('controller', {
      kind: 'evaluated',
      handler,
      stage,
      state,
      verdict: verdict?.kind ?? 'none',
      decision: decision.kind,
      reason: decision.reason,
      findings: verdict?.findings ?? [],
    })
  }
}

const refusedText = ({ refusals }: PreflightRefused): string =>
  `the preflight refused the release:\n${refusals.map((refusal) => `  ${textOf(refusal)}`).join('\n')}`

/** Null for a request that changes nothing. */
function interventionOf(name: string, event: unknown): InterventionMessage | null {
  if (name !== 'operate') return { code: 'FUNCTION_INVOKED', data: { function: name } }
  const { operation, actor = null } = (event ?? {}) as Readonly<Record<string, unknown>>
  if (operation === 'status') return null
  return {
    code: 'OPERATION_INVOKED',
    data: { operation: String(operation), actor: actor === null ? null : String(actor) },
  }
}

const hasEnded = ({ state }: Pick<Last, 'state'>): boolean => isFinal({ state } as Rollout)
