import { StaleRollout } from '../../controller/errors.ts'
import type { RolloutStore } from '../../controller/ports/ports.ts'
import { AwsError } from '../../sim/cloud/base/aws-error.ts'
import type { ApiFaults } from '../../sim/faults/families/api-faults.ts'
import { connectionReset, type RetryStrategy, withRetries } from '../../sim/model/sdk-retries.ts'

interface StoreCall {
  readonly operation: 'GetItem' | 'PutItem' | 'DeleteItem'
  readonly isConditional: boolean
  readonly run: () => Promise<unknown>
}

/**
 * The store with the faults of DynamoDB before it. They sit at the port and not at the wire, because the two levels have
 * two stores; the SDK's retries are made here as its client would make them.
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
        // As the store itself says it. [dynamodb: ConditionalCheckFailedException]
        if ((error as Error).name === 'ConditionalCheckFailedException') throw new StaleRollout(key)
        throw error
      }
    },
  }
}

/** What the SDK makes of an answer that is an error, as far as its retries look at it. */
function asDynamoError(refusal: unknown): unknown {
  if (!(refusal instanceof AwsError)) return refusal
  const { name, message, statusCode } = refusal
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } })
}
