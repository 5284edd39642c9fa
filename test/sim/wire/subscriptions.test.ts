import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TooManyEntriesInBatchRequestException,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeCloud } from '../../../sim/cloud/cloud.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { type AwsEndpoint, startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { HttpDeliveries } from '../../../sim/wire/http-deliveries.ts'
import { CloudBench } from '../cloud/fixtures.ts'
import { CONTROLLER } from './endpoint.ts'
import { openReceiver, type Received, type Receiver } from './receiver.ts'

/** The real SNS client against the emulated topics, and real receivers of what these send. */

const TIMEOUT_MS = 300
const Protocol = 'http'
const credentials = { accessKeyId: 'AKIDPAGER', secretAccessKey: 'any' }

let bench: CloudBench
let outside: OutsideClients
let deliveries: HttpDeliveries
let endpoint: AwsEndpoint
let sns: SNSClient
let receiver: Receiver
let TopicArn: string
let opened: Receiver[]

async function open(...made: Parameters<typeof openReceiver>): Promise<Receiver> {
  const one = await openReceiver(...made)
  opened.push(one)
  return one
}

beforeEach(async () => {
  opened = []
  bench = new CloudBench()
  outside = new OutsideClients(bench.clock, bench.trace)
  deliveries = new HttpDeliveries(outside, TIMEOUT_MS)
  const { services } = makeCloud({ ...bench.ctx, http: deliveries }, { indexedShadows: [] }, () => undefined)
  const onBug = (bug: unknown): void => {
    throw bug
  }
  endpoint = await startAwsEndpoint({
    port: 0,
    services,
    controller: CONTROLLER,
    outside,
    onCall: () => undefined,
    onBug,
  })
  deliveries.ownUrl = endpoint.url
  sns = new SNSClient({ endpoint: endpoint.url, region: 'eu-central-1', credentials, maxAttempts: 1 })
  receiver = await open()
  TopicArn = (await sns.send(new CreateTopicCommand({ Name: 'pager' }))).TopicArn as string
})

afterEach(async () => {
  deliveries.close()
  sns.destroy()
  await Promise.all([endpoint.close(), ...opened.map((one) => one.close())])
})

const publish = (Message: string) => sns.send(new PublishCommand({ TopicArn, Message }))

/** Subscribes a receiver, and confirms it with the token that it was sent. */
async function subscribed(to: Receiver, Attributes = {}): Promise<string> {
  await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint: to.url, Attributes }))
  await to.got(1)
  const { Token } = to.received[0]?.body ?? {}
  return (await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }))).SubscriptionArn as string
}

const errors = () => outside.activity().flatMap(({ client, errors: own }) => own.map((one) => ({ client, ...one })))

describe('a subscriber', () => {
  it('confirms by its link and ends by its link, which need no signature', async () => {
    const subscribe = new SubscribeCommand({ TopicArn, Protocol, Endpoint: receiver.url })
    expect(await sns.send(subscribe)).toMatchObject({ SubscriptionArn: 'pending confirmation' })
    await receiver.got(1)
    const { headers, body } = receiver.received[0] as Received
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-message-id': body.MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'content-type': 'text/plain; charset=UTF-8',
    })
    expect(headers).not.toHaveProperty('x-amz-sns-subscription-arn')
    expect(Object.keys(body)).toEqual([
      'Type',
      'MessageId',
      'Token',
      'TopicArn',
      'Message',
      'SubscribeURL',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
    ])
    const confirmed = await fetch(body.SubscribeURL as string)
    expect([confirmed.status, confirmed.headers.get('content-type')]).toEqual([200, 'text/xml'])
    expect(await confirmed.text()).toMatch(/<ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns:[^<]*:pager:/)
    const { Subscriptions: [one] = [] } = await sns.send(new ListSubscriptionsCommand({}))
    const { SubscriptionArn } = one ?? {}
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', ConfirmationWasAuthenticated: 'false' })

    const { MessageId } = await publish('held')
    await receiver.got(2)
    const notification = receiver.received[1]?.body ?? {}
    expect(notification).toMatchObject({ Type: 'Notification', MessageId, TopicArn, Message: 'held' })
    expect((await fetch(notification.UnsubscribeURL as string)).status).toBe(200)
    await receiver.got(3)
    expect(receiver.received[2]?.body).toMatchObject({ Type: 'UnsubscribeConfirmation' })
    const { Attributes: counts } = await sns.send(new GetTopicAttributesCommand({ TopicArn }))
    expect(counts).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsPending: '0', SubscriptionsDeleted: '1' })
    bench.trace.flush()
    expect(bench.trace.records.filter(({ kind }) => kind === 'intervention')).toMatchObject([
      { data: { request: 'sns CreateTopic' } },
      { data: { request: 'sns Publish' } },
    ])
  })

  it('is told in AWS’s form why it may not', async () => {
    const early = sns.send(new UnsubscribeCommand({ SubscriptionArn: 'PendingConfirmation' }))
    await expect(early).rejects.toThrow(InvalidParameterException)
    const bad = await fetch(`${endpoint.url}/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=none`)
    expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('<Code>InvalidParameter</Code>')])
    const remote = sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint: 'http://192.0.2.1/' }))
    await expect(remote).rejects.toThrow(expect.objectContaining({ name: 'NotEmulated' }))
  })

  it.each(['ListTopics', 'Publish', 'DeleteTopic', 'Subscribe'])('cannot open a link of %s', async (action) => {
    const opened = await fetch(`${endpoint.url}/?Action=${action}&TopicArn=${TopicArn}&Message=m`)
    expect([opened.status, await opened.text()]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')])
    const posted = await fetch(`${endpoint.url}/?Action=Unsubscribe&SubscriptionArn=${TopicArn}:a`, { method: 'POST' })
    expect(posted.status).toBe(403)
  })

  it('cannot be ended by a web page', async () => {
    const link = `${endpoint.url}/?Action=Unsubscribe&SubscriptionArn=${await subscribed(receiver)}`
    const fromPage = await fetch(link, { headers: { origin: 'http://evil.example' } })
    expect(fromPage.status).toBe(403)
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
    expect(Subscriptions).toMatchObject([{ Protocol, Endpoint: receiver.url, Owner: '123456789012' }])
  })

  it('gets every message of a batch in order, raw and filtered as it asked', async () => {
    const raw = await open()
    await subscribed(receiver)
    await subscribed(raw, { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["page"]}' })
    const page = { kind: { DataType: 'String', StringValue: 'page' } }
    const { Successful } = await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'a', Message: 'one' },
          { Id: 'b', Message: 'two', MessageAttributes: page },
          { Id: 'c', Message: 'three' },
        ],
      }),
    )
    await Promise.all([receiver.got(4), raw.got(2)])
    expect(receiver.received.slice(1).map(({ body }) => [body.Message, body.MessageId])).toEqual(
      ['one', 'two', 'three'].map((text, index) => [text, Successful?.[index]?.MessageId]),
    )
    expect(raw.received.slice(1).map(({ text }) => text)).toEqual(['two'])
    const entries = Array.from({ length: 11 }, (_, i) => ({ Id: `e${i}`, Message: 'm' }))
    const tooMany = sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }))
    await expect(tooMany).rejects.toThrow(TooManyEntriesInBatchRequestException)
  })

  it('gets no more once its topic is deleted', async () => {
    await subscribed(receiver)
    const rename = { TopicArn, AttributeName: 'DisplayName', AttributeValue: 'On call' }
    await sns.send(new SetTopicAttributesCommand(rename))
    await sns.send(new DeleteTopicCommand({ TopicArn }))
    await expect(publish('m')).rejects.toThrow('Topic does not exist')
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions ?? []).toEqual([])
  })
})

describe('a receiver', () => {
  it('that is gone is told to the account of who subscribed it, and the others get theirs', async () => {
    const dead = await open()
    await subscribed(dead)
    await subscribed(receiver)
    await dead.close()
    await publish('held')
    await receiver.got(2)
    await vi.waitFor(() => expect(errors()).toHaveLength(1))
    expect(errors()[0]).toMatchObject({
      client: { by: 'access-key', id: 'AKIDPAGER' },
      request: 'sns Notification',
      error: 'DeliveryFailed',
      message: expect.stringContaining(`${dead.url}: connect ECONNREFUSED`),
      count: 1,
    })
  })

  it('that answers an error, or breaks off, is told so', async () => {
    let confirmed = false
    const failing = await open((response) => {
      response.statusCode = confirmed ? 500 : 200
      confirmed = true
      response.end()
    })
    await subscribed(failing)
    await publish('held')
    await vi.waitFor(() => expect(errors()).toMatchObject([{ message: `${failing.url}: answered 500` }]))
  })

  it('that hangs keeps nobody waiting, and is given up', async () => {
    let hangs = false
    const hanging = await open((response) => {
      if (!hangs) response.end()
    })
    await subscribed(hanging)
    await subscribed(receiver)
    hangs = true
    for (const text of ['one', 'two', 'three']) await publish(text)
    await receiver.got(4)
    expect(hanging.received).toHaveLength(2)
    await vi.waitFor(() => expect(errors()).toMatchObject([{ count: 3 }]), 5_000)
    expect(errors()).toMatchObject([{ message: `${hanging.url}: no answer within 0.3 s of real time` }])
  })

  it('that sends its answer without end is cut off', async () => {
    let isOpen = true
    const endless = await open((response) => {
      const timer = setInterval(() => response.write('more'), 10)
      response.on('close', () => {
        clearInterval(timer)
        isOpen = false
      })
    })
    await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint: endless.url }))
    await endless.got(1)
    await vi.waitFor(() => expect(isOpen).toBe(false), 5_000)
  })

  it('that is slow loses what is too much to wait for it', async () => {
    const slow = await open((response) => setTimeout(() => response.end(), 100))
    await subscribed(slow)
    const Message = 'm'.repeat(200 * 1024)
    for (let i = 0; i < 8; i++) await publish(Message)
    expect(errors()).toMatchObject([{ message: `${slow.url}: more than 1048576 bytes wait for this receiver` }])
    expect(slow.received.length).toBeLessThan(9)
  })

  it('is not sent to after the end, and nothing stays open', async () => {
    let hangs = false
    let isClosed = false
    const hanging = await open((response) => {
      response.on('close', () => {
        isClosed = true
      })
      if (!hangs) response.end()
    })
    await subscribed(hanging)
    hangs = true
    isClosed = false
    await publish('one')
    await hanging.got(2)
    await publish('two')
    deliveries.close()
    await publish('three')
    await vi.waitFor(() => expect(isClosed).toBe(true))
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS))
    expect(hanging.received).toHaveLength(2)
    expect(errors()).toEqual([])
  })
})
