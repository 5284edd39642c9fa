import { StaleRollout } from '../../controller/errors.ts'
import type { Ports, RolloutStore } from '../../controller/ports/ports.ts'
import { AwsError } from '../../sim/cloud/base/aws-error.ts'
import type { ApiFaults } from '../../sim/faults/families/api-faults.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import { connectionReset, type RetryStrategy, withRetries } from '../../sim/model/sdk-retries.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import { VirtualRetryStrategy } from './virtual-retry.ts'

/** The ports, with the faults that the twin's scenario injects into DynamoDB. The store itself lies outside the twin. */
export function withStoreFaults(ports: Ports, twin: Twin, seed: Seed): Ports {
  if (!twin.apiFaults.concern('dynamodb')) return ports
  const { clock, inFlight, apiFaults } = twin
  const retryStrategy = new VirtualRetryStrategy('store', { clock, inFlight, seed })
  return { ...ports, store: faultyStore(ports.store, apiFaults, retryStrategy) }
}

interface StoreCall {
  readonly operation: 'GetItem' | 'PutItem' | 'DeleteItem'
  readonly isConditional: boolean
  readonly run: () => Promise<unknown>
}

/**
 * The store with injected faults of DynamoDB. They act at the port and not on the wire, because each level has its own
 * store; retries are made here as the SDK's client would make them.
 */
export function faultyStore(store: RolloutStore, faults: ApiFaults, retryStrategy: RetryStrategy): RolloutStore {
  const send = withRetries(async ({ operation, isConditional, run }: StoreCall) => {
    const call = faults.begin('dynamodb')
    try {
      call?.admit(operation, isConditional)
    } catch (refusal) {
      await call?.reply()
      throw asDynamoError(refusal)
    }
    const value = await run()
    if ((await call?.reply()) === 'lost') throw connectionReset()
    return { value, $metadata: {} }
  }, retryStrategy)
  const through = async <T>(operation: StoreCall['operation'], isConditional: boolean, run: () => Promise<T>) =>
    (await send({ operation, isConditional, run })).value as T
  return {
    get: (key) => through('GetItem', false, () => store.get(key)),
    put: (key, value) => through('PutItem', false, () => store.put(key, value)),
    delete: (key) => through('DeleteItem', false, () => store.delete(key)),
    async putIf(key, value, expectedVersion) {
      try {
        return await through('PutItem', true, () => store.putIf(key, value, expectedVersion))
      } catch (error) {
        // As the store itself reports it. [source: conditional-check]
        if ((error as Error).name === 'ConditionalCheckFailedException') throw new StaleRollout(key)
        throw error
      }
    },
  }
}

/** The error that the SDK makes from an error response, as far as its retries read it. */
function asDynamoError(refusal: unknown): unknown {
  if (!(refusal instanceof AwsError)) return refusal
  const { name, message, statusCode } = refusal
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } })
}
