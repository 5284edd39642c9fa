import { gunzipSync, gzipSync } from 'node:zlib'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb'
import { StaleRollout } from '../errors.ts'
import type { RolloutStore } from '../ports.ts'

/** One item a document: its key, its version, and the document as JSON text, compressed where it is long. */
interface Item {
  readonly key: string
  readonly version: number
  readonly body: string | Uint8Array
}

/** Text from here on is compressed: an item may be 400 KB, and a fleet's baseline comes close. [dynamodb: item size] */
const COMPRESS_FROM_CHARS = 64 * 1024

const pack = (value: unknown): Item['body'] => {
  const text = JSON.stringify(value)
  return text.length < COMPRESS_FROM_CHARS ? text : gzipSync(text, { level: 1 })
}

const unpack = <T>(body: Item['body']): T =>
  JSON.parse(typeof body === 'string' ? body : gunzipSync(body).toString('utf8')) as T

/** The store on one DynamoDB table with the string key `key`. */
export function dynamoStore(dynamo: DynamoDBDocumentClient, tableName: string): RolloutStore {
  const read = async (key: string): Promise<Item | undefined> => {
    const command = new GetCommand({ TableName: tableName, Key: { key }, ConsistentRead: true })
    return (await dynamo.send(command)).Item as Item | undefined
  }
  return {
    async get<T>(key: string) {
      const item = await read(key)
      return item === undefined ? null : { value: unpack<T>(item.body), version: item.version }
    },

    async put(key, value) {
      const item: Item = { key, version: 1, body: pack(value) }
      await dynamo.send(new PutCommand({ TableName: tableName, Item: item }))
    },

    async putIf(key, value, expectedVersion) {
      const item: Item = { key, version: expectedVersion + 1, body: pack(value) }
      const condition: Partial<PutCommandInput> =
        expectedVersion === 0
          ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
          : {
              ConditionExpression: '#version = :expected',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':expected': expectedVersion },
            }
      try {
        await dynamo.send(new PutCommand({ TableName: tableName, Item: item, ...condition }))
        return item.version
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new StaleRollout(key)
        throw error
      }
    },
  }
}

/** A table in AWS takes some seconds to become active. */
const TABLE_WAIT_S = 120

/** Creates the table if it is not there yet, and waits until it can be written to. */
export async function ensureTable(dynamo: DynamoDBClient, tableName: string): Promise<void> {
  try {
    await dynamo.send(
      new CreateTableCommand({
        TableName: tableName,
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  const patience = { client: dynamo, maxWaitTime: TABLE_WAIT_S, minDelay: 0.05, maxDelay: 5 }
  await waitUntilTableExists(patience, { TableName: tableName })
}
