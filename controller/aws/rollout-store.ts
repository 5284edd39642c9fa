import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { StaleRollout } from '../errors.ts'
import type { RolloutStore } from '../ports/ports.ts'

/** A document: its key, its version, and its JSON text, compressed where it is long, in parts where it is too long. */
interface Item {
  readonly key: string
  readonly version: number
  readonly body?: Body
  readonly parts?: readonly string[]
}

type Body = string | Uint8Array

/** Text from here on is compressed. */
const COMPRESS_FROM_CHARS = 64 * 1024
/** What one item may hold of a body; key and numbers need little. [source: item-size] */
const PART_BYTES = 380 * 1024
/** A reader that finds parts gone has met a writer; it reads again. */
const READ_ATTEMPTS = 3

const pack = (value: unknown): Body => {
  const text = JSON.stringify(value)
  return text.length < COMPRESS_FROM_CHARS ? text : gzipSync(text, { level: 1 })
}

const unpack = <T>(body: Body): T =>
  JSON.parse(typeof body === 'string' ? body : gunzipSync(body).toString('utf8')) as T

/**
 * The store on one DynamoDB table with the string key `key`. A body too long for an item lies in parts that are named
 * by its hash and written before the item that lists them, so that a reader sees the old document or the new one. Parts
 * that no item lists any more are deleted by the next long write; a write that lost its race may leave some.
 */
export function dynamoStore(dynamo: DynamoDBDocumentClient, tableName: string): RolloutStore {
  const read = async (key: string): Promise<Item | undefined> => {
    const command = new GetCommand({ TableName: tableName, Key: { key }, ConsistentRead: true })
    return (await dynamo.send(command)).Item as Item | undefined
  }

  /** Undefined when a writer has taken the parts away meanwhile. */
  const bodyOf = async ({ body, parts }: Item): Promise<Body | undefined> => {
    if (parts === undefined) return body
    const found = await Promise.all(parts.map(read))
    const bodies = found.map((item) => item?.body)
    return bodies.includes(undefined) ? undefined : Buffer.concat(bodies as Uint8Array[])
  }

  /** The parts of a body that is too long, written; undefined for one that is not. */
  const writeParts = async (key: string, body: Body): Promise<readonly string[] | undefined> => {
    if (body.length <= PART_BYTES) return undefined
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
    const parts: string[] = []
    for (let from = 0; from < body.length; from += PART_BYTES) {
      const part: Item = {
        key: `${key}#part-${hash}-${parts.length}`,
        version: 1,
        body: body.slice(from, from + PART_BYTES),
      }
      await dynamo.send(new PutCommand({ TableName: tableName, Item: part }))
      parts.push(part.key)
    }
    return parts
  }

  const write = async (key: string, version: number, value: unknown, condition: Partial<PutCommandInput> = {}) => {
    const body = pack(value)
    const parts = await writeParts(key, body)
    const item: Item = { key, version, ...(parts === undefined ? { body } : { parts }) }
    const before = parts === undefined ? {} : ({ ReturnValues: 'ALL_OLD' } as const)
    const put = new PutCommand({ TableName: tableName, Item: item, ...condition, ...before })
    const old = (await dynamo.send(put)).Attributes as Item | undefined
    for (const part of old?.parts ?? []) if (!parts?.includes(part)) await remove(part)
  }

  /** Returns what was there. */
  const remove = async (key: string): Promise<Item | undefined> => {
    const command = new DeleteCommand({ TableName: tableName, Key: { key }, ReturnValues: 'ALL_OLD' })
    return (await dynamo.send(command)).Attributes as Item | undefined
  }

  return {
    async get<T>(key: string) {
      for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt++) {
        const item = await read(key)
        if (item === undefined) return null
        const body = await bodyOf(item)
        if (body !== undefined) return { value: unpack<T>(body), version: item.version }
      }
      throw new StaleRollout(key)
    },

    put: (key, value) => write(key, 1, value),

    async putIf(key, value, expectedVersion) {
      try {
        await write(key, expectedVersion + 1, value, onlyAt(expectedVersion))
        return expectedVersion + 1
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new StaleRollout(key)
        throw error
      }
    },

    async delete(key) {
      for (const part of (await remove(key))?.parts ?? []) await remove(part)
    },
  }
}

/** The condition that the document still has this version; 0: that there is none. */
const onlyAt = (version: number): Partial<PutCommandInput> =>
  version === 0
    ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
    : {
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':expected': version },
      }
