import type { Message } from '../messages/message.ts'
import { textOf } from '../messages/registry.ts'
import { PreflightRefused } from '../reconcile/preflight.ts'
import { EffectFailed, type Outcome } from '../reconcile/reconcile.ts'

/** What takes a line of the log; in Lambda, standard output is CloudWatch Logs. */
export type WriteLine = (line: string) => void

const toStandardOutput: WriteLine = (line) => void process.stdout.write(`${line}\n`)

/** The fields of a decision about a rollout in the log: its reason as code and data, and as a sentence. */
export const decisionFields = ({ rolloutId, state, stage, verdict, decision }: Outcome): object => ({
  rollout: rolloutId,
  state,
  stage,
  verdict: verdict?.kind ?? null,
  decision: decision.kind,
  reason: decision.reason,
  text: textOf(decision.reason),
})

const withText = (message: Message): object => ({ ...message, text: textOf(message) })

/**
 * A handler that writes one line of JSON per invocation, whatever comes of it, so that a day can be read and queried.
 * Rehearsals run the handler itself and stay silent.
 */
export const logged =
  <T>(
    name: string,
    handle: (event: unknown) => Promise<T>,
    fieldsOf: (result: T) => object,
    write: WriteLine = toStandardOutput,
  ) =>
  async (event: unknown): Promise<T> => {
    const time = (event as { time?: unknown } | null)?.time
    try {
      const result = await handle(event)
      write(JSON.stringify({ level: 'info', function: name, time, ...fieldsOf(result) }))
      return result
    } catch (error) {
      const decided = error instanceof EffectFailed ? decisionFields(error.outcome) : {}
      const { name: kind, message } = error instanceof EffectFailed ? error.cause : (error as Error)
      // The other instance's work stands: nothing is to be done.
      const level = kind === 'StaleRollout' ? 'warn' : 'error'
      const refused = error instanceof PreflightRefused ? { refusals: error.refusals.map(withText) } : {}
      write(JSON.stringify({ level, function: name, time, ...decided, error: kind, message, ...refused }))
      throw error
    }
  }
