import type { Twin } from '../../sim/twin/twin.ts'
import { wallMs } from '../support/wall.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { RunFacts } from './rehearsal.ts'

type Totals = Pick<RunFacts, 'evaluations' | 'evaluationMs' | 'awsCalls' | 'messages'>
type Counts = Totals & Pick<RunFacts, 'wallSeconds' | 'clients'>

/** Counts invocations, AWS calls, messages and real time of each run in a world. */
export class RunCounter {
  readonly #awsCalls = new Map<string, number>()
  #sinceWallMs = wallMs()
  #before: Totals = { evaluations: 0, evaluationMs: 0, awsCalls: {}, messages: { published: 0, delivered: 0 } }

  countCall(operation: string): void {
    this.#awsCalls.set(operation, (this.#awsCalls.get(operation) ?? 0) + 1)
  }

  /** The counts since the run before, or since the world was opened. */
  next(host: LambdaHost, twin: Twin): Counts {
    const [before, sinceWallMs] = [this.#before, this.#sinceWallMs]
    this.#before = { ...host.cost, awsCalls: Object.fromEntries(this.#awsCalls), messages: { ...twin.level.counts } }
    this.#sinceWallMs = wallMs()
    const { evaluations, evaluationMs, awsCalls, messages } = this.#before
    const calls = Object.entries(awsCalls).map(([name, count]) => [name, count - (before.awsCalls[name] ?? 0)] as const)
    return {
      clients: twin.outside.activity(),
      wallSeconds: (this.#sinceWallMs - sinceWallMs) / 1000,
      evaluations: evaluations - before.evaluations,
      evaluationMs: evaluationMs - before.evaluationMs,
      awsCalls: Object.fromEntries(calls.filter(([, count]) => count > 0).sort()),
      messages: {
        published: messages.published - before.messages.published,
        delivered: messages.delivered - before.messages.delivered,
      },
    }
  }
}
