import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureTable } from '../../../controller/aws/table.ts'
import { STORE_OPERATIONS } from '../../../sim/protocol/constraints/store-operations.ts'
import { TABLE } from '../../../sim/protocol/constraints/tables/dynamodb.ts'
import { type OperationModel, readOperations } from '../../../sim/protocol/service-model.ts'
import { mutated, validInput } from '../protocol/inputs.ts'
import { CONTROLLER, type OpenEndpoint, openEndpoint, signed } from './endpoint.ts'

/** The controller's table on the announced endpoint. */

/** Requests of each operation; more by this variable. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 10)
const TABLE_NAME = 'firmware-rollouts'

let open: OpenEndpoint
let controller: DynamoDBClient
let stranger: DynamoDBClient
const deaths: unknown[] = []
const onDeath = (error: unknown): void => void deaths.push(error)

beforeAll(async () => {
  process.on('uncaughtException', onDeath)
  open = await openEndpoint()
  const config = { endpoint: open.endpoint.url, region: 'eu-central-1', maxAttempts: 1 }
  controller = new DynamoDBClient({ ...config, credentials: CONTROLLER })
  stranger = new DynamoDBClient({ ...config, credentials: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 's' } })
  await ensureTable(controller, TABLE_NAME)
  await controller.send(new PutItemCommand({ TableName: TABLE_NAME, Item: { key: { S: 'a' }, n: { N: '1' } } }))
})

afterAll(async () => {
  controller.destroy()
  stranger.destroy()
  await open.endpoint.close()
  process.off('uncaughtException', onDeath)
})

it('can be read and written by any client, which is kept under its name', async () => {
  const Key = { key: { S: 'a' } }
  const { Item } = await stranger.send(new GetItemCommand({ TableName: TABLE_NAME, Key }))
  expect(Item).toEqual({ key: { S: 'a' }, n: { N: '1' } })
  expect((await stranger.send(new ScanCommand({ TableName: TABLE_NAME }))).Count).toBe(1)
  const byKey = { KeyConditionExpression: '#k = :k', ExpressionAttributeNames: { '#k': 'key' } }
  const query = { TableName: TABLE_NAME, ...byKey, ExpressionAttributeValues: { ':k': { S: 'a' } } }
  expect((await stranger.send(new QueryCommand(query))).Count).toBe(1)
  const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } }
  await stranger.send(new UpdateItemCommand({ TableName: TABLE_NAME, Key, ...add }))
  expect((await controller.send(new GetItemCommand({ TableName: TABLE_NAME, Key }))).Item?.n).toEqual({ N: '2' })
  expect(open.outside.activity()).toMatchObject([
    {
      client: { id: 'AKIDSTRANGER' },
      changes: [{ request: 'dynamodb UpdateItem' }],
      reads: { 'dynamodb GetItem': 1, 'dynamodb Query': 1, 'dynamodb Scan': 1 },
      errors: [],
    },
  ])
  expect(open.calls).toEqual([])
})

it('keeps its tables for the controller', async () => {
  const table = { TableName: 'mine', KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' as const }] }
  const definition = { AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' as const }] }
  for (const command of [
    new DeleteTableCommand({ TableName: TABLE_NAME }),
    new CreateTableCommand({ ...table, ...definition, BillingMode: 'PAY_PER_REQUEST' }),
  ]) {
    await expect(stranger.send(command as never)).rejects.toMatchObject({ name: 'NotEmulated' })
  }
})

it('refuses what it would ignore, and wrong inputs as DynamoDB does', async () => {
  const put = (input: object) => stranger.send(new PutItemCommand({ TableName: TABLE_NAME, ...input } as never))
  await expect(put({ Item: { key: { S: 'a' } }, Expected: {} })).rejects.toMatchObject({ name: 'NotEmulated' })
  await expect(put({ Item: { key: { S: 'a', N: '1' } } })).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(put({ Item: { key: { N: '1' } } })).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(stranger.send(new ScanCommand({ TableName: 'a b' }))).rejects.toMatchObject({
    name: 'ValidationException',
  })
  await expect(stranger.send(new ScanCommand({ TableName: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

const MEMBERS: Readonly<Record<string, readonly unknown[]>> = {
  TableName: [TABLE_NAME],
  Key: [{ key: { S: 'a' } }, { key: { S: '__proto__' } }],
  Item: [{ key: { S: 'a' }, n: { N: '1' }, l: { L: [{ S: '' }] }, m: { M: { a: { NULL: true } } }, s: { SS: ['a'] } }],
  ExclusiveStartKey: [{ key: { S: 'a' } }],
  RequestItems: [{ [TABLE_NAME]: { Keys: [{ key: { S: 'a' } }] } }],
  ExpressionAttributeNames: [{ '#n': 'n' }, { '#n': 'constructor' }],
  ExpressionAttributeValues: [{ ':v': { N: '1' } }, { ':v': { S: 'a' } }, { ':v': { L: [] } }, { ':v': { SS: ['b'] } }],
  UpdateExpression: [
    'SET #n = :v',
    'ADD #n :v',
    'REMOVE #n',
    'DELETE s :v',
    'SET l[1] = :v',
    'SET m.a.b = :v',
    'SET a = list_append(l, :v)',
    'SET n = n + :v',
  ],
  ConditionExpression: ['#n = :v', 'attribute_exists(a.b[0])', 'size(l) > :v', 'begins_with(n, :v)', 'contains(s, :v)'],
  FilterExpression: ['#n = :v', 'size(#n) > :v', 'n BETWEEN :v AND :v', 'n IN (:v)'],
  KeyConditionExpression: ['#n = :v', 'key = :v'],
  ProjectionExpression: ['#n', 'l[0]', 'm.a', 'a.b.c[99]'],
}

it('outlives every input', async () => {
  const operations = readOperations(await import('@aws-sdk/client-dynamodb'))
  let tried = 0
  for (const name of STORE_OPERATIONS) {
    const operation = operations.get(name) as OperationModel
    const members = Object.entries(MEMBERS).filter(([member]) =>
      Object.hasOwn(operation.input.getMemberSchemas(), member),
    )
    const likely = fc.record(
      Object.fromEntries(members.map(([member, values]) => [member, fc.constantFrom(...values)])),
      {
        requiredKeys: members
          .map(([member]) => member)
          .filter((member) => ['TableName', 'Key', 'Item', 'RequestItems'].includes(member)),
      },
    )
    const inputs = fc.oneof(
      { weight: 4, arbitrary: likely },
      { weight: 4, arbitrary: likely.chain(mutated) },
      { weight: 1, arbitrary: validInput(operation, TABLE) },
    )
    const property = fc.asyncProperty(inputs, async (input) => {
      tried += 1
      const headers = {
        ...signed('dynamodb'),
        'x-amz-target': `DynamoDB_20120810.${name}`,
        'content-type': 'application/x-amz-json-1.0',
      }
      const response = await fetch(open.endpoint.url, { method: 'POST', headers, body: JSON.stringify(input) ?? '' })
      await response.arrayBuffer()
      if (deaths.length > 0) throw new Error(`dies of ${name} ${JSON.stringify(input)}`, { cause: deaths.splice(0)[0] })
      if (response.status >= 500 && response.status !== 501) throw new Error(`${response.status}`)
    })
    await fc.assert(property, { numRuns: 3 * RUNS, seed: 17, interruptAfterTimeLimit: 60_000 })
  }
  console.info(
    `fuzz: ${STORE_OPERATIONS.length} operations of the store, ${tried} requests, ${deaths.length} deaths, 0 hangs`,
  )
})
