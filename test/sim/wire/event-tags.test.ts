import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  PutRuleCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { type AwsEndpoint, startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../cloud/fixtures.ts'

/** Tags of rules by the SDK's client over HTTP. */

let endpoint: AwsEndpoint
let events: EventBridgeClient
const bugs: unknown[] = []

beforeAll(async () => {
  const bench = new CloudBench()
  endpoint = await startAwsEndpoint({
    port: 0,
    services: bench.cloud.services,
    controller: null,
    outside: new OutsideClients(bench.clock, bench.trace),
    onCall: () => undefined,
    onBug: (error) => bugs.push(error),
  })
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' }
  events = new EventBridgeClient({ endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 })
})
afterAll(async () => {
  events.destroy()
  await endpoint.close()
})

it('tags go with their rule', async () => {
  const rule = { Name: 'r', ScheduleExpression: 'rate(5 minutes)' }
  const { RuleArn: ResourceARN } = await events.send(new PutRuleCommand({ ...rule, Tags: [{ Key: 'a', Value: '1' }] }))
  expect(ResourceARN).toBe(`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/r`)
  await events.send(new PutRuleCommand({ ...rule, Tags: [{ Key: 'ignored', Value: '' }] }))
  await events.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '' }] }))
  await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }))
  const list = new ListTagsForResourceCommand({ ResourceARN })
  expect((await events.send(list)).Tags).toEqual([{ Key: 'b', Value: '' }])
  const reserved = new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'aws:c', Value: '' }] })
  await expect(events.send(reserved)).rejects.toMatchObject({ name: 'ValidationException' })
  await events.send(new DeleteRuleCommand({ Name: 'r' }))
  await expect(events.send(list)).rejects.toBeInstanceOf(ResourceNotFoundException)
  expect(bugs).toEqual([])
})
