import { beforeEach, describe, expect, it } from 'vitest'
import { makeCloud } from '../../../../sim/cloud/cloud.ts'
import { CloudBench } from '../fixtures.ts'

const HOUR_MS = 3_600_000
const TopicArn = 'arn:aws:sns:eu-central-1:123456789012:pager'
const Endpoint = 'http://127.0.0.1:8080/hook'

let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench()
  bench.call('sns', 'CreateTopic', { Name: 'pager' })
})

const call = (operation: string, input: object = {}) => bench.call('sns', operation, input) as Record<string, string>
const subscribe = (over: object = {}) => call('Subscribe', { TopicArn, Protocol: 'http', Endpoint, ...over })
const posted = () => bench.posted.map(({ body }) => JSON.parse(body) as Record<string, string>)
const tokenOfLast = (): string => posted().at(-1)?.Token as string
const confirm = (Token = tokenOfLast()) => call('ConfirmSubscription', { TopicArn, Token }).SubscriptionArn as string
const counts = () => bench.call('sns', 'GetTopicAttributes', { TopicArn }).Attributes as Record<string, string>
const listed = () => bench.call('sns', 'ListSubscriptions').Subscriptions as Record<string, string>[]
const invalid = (message: string) =>
  expect.objectContaining({
    name: 'InvalidParameterException',
    statusCode: 400,
    message: `Invalid parameter: ${message}`,
  })
const notEmulated = (what: string) =>
  expect.objectContaining({ name: 'NotEmulated', message: expect.stringContaining(what) })

describe('a subscription', () => {
  it('is pending until its receiver confirms it', () => {
    expect(subscribe()).toEqual({ SubscriptionArn: 'pending confirmation' })
    expect(listed()).toEqual([
      { SubscriptionArn: 'PendingConfirmation', Owner: '123456789012', Protocol: 'http', Endpoint, TopicArn },
    ])
    expect(counts()).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' })
    call('Publish', { TopicArn, Message: 'not for it' })
    expect(posted().map(({ Type }) => Type)).toEqual(['SubscriptionConfirmation'])
    const arn = confirm()
    expect(listed()).toMatchObject([{ SubscriptionArn: arn }])
    expect(counts()).toMatchObject({ SubscriptionsPending: '0', SubscriptionsConfirmed: '1' })
    expect(confirm()).toBe(arn)
    expect(subscribe()).toEqual({ SubscriptionArn: arn })
  })

  it('has its ARN at once for those who ask for it', () => {
    const { SubscriptionArn } = subscribe({ ReturnSubscriptionArn: true })
    expect(SubscriptionArn).toMatch(/^arn:aws:sns:eu-central-1:123456789012:pager:[0-9a-f-]{36}$/)
    const pending = { PendingConfirmation: 'true', ConfirmationWasAuthenticated: 'false', RawMessageDelivery: 'false' }
    expect(call('GetSubscriptionAttributes', { SubscriptionArn }).Attributes).toMatchObject(pending)
    expect(confirm()).toBe(SubscriptionArn)
    expect(call('GetSubscriptionAttributes', { SubscriptionArn }).Attributes).toEqual({
      SubscriptionArn,
      TopicArn,
      Owner: '123456789012',
      Protocol: 'http',
      Endpoint,
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
    })
  })

  it('is the same for the same endpoint, which is asked again; with other attributes it is refused', () => {
    const first = subscribe({ ReturnSubscriptionArn: true })
    expect(subscribe({ ReturnSubscriptionArn: true })).toEqual(first)
    const [one, other] = posted()
    expect(other?.Token).toBe(one?.Token)
    expect(other?.MessageId).not.toBe(one?.MessageId)
    expect(subscribe({ Attributes: { RawMessageDelivery: 'false' }, ReturnSubscriptionArn: true })).toEqual(first)
    expect(() => subscribe({ Attributes: { RawMessageDelivery: 'true' } })).toThrow(
      invalid('Attributes Reason: Subscription already exists with different attributes'),
    )
    expect(counts()).toMatchObject({ SubscriptionsPending: '1' })
  })

  it('cannot be ended while it is pending, and is gone after three days', () => {
    const { SubscriptionArn } = subscribe({ ReturnSubscriptionArn: true })
    expect(() => call('Unsubscribe', { SubscriptionArn })).toThrow(
      invalid('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation'),
    )
    for (const text of ['PendingConfirmation', 'pending confirmation']) {
      expect(() => call('Unsubscribe', { SubscriptionArn: text })).toThrow(
        invalid('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'),
      )
    }
    bench.runFor(72 * HOUR_MS)
    expect(listed()).toHaveLength(1)
    bench.runFor(1)
    expect(listed()).toEqual([])
    expect(() => confirm()).toThrow(invalid('Token'))
  })

  it('has three days again once it is asked for again', () => {
    subscribe()
    bench.runFor(71 * HOUR_MS)
    subscribe()
    bench.runFor(71 * HOUR_MS)
    const SubscriptionArn = confirm()
    bench.runFor(72 * HOUR_MS)
    expect(listed()).toMatchObject([{ SubscriptionArn }])
  })

  it('ends with a message, whose token restores it', () => {
    subscribe()
    const SubscriptionArn = confirm()
    expect(call('Unsubscribe', { SubscriptionArn })).toEqual({})
    expect(counts()).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' })
    expect(() => call('GetSubscriptionAttributes', { SubscriptionArn })).toThrow('Subscription does not exist')
    expect(call('Unsubscribe', { SubscriptionArn })).toEqual({})
    expect(posted().map(({ Type }) => Type)).toEqual(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])
    expect(posted()[1]?.Message).toContain(`You have chosen to deactivate subscription ${SubscriptionArn}.\n`)
    expect(bench.posted[1]?.headers).toMatchObject({ 'x-amz-sns-subscription-arn': SubscriptionArn })
    expect(() => confirm(posted()[0]?.Token)).toThrow(invalid('Token'))
    expect(confirm()).toBe(SubscriptionArn)
    expect(counts()).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsDeleted: '0' })
  })

  it('goes with its topic, and message ids go on when the topic is made again', () => {
    subscribe()
    confirm()
    const { MessageId } = call('Publish', { TopicArn, Message: 'm' })
    expect(call('DeleteTopic', { TopicArn })).toEqual({})
    expect(call('DeleteTopic', { TopicArn })).toEqual({})
    expect(listed()).toEqual([])
    expect(() => call('ListSubscriptionsByTopic', { TopicArn })).toThrow('Topic does not exist')
    call('CreateTopic', { Name: 'pager' })
    expect(counts()).toMatchObject({ SubscriptionsConfirmed: '0' })
    expect(call('Publish', { TopicArn, Message: 'm' }).MessageId).not.toBe(MessageId)
    expect(bench.posted).toHaveLength(2)
  })

  it('draws its ids from a stream of its own: those of messages stay as they are', () => {
    const other = new CloudBench()
    other.call('sns', 'CreateTopic', { Name: 'pager' })
    subscribe()
    confirm()
    const { MessageId } = other.call('sns', 'Publish', { TopicArn, Message: 'm' })
    expect(call('Publish', { TopicArn, Message: 'm' })).toEqual({ MessageId })
    expect(bench.trace.digest()).toBe(other.trace.digest())
  })

  it('is listed page by page, by topic or for all', () => {
    call('CreateTopic', { Name: 'other' })
    subscribe({ TopicArn: TopicArn.replace('pager', 'other') })
    for (let i = 0; i < 150; i++) subscribe({ Endpoint: `${Endpoint}/${i}` })
    const pages = (operation: string, input: object = {}) => {
      const first = bench.call('sns', operation, input) as { Subscriptions: object[]; NextToken: string }
      const second = bench.call('sns', operation, { ...input, NextToken: first.NextToken }) as typeof first
      return [first.Subscriptions.length, second.Subscriptions.length, second.NextToken]
    }
    expect(pages('ListSubscriptions')).toEqual([100, 51, undefined])
    expect(pages('ListSubscriptionsByTopic', { TopicArn })).toEqual([100, 50, undefined])
    for (let i = 150; i < 200; i++) subscribe({ Endpoint: `${Endpoint}/${i}` })
    expect(() => subscribe()).toThrow(expect.objectContaining({ name: 'SubscriptionLimitExceededException' }))
  })

  it.each<[string, object]>([
    ['the protocol https', { Protocol: 'https', Endpoint: 'https://localhost/' }],
    ['the protocol sqs', { Protocol: 'sqs' }],
    ['the protocol email', { Protocol: 'email' }],
    ['the host example.com', { Endpoint: 'http://example.com/' }],
    ['the host 10.0.0.1', { Endpoint: 'http://10.0.0.1/' }],
    ['the host 0.0.0.0', { Endpoint: 'http://0.0.0.0/' }],
    ['the host 127.0.0.1.nip.io', { Endpoint: 'http://127.0.0.1.nip.io/' }],
    ['the host evil.org', { Endpoint: 'http://127.0.0.1@evil.org/' }],
    ['the attribute DeliveryPolicy', { Attributes: { DeliveryPolicy: '{}' } }],
    ['the attribute RedrivePolicy', { Attributes: { RedrivePolicy: '{}' } }],
    ['the FilterPolicyScope MessageBody', { Attributes: { FilterPolicyScope: 'MessageBody' } }],
    ['matcher "numeric"', { Attributes: { FilterPolicy: '{"a":[{"numeric":["=",1]}]}' } }],
    ['the operator $or', { Attributes: { FilterPolicy: '{"$or":[{"a":["b"]},{"c":["d"]}]}' } }],
  ])('with %s is not emulated', (what, over) => {
    expect(() => subscribe(over)).toThrow(notEmulated(what))
    expect(bench.posted).toEqual([])
  })

  it.each<[string, object]>([
    ['Amazon SNS does not support this protocol string: ftp', { Protocol: 'ftp' }],
    ['Endpoint must match the specified protocol', { Endpoint: 'https://localhost/' }],
    ['Endpoint', { Endpoint: 'http://' }],
    ['TopicArn Reason: An ARN must have at least 6 elements, not 1', { TopicArn: 'pager' }],
    ['Attributes Reason: Unknown attribute', { Attributes: { Colour: 'red' } }],
    [
      'Attributes Reason: RawMessageDelivery: Invalid value [yes]. Must be true or false.',
      { Attributes: { RawMessageDelivery: 'yes' } },
    ],
    ['FilterPolicy: failed to parse JSON.', { Attributes: { FilterPolicy: '{' } }],
    ['FilterPolicy: "a" must be an object or an array', { Attributes: { FilterPolicy: '{"a":"b"}' } }],
    [
      'FilterPolicy: Filter policy can not have more than 5 keys',
      { Attributes: { FilterPolicy: JSON.stringify(Object.fromEntries([...'abcdef'].map((key) => [key, ['x']]))) } },
    ],
    [
      'FilterPolicy: Filter policy is too complex',
      { Attributes: { FilterPolicy: JSON.stringify({ a: Array(16).fill('x'), b: Array(10).fill('y') }) } },
    ],
  ])('is refused with "%s"', (message, over) => {
    expect(() => subscribe(over)).toThrow(invalid(message))
    expect(bench.posted).toEqual([])
  })

  it('needs a topic that exists', () => {
    expect(() => subscribe({ TopicArn: `${TopicArn}-2` })).toThrow('Topic does not exist')
  })

  it('is confirmed without AuthenticateOnUnsubscribe', () => {
    subscribe()
    const Token = tokenOfLast()
    const strict = { TopicArn, Token, AuthenticateOnUnsubscribe: 'true' }
    expect(() => call('ConfirmSubscription', strict)).toThrow(notEmulated('AuthenticateOnUnsubscribe'))
    call('ConfirmSubscription', { TopicArn, Token, AuthenticateOnUnsubscribe: 'false' })
    expect(counts()).toMatchObject({ SubscriptionsConfirmed: '1' })
  })

  it('is refused by name where there are no sockets', () => {
    const cloud = makeCloud({ ...bench.ctx, http: null }, { indexedShadows: [] }, () => undefined)
    cloud.services.sns.CreateTopic({ Name: 'pager' })
    const refused = () => cloud.services.sns.Subscribe({ TopicArn, Protocol: 'http', Endpoint })
    expect(refused).toThrow(notEmulated('Subscribe at the model level'))
  })
})

describe('a notification', () => {
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'page' },
    blob: { DataType: 'Binary', BinaryValue: Buffer.from('bytes') },
  }

  it('has the fields of AWS, the time of the simulation and the topic’s message id', () => {
    subscribe()
    const arn = confirm()
    bench.runFor(1_234)
    const { MessageId } = call('Publish', { TopicArn, Message: 'held', Subject: 'Rollout', MessageAttributes })
    const { url, headers, body } = bench.posted.at(-1) ?? { body: '' }
    expect(url).toBe(Endpoint)
    expect(headers).toEqual({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': arn,
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
    })
    expect(JSON.parse(body)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'Rollout',
      Message: 'held',
      Timestamp: '2026-03-02T13:00:01.234Z',
      SignatureVersion: '1',
      Signature: 'not-signed',
      SigningCertURL: 'https://not-signed.invalid/',
      UnsubscribeURL: `http://127.0.0.1:1/?Action=Unsubscribe&SubscriptionArn=${arn}`,
      MessageAttributes: {
        kind: { Type: 'String', Value: 'page' },
        blob: { Type: 'Binary', Value: Buffer.from('bytes').toString('base64') },
      },
    })
    call('Publish', { TopicArn, Message: 'bare' })
    expect(posted().at(-1)).not.toHaveProperty('Subject')
    expect(posted().at(-1)).not.toHaveProperty('MessageAttributes')
  })

  it('is the text alone where it is raw', () => {
    subscribe({ Attributes: { RawMessageDelivery: 'true' } })
    expect(posted()[0]).toMatchObject({ Type: 'SubscriptionConfirmation' })
    confirm()
    call('Publish', { TopicArn, Message: 'held', MessageAttributes })
    expect(bench.posted.at(-1)?.body).toBe('held')
    expect(bench.posted.at(-1)?.headers).toMatchObject({ 'x-amz-sns-rawdelivery': 'true' })
  })

  const text = (StringValue: string) => ({ DataType: 'String', StringValue })
  const number = (StringValue: string) => ({ DataType: 'Number', StringValue })
  const list = (StringValue: string) => ({ DataType: 'String.Array', StringValue })

  it.each<[object, object, boolean]>([
    [{ a: ['x', 'y'] }, { a: text('y') }, true],
    [{ a: ['x', 'y'] }, { a: text('z') }, false],
    [{ a: ['x'] }, {}, false],
    [{ a: ['x'], b: ['y'] }, { a: text('x') }, false],
    [{ a: ['x'], b: ['y'] }, { a: text('x'), b: text('y'), c: text('z') }, true],
    [{ a: [{ prefix: 'ro' }] }, { a: text('rollout') }, true],
    [{ a: [{ 'anything-but': ['x'] }] }, { a: text('x') }, false],
    [{ a: [{ 'anything-but': ['x'] }] }, { a: text('y') }, true],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: true }] }, { a: { DataType: 'Binary', BinaryValue: Buffer.from('x') } }, false],
    [{ a: ['x'] }, { a: list('["w", "x"]') }, true],
    [{ a: ['x'] }, { a: list('["w"]') }, false],
    [{ a: [301.5] }, { a: number('3.015e2') }, true],
    [{ a: ['301.5'] }, { a: number('301.5') }, false],
    [{ a: ['1'] }, { a: text('1') }, true],
    [{}, {}, true],
  ])('passes the policy %j with %j: %s', (policy, attributes, passes) => {
    subscribe({ Attributes: { FilterPolicy: JSON.stringify(policy), FilterPolicyScope: 'MessageAttributes' } })
    confirm()
    call('Publish', { TopicArn, Message: 'm', MessageAttributes: attributes })
    expect(posted().some(({ Type }) => Type === 'Notification')).toBe(passes)
  })
})
