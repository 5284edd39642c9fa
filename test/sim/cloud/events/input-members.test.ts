import type { NormalizedSchema } from '@smithy/core/schema'
import { expect, it } from 'vitest'
import { OPERATIONS } from '../../../../sim/cloud/operations.ts'
import { loadServiceModel } from '../../../../sim/protocol/service-model.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'
import { membersOf, noting } from '../input-members.ts'

const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:pager`
const Entry = { Id: 'a', Message: 'm', Subject: 's', MessageAttributes: {} }

/** An input of every operation with which it reads all it can; from the ARN and the token of a subscription. */
const INPUTS: Readonly<Record<string, (arn: string, token: string) => object>> = {
  CreateTopic: () => ({ Name: 'new' }),
  DeleteTopic: () => ({ TopicArn }),
  ListTopics: () => ({}),
  GetTopicAttributes: () => ({ TopicArn }),
  SetTopicAttributes: () => ({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'd' }),
  Subscribe: () => ({ TopicArn, Protocol: 'http', Endpoint: 'http://localhost/', Attributes: {} }),
  ConfirmSubscription: (_, Token) => ({ TopicArn, Token }),
  Unsubscribe: () => ({ SubscriptionArn: `${TopicArn}:other` }),
  ListSubscriptions: () => ({}),
  ListSubscriptionsByTopic: () => ({ TopicArn }),
  GetSubscriptionAttributes: (SubscriptionArn) => ({ SubscriptionArn }),
  Publish: () => ({ TopicArn, Message: 'm', Subject: 's', MessageAttributes: {} }),
  PublishBatch: () => ({ TopicArn, PublishBatchRequestEntries: [Entry] }),
}

const isIgnored = (call: () => unknown, member: string): boolean => {
  try {
    call()
    return true
  } catch (error) {
    return !(error as Error).message.startsWith(`${member} of `) || (error as Error).name !== 'NotEmulated'
  }
}

it.each(Object.keys(OPERATIONS.sns))('%s reads every member of its input, or refuses it by name', async (operation) => {
  const { operations } = await loadServiceModel('sns')
  const bench = new CloudBench()
  bench.call('sns', 'CreateTopic', { Name: 'pager' })
  const subscribe = { TopicArn, Protocol: 'http', Endpoint: 'http://127.0.0.1:1/', ReturnSubscriptionArn: true }
  const { SubscriptionArn } = bench.call('sns', 'Subscribe', subscribe)
  const { Token } = JSON.parse(bench.posted[0]?.body ?? '')
  const input = INPUTS[operation]?.(SubscriptionArn as string, Token) as object
  const read = new Set<string>()
  bench.call('sns', operation, noting(input, read))
  const members = membersOf(operations.get(operation)?.input as NormalizedSchema)
  const ignored = members.filter(
    (member) =>
      !read.has(member) && isIgnored(() => bench.call('sns', operation, { ...input, [member]: 'other' }), member),
  )
  expect(ignored).toEqual([])
})

it('reads every member of the entries of a batch, or refuses it by name', async () => {
  const { operations } = await loadServiceModel('sns')
  const bench = new CloudBench()
  bench.call('sns', 'CreateTopic', { Name: 'pager' })
  const publish = (entry: object) =>
    bench.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries: [entry] })
  const read = new Set<string>()
  publish(noting(Entry, read))
  const list = operations.get('PublishBatch')?.input.getMemberSchema('PublishBatchRequestEntries')
  const members = membersOf(list?.getValueSchema() as NormalizedSchema)
  expect(members).toContain('MessageGroupId')
  const ignored = members.filter(
    (member) => !read.has(member) && isIgnored(() => publish({ ...Entry, [member]: 'other' }), member),
  )
  expect(ignored).toEqual([])
})
