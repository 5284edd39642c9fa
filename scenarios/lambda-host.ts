import { startOutcome } from '../controller/lambda/start.ts'
import type { OperationAnswer } from '../controller/operate.ts'
import type { Outcome } from '../controller/reconcile.ts'
import { isFinal, type Rollout } from '../controller/rollout.ts'
import type { InFlight } from '../sim/in-flight.ts'
import type { LambdaFunctions } from '../sim/level.ts'
import type { Trace } from '../sim/trace.ts'
import { ACCOUNT_ID, REGION } from '../sim/twin.ts'
import { RolloutRefused } from './user-error.ts'
import { wallMs } from './wall.ts'

/** The controller's functions by name, as they would be deployed. */
export interface Functions {
  readonly analyze: (event: unknown) => Promise<Outcome>
  readonly promote: (event: unknown) => Promise<Outcome>
  readonly start: (event: unknown) => Promise<Rollout>
  readonly operate: (event: unknown) => Promise<OperationAnswer>
}

type Result = Outcome | Rollout | OperationAnswer

/** The controller's own errors that the next schedule mends. */
const EXPECTED_ERRORS = new Set(['StaleRollout', 'EventNotTaken'])
/** Answers of AWS that say the request was wrong, and what the twin does not have: the program's fault, not the world's. */
const FAULTY_REQUESTS = new Set([
  'ValidationException',
  'InvalidRequestException',
  'SerializationException',
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
  #queue: Promise<void> = Promise.resolve()
  #last: Last = { rolloutId: null, state: 'idle', stage: null }
  /** The rollout that was there before the expected one. */
  #rolloutBefore: string | null = null
  #failure: unknown = null
  #evaluations = 0
  #evaluationMs = 0

  constructor(inFlight: InFlight) {
    this.#inFlight = inFlight
  }

  install(functions: Functions, trace: Trace): void {
    this.#functions = functions
    this.#trace = trace
  }

  arnOf(name: keyof Functions): string {
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
    const name = functionArn.split(':').at(-1) as keyof Functions
    void this.#enqueue(name, event).catch((error: unknown) => this.#judge(name, error as Error))
  }

  /**
   * The Invoke API for somebody outside, in the same queue. What the function fails with is the caller's to read: a wrong
   * payload from outside is no bug.
   * @throws what the function failed with
   */
  async call(name: string, event: unknown): Promise<object> {
    return this.#enqueue(name as keyof Functions, event)
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#functions ?? {}, name)
  }

  #enqueue(name: keyof Functions, event: unknown): Promise<Result> {
    this.#inFlight.begin('handler')
    const done = this.#queue.then(() => this.#run(name, event)).finally(() => this.#inFlight.end('handler'))
    this.#queue = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  #judge(name: keyof Functions, error: Error): void {
    if (error.name === 'PreflightRefused') this.fail(new RolloutRefused(error.message, { cause: error }))
    else if (!isOfTheWorld(error)) this.fail(error)
    else if (name === 'start')
      this.fail(new RolloutRefused(`the rollout could not start: ${error.message}`, { cause: error }))
  }

  async #run(name: keyof Functions, event: unknown): Promise<Result> {
    const startedWallMs = wallMs()
    this.#evaluations += 1
    try {
      const result = await (this.#functions as Functions)[name](event)
      this.#tellOf(name, result)
      return result
    } catch (error) {
      const { name: kind, message } = error as Error
      this.#trace?.record('controller', { kind: 'handler-failed', handler: name, error: kind, message })
      throw error
    } finally {
      this.#evaluationMs += wallMs() - startedWallMs
    }
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
  #tell(handler: string, { rolloutId, subject, state, stage, verdict, decision }: Outcome): void {
    const hadEnded = (hasEnded(this.#last) || this.#last.state === 'migrated') && this.#last.rolloutId === rolloutId
    const isMigration = subject === 'migration'
    // The firmware that a migration was for is still to come.
    this.#last = { rolloutId, state: isMigration && state === 'completed' ? 'migrated' : state, stage }
    if (state === 'idle' || hadEnded) return
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

const hasEnded = ({ state }: Pick<Last, 'state'>): boolean => isFinal({ state } as Rollout)
