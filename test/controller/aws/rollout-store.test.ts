import { createHash } from 'node:crypto'
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clients, makeClients } from '../../../controller/aws/clients.ts'
import { dynamoStore } from '../../../controller/aws/rollout-store.ts'
import { ensureTable } from '../../../controller/aws/table.ts'
import { StaleRollout } from '../../../controller/errors.ts'
import type { RolloutStore } from '../../../controller/ports/ports.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'
import { type Dynamo, startDynamo } from '../dynamo.ts'

let dynamo: Dynamo
let clients: Clients
const TABLE = 'rollouts'

beforeAll(async () => {
  dynamo = await startDynamo()
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  clients = makeClients({ region: 'eu-central-1', dynamoEndpoint: dynamo.url, credentials })
  await ensureTable(clients.dynamo, TABLE)
})

afterAll(async () => {
  clients.destroy()
  await dynamo.close()
})

/** What every store does. */
describe.each<[string, () => RolloutStore]>([
  ['in memory', () => new MemoryStore()],
  ['in DynamoDB', () => dynamoStore(clients.documents, TABLE)],
])('a store %s', (name, open) => {
  const key = (suffix: string): string => `${name}#${suffix}`

  it('gives back what was put, and null for what was not', async () => {
    const store = open()
    expect(await store.get(key('none'))).toBeNull()
    await store.put(key('a'), { deep: [1, null, 'é'] })
    expect((await store.get(key('a')))?.value).toEqual({ deep: [1, null, 'é'] })
  })

  it('writes conditionally on the version, and refuses a stale one', async () => {
    const store = open()
    expect(await store.putIf(key('b'), 'one', 0)).toBe(1)
    expect(await store.putIf(key('b'), 'two', 1)).toBe(2)
    await expect(store.putIf(key('b'), 'late', 1)).rejects.toThrow(StaleRollout)
    await expect(store.putIf(key('b'), 'again', 0)).rejects.toThrow(StaleRollout)
    expect(await store.get(key('b'))).toEqual({ value: 'two', version: 2 })
  })

  it('keeps a document longer than an item of DynamoDB may be', async () => {
    const store = open()
    const baseline = Array.from({ length: 6_000 }, (_, i) => ({
      thing: `line-${i}`,
      minutes: i * 7,
      cycles: i * 1_003,
    }))
    expect(JSON.stringify(baseline).length).toBeLessThan(400 * 1024)
    const doubled = { first: baseline, second: baseline }
    expect(JSON.stringify(doubled).length).toBeGreaterThan(400 * 1024)
    await store.putIf(key('c'), doubled, 0)
    expect((await store.get(key('c')))?.value).toEqual(doubled)
  })

  it('forgets what is deleted, and takes it well where there is nothing', async () => {
    const store = open()
    await store.putIf(key('d'), 'one', 0)
    await store.delete(key('d'))
    expect(await store.get(key('d'))).toBeNull()
    await store.delete(key('d'))
    expect(await store.putIf(key('d'), 'again', 0)).toBe(1)
  })
})

describe('a document of a large fleet', () => {
  /** Text that does not compress: about a megabyte. */
  const noise = (seed: number): string[] =>
    Array.from({ length: 30_000 }, (_, i) => createHash('md5').update(`${seed}/${i}`).digest('base64'))
  const keys = async (): Promise<string[]> => {
    const { Items = [] } = await clients.documents.send(
      new ScanCommand({ TableName: TABLE, ProjectionExpression: '#key', ExpressionAttributeNames: { '#key': 'key' } }),
    )
    return Items.map(({ key }) => key as string).filter((key) => key.startsWith('large'))
  }

  it('lies in parts, and leaves none of an older one behind', async () => {
    const store = dynamoStore(clients.documents, TABLE)
    await store.put('large', noise(1))
    const before = await keys()
    expect(before.length).toBeGreaterThan(2)
    await store.put('large', noise(2))
    expect((await store.get('large'))?.value).toEqual(noise(2))
    const after = await keys()
    expect(after.length).toBe(before.length)
    expect(after.filter((key) => before.includes(key))).toEqual(['large'])
    await store.put('large', noise(2))
    expect((await store.get('large'))?.value).toEqual(noise(2))
    await store.delete('large')
    expect((await keys()).filter((key) => key === 'large' || key.startsWith('large#'))).toEqual([])
  }, 60_000)

  it('is refused whole when another writer was faster', async () => {
    const store = dynamoStore(clients.documents, TABLE)
    expect(await store.putIf('large-too', noise(3), 0)).toBe(1)
    await expect(store.putIf('large-too', noise(4), 0)).rejects.toThrow(StaleRollout)
    expect((await store.get('large-too'))?.value).toEqual(noise(3))
  })

  it('is stale, not broken, when its parts stay away', async () => {
    const store = dynamoStore(clients.documents, TABLE)
    await store.put('large-gone', noise(5))
    const [part] = (await keys()).filter((key) => key.startsWith('large-gone#part'))
    await clients.documents.send(new DeleteCommand({ TableName: TABLE, Key: { key: part } }))
    await expect(store.get('large-gone')).rejects.toThrow(StaleRollout)
  })
})

it('takes a table that is already there', async () => {
  await ensureTable(clients.dynamo, TABLE)
})
