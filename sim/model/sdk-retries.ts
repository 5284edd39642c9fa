import { retryMiddleware } from '@smithy/core/retry'

/** The SDK's own retry strategy, as far as it is needed here. */
export type RetryStrategy = Awaited<ReturnType<Parameters<typeof retryMiddleware>[0]['retryStrategy']>>

interface Answer {
  readonly $metadata: object
}

/**
 * `attempt` with the retries that an SDK client makes around it, by the SDK's own middleware: the same errors are
 * repeated as over the network, by the same strategy.
 */
export function withRetries<Input, Output extends Answer>(
  attempt: (input: Input) => Promise<Output>,
  strategy: RetryStrategy,
): (input: Input) => Promise<Output> {
  const options = { retryStrategy: async () => strategy, maxAttempts: async () => 3 }
  const next = async ({ input }: { input: Input }) => ({ response: undefined, output: await attempt(input) })
  const send = retryMiddleware(options as never)(next as never, {} as never)
  return async (input) => (await send({ input } as never)).output as unknown as Output
}

/** What an SDK client throws when the connection breaks before the answer: its HTTP handler gives it this name. */
export const connectionReset = (): Error =>
  Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' })
