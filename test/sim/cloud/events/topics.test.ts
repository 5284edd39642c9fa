import { beforeEach, describe, expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

let bench: CloudBench
let TopicArn: string

beforeEach(() => {
  bench = new CloudBench()
  TopicArn = bench.call('sns', 'CreateTopic', { Name: 'pager' }).TopicArn as string
})

const publish = (over: object = {}, on: CloudBench = bench): Record<string, unknown> =>
  on.call('sns', 'Publish', { TopicArn, Message: 'm', ...over })
const attribute = (StringValue: string, DataType = 'String') => ({
  MessageAttributes: { a: { DataType, StringValue } },
})

describe('a topic', () => {
  it('has the ARN of its name, and is the same when it is created again', () => {
    expect(TopicArn).toBe('arn:aws:sns:eu-central-1:123456789012:pager')
    const first = publish().MessageId
    expect(bench.call('sns', 'CreateTopic', { Name: 'pager' })).toEqual({ TopicArn })
    expect(publish().MessageId).not.toBe(first)
  })

  it.each(['', 'on call', 'pager.fifo', 'a'.repeat(257)])('cannot have the name "%s"', (Name) => {
    expect(() => bench.call('sns', 'CreateTopic', { Name })).toThrow('Invalid parameter: Topic Name')
  })

  it('has no attributes', () => {
    const create = () => bench.call('sns', 'CreateTopic', { Name: 'a', Attributes: { DisplayName: 'A' } })
    expect(create).toThrow('Attributes of CreateTopic is not emulated')
  })
})

describe('a message', () => {
  it('is in the trace with subject and reason code, and has an id from the seed', () => {
    const MessageAttributes = { reasonCode: { DataType: 'String', StringValue: 'ROLLOUT_HELD' } }
    const { MessageId } = publish({ Subject: 'Held', MessageAttributes })
    publish()
    bench.trace.flush()
    expect(bench.trace.records).toMatchObject([
      { source: 'sns/pager', kind: 'message-published', topic: 'pager', subject: 'Held', reasonCode: 'ROLLOUT_HELD' },
      { source: 'sns/pager', kind: 'message-published', topic: 'pager', subject: null, reasonCode: null },
    ])
    const [same, other] = [new CloudBench(), new CloudBench(2)]
    for (const one of [same, other]) one.call('sns', 'CreateTopic', { Name: 'pager' })
    expect(publish({}, same).MessageId).toBe(MessageId)
    expect(publish({}, other).MessageId).not.toBe(MessageId)
  })

  it('needs a topic that exists', () => {
    const gone = () => publish({ TopicArn: `${TopicArn}-2` })
    expect(gone).toThrow(expect.objectContaining({ name: 'NotFoundException', statusCode: 404 }))
    expect(gone).toThrow('Topic does not exist')
  })

  it.each<[string, object]>([
    ['Invalid parameter: TopicArn', { TopicArn: 'pager' }],
    ['Invalid parameter: TopicArn or TargetArn Reason', { TopicArn: undefined }],
    ['Invalid parameter: Empty message', { Message: '' }],
    ['Invalid parameter: Message too long', { Message: 'ü'.repeat(128 * 1024 + 1) }],
    ['Invalid parameter: Message too long', { Message: 'm'.repeat(256 * 1024 - 7), ...attribute('v') }],
    ['Invalid parameter: Subject', { Subject: '' }],
    ['Invalid parameter: Subject', { Subject: 's'.repeat(100) }],
    ['Invalid parameter: Subject', { Subject: 'two\nlines' }],
    ['Invalid parameter: Subject', { Subject: 'a bell \u0007' }],
  ])('is refused with "%s"', (message, over) => {
    const refused = () => publish(over)
    expect(refused).toThrow(message)
    expect(refused).toThrow(expect.objectContaining({ name: 'InvalidParameterException', statusCode: 400 }))
    bench.trace.flush()
    expect(bench.trace.records).toEqual([])
  })

  it.each([
    {},
    attribute('v'),
    { Message: 'm'.repeat(256 * 1024 - 8), ...attribute('v') },
    { Subject: 's'.repeat(99) },
  ])('may be as long as that', (over) => {
    expect(publish(over)).toEqual({ MessageId: expect.any(String) })
  })

  it.each([attribute(''), attribute('v', 'Text'), attribute('v', 'Binary')])('needs a value in %j', (over) => {
    expect(() => publish(over)).toThrow(expect.objectContaining({ name: 'InvalidParameterValueException' }))
  })

  it.each(['PhoneNumber', 'TargetArn', 'MessageStructure', 'MessageGroupId'])('with %s is not emulated', (member) => {
    expect(() => publish({ [member]: 'x' })).toThrow(`${member} of Publish is not emulated`)
  })
})

it('lists topics page by page, describes one, and has no subscriptions', () => {
  const names = Array.from({ length: 120 }, (_, i) => `topic-${i}`)
  const arns = names.map((Name) => bench.call('sns', 'CreateTopic', { Name }).TopicArn)
  const first = bench.call('sns', 'ListTopics') as { Topics: { TopicArn: string }[]; NextToken: string }
  const second = bench.call('sns', 'ListTopics', { NextToken: first.NextToken }) as typeof first
  expect([...first.Topics, ...second.Topics].map(({ TopicArn }) => TopicArn)).toEqual(expect.arrayContaining(arns))
  expect(first.Topics).toHaveLength(100)
  expect(bench.call('sns', 'GetTopicAttributes', { TopicArn: arns[0] })).toMatchObject({
    Attributes: { TopicArn: arns[0], SubscriptionsConfirmed: '0' },
  })
  expect(bench.call('sns', 'ListSubscriptionsByTopic', { TopicArn: arns[0] })).toEqual({ Subscriptions: [] })
  for (const operation of ['GetTopicAttributes', 'ListSubscriptionsByTopic']) {
    expect(() => bench.call('sns', operation, { TopicArn: 'arn:aws:sns:x:1:no' })).toThrow(
      expect.objectContaining({ name: 'NotFoundException' }),
    )
  }
})

describe('a batch', () => {
  const batch = (...PublishBatchRequestEntries: object[]) =>
    bench.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries })
  const entry = (Id: string, over: object = {}) => ({ Id, Message: 'm', ...over })

  it('publishes each message that is valid, and tells what is wrong with the others', () => {
    const empty = { DataType: 'String', StringValue: '' }
    const result = batch(
      entry('a', { Subject: 'A' }),
      entry('b', { Message: '' }),
      entry('c', { MessageAttributes: { a: empty } }),
      entry('d'),
    )
    expect(result).toEqual({
      Successful: [
        { Id: 'a', MessageId: expect.any(String) },
        { Id: 'd', MessageId: expect.any(String) },
      ],
      Failed: [
        { Id: 'b', Code: 'InvalidParameter', Message: 'Invalid parameter: Empty message', SenderFault: true },
        { Id: 'c', Code: 'ParameterValueInvalid', Message: expect.stringContaining("'a' must"), SenderFault: true },
      ],
    })
    bench.trace.flush()
    expect(bench.trace.records).toMatchObject([{ subject: 'A' }, { subject: null }])
  })

  const many = (count: number) => Array.from({ length: count }, (_, i) => entry(`e${i}`))

  it.each<[string, object[]]>([
    ['EmptyBatchRequestException', []],
    ['TooManyEntriesInBatchRequestException', many(11)],
    ['InvalidBatchEntryIdException', [entry('a b')]],
    ['InvalidBatchEntryIdException', [entry('a'.repeat(81))]],
    ['BatchEntryIdsNotDistinctException', [entry('a'), entry('a')]],
    ['BatchRequestTooLongException', many(2).map((one) => ({ ...one, Message: 'm'.repeat(128 * 1024 + 1) }))],
    ['NotEmulated', [entry('a'), entry('b', { MessageStructure: 'json' })]],
  ])('is refused as a whole with %s', (name, entries) => {
    expect(() => batch(...entries)).toThrow(expect.objectContaining({ name }))
    bench.trace.flush()
    expect(bench.trace.records).toEqual([])
  })

  it('may have ten messages', () => {
    expect(batch(...many(10)).Successful).toHaveLength(10)
  })
})

it('has a display name that can be set, and no other attribute', () => {
  const set = (AttributeName: string, AttributeValue: string) =>
    bench.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue })
  expect(set('DisplayName', 'On call')).toEqual({})
  expect(bench.call('sns', 'GetTopicAttributes', { TopicArn })).toMatchObject({
    Attributes: { DisplayName: 'On call' },
  })
  expect(() => set('DisplayName', 'd'.repeat(101))).toThrow('Invalid parameter: DisplayName')
  expect(() => set('Policy', '{}')).toThrow('the attribute Policy of SetTopicAttributes is not emulated')
})
