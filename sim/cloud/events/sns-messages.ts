import type { HttpMessage } from '../base/http-sender.ts'
import type { MessageAttributes, TopicMessage } from './topic-message.ts'

/** What subscribers get over HTTP, in the form of AWS. [source: sns-http-messages] */
export type SnsHttpMessage = Pick<HttpMessage, 'name' | 'headers' | 'body'>

/** What is the same in every message. */
export interface Envelope {
  readonly messageId: string
  readonly topicArn: string
  readonly subscriptionArn: string
  readonly atMs: number
  /** Of the services. */
  readonly url: string
}

/** No message is signed: the key is AWS's own. No address has this name. [source: invalid-domain] */
const NOT_SIGNED = { SignatureVersion: '1', Signature: 'not-signed', SigningCertURL: 'https://not-signed.invalid/' }

/** Asks the receiver to confirm its subscription with a token. */
export function confirmationMessage(envelope: Envelope, token: string): SnsHttpMessage {
  const { topicArn } = envelope
  const text =
    `You have chosen to subscribe to the topic ${topicArn}.\n` +
    'To confirm the subscription, visit the SubscribeURL included in this message.'
  return tokenMessage('SubscriptionConfirmation', envelope, token, text)
}

/** Tells the receiver that its subscription has ended; the token would restore it. */
export function unsubscribedMessage(envelope: Envelope, token: string): SnsHttpMessage {
  const text =
    `You have chosen to deactivate subscription ${envelope.subscriptionArn}.\n` +
    'To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.'
  return tokenMessage('UnsubscribeConfirmation', envelope, token, text)
}

/** A message of the topic; `isRaw`: its text alone. [source: sns-raw-delivery] */
export function notificationMessage(envelope: Envelope, message: TopicMessage, isRaw: boolean): SnsHttpMessage {
  const { messageId, topicArn, subscriptionArn, atMs, url } = envelope
  const { text, subject, attributes } = message
  const headers = { ...headersOf('Notification', envelope), 'x-amz-sns-subscription-arn': subscriptionArn }
  const name = 'sns Notification'
  if (isRaw) return { name, headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' }, body: text }
  const body = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: subject,
    Message: text,
    Timestamp: timestampOf(atMs),
    ...NOT_SIGNED,
    UnsubscribeURL: `${url}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
    MessageAttributes: Object.keys(attributes).length === 0 ? undefined : attributesOf(attributes),
  }
  return { name, headers, body: JSON.stringify(body, null, 2) }
}

type TokenMessage = 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'

function tokenMessage(type: TokenMessage, envelope: Envelope, token: string, text: string): SnsHttpMessage {
  const { messageId, topicArn, subscriptionArn, atMs, url } = envelope
  // A subscription that is not confirmed is not named.
  const ofSubscription =
    type === 'UnsubscribeConfirmation' ? { 'x-amz-sns-subscription-arn': subscriptionArn } : undefined
  const body = {
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message: text,
    SubscribeURL: `${url}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
    Timestamp: timestampOf(atMs),
    ...NOT_SIGNED,
  }
  const headers = { ...headersOf(type, envelope), ...ofSubscription }
  return { name: `sns ${type}`, headers, body: JSON.stringify(body, null, 2) }
}

const headersOf = (type: string, { messageId, topicArn }: Envelope): Readonly<Record<string, string>> => ({
  'x-amz-sns-message-type': type,
  'x-amz-sns-message-id': messageId,
  'x-amz-sns-topic-arn': topicArn,
  'content-type': 'text/plain; charset=UTF-8',
  'user-agent': 'Amazon Simple Notification Service Agent',
})

const timestampOf = (atMs: number): string => new Date(atMs).toISOString()

const attributesOf = (attributes: MessageAttributes): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64') },
    ]),
  )
