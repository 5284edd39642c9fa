import type { MessageAttributeValue } from '@aws-sdk/client-sns'
import { MESSAGE_ATTRIBUTE, REASON_CODE_ATTRIBUTE } from '../../../controller/contract.ts'
import type { Message as CodedMessage } from '../../../controller/messages/message.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import type { Topics } from './topics.ts'

/** [source: sns-topic-name] */
const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/
const TOPIC_ARN = /^arn:[^:]*:sns:[^:]*:[0-9]+:[A-Za-z0-9_-]{1,256}$/
/** No line breaks or control characters, and less than 100 characters. [source: sns-subject] */
const SUBJECT = /^[^\p{Cc}\u2028\u2029]{1,99}$/u
/** Of the message and its attributes together. [source: sns-message-size] */
const MAX_BYTES = 256 * 1024
/** [source: sns-attributes] */
const DATA_TYPE = /^(String|String\.Array|Number|Binary)(\.[A-Za-z0-9_.-]+)?$/

/** [source: sns-errors] */
export const topicOperations = defineOperations<'sns', { readonly topics: Topics }>()({
  CreateTopic: ({ Name = '', ...more }, { topics }) => {
    refuse('CreateTopic', more)
    if (!TOPIC_NAME.test(Name)) throw invalid('Topic Name')
    return { TopicArn: topics.create(Name) }
  },

  ListTopics: ({ NextToken: nextToken }, { topics }) => {
    const limits = { max: 100, errorName: 'InvalidParameterException' }
    const { items, nextToken: NextToken } = page(topics.all(), { nextToken }, limits)
    return { Topics: items.map((TopicArn) => ({ TopicArn })), NextToken }
  },

  GetTopicAttributes: ({ TopicArn }, { topics }) => {
    topics.requireTopic(TopicArn)
    const counts = { SubscriptionsConfirmed: '0', SubscriptionsPending: '0', SubscriptionsDeleted: '0' }
    return {
      Attributes: { TopicArn: TopicArn as string, Owner: (TopicArn as string).split(':')[4] as string, ...counts },
    }
  },

  /** Nobody can subscribe yet. */
  ListSubscriptionsByTopic: ({ TopicArn, NextToken }, { topics }) => {
    topics.requireTopic(TopicArn)
    if (NextToken !== undefined) throw invalid('NextToken')
    return { Subscriptions: [] }
  },

  Publish: ({ TopicArn, Message = '', Subject, MessageAttributes = {}, ...more }, { topics }) => {
    refuse('Publish', more)
    if (Message === '') throw invalid('Empty message')
    if (Subject !== undefined && !SUBJECT.test(Subject)) throw invalid('Subject')
    for (const [name, value] of Object.entries(MessageAttributes)) checkAttribute(name, value)
    if (sizeOf(Message, MessageAttributes) > MAX_BYTES) throw invalid('Message too long')
    if (TopicArn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter')
    if (!TOPIC_ARN.test(TopicArn)) throw invalid('TopicArn')
    const reasonCode = MessageAttributes[REASON_CODE_ATTRIBUTE]?.StringValue ?? null
    const message = codedMessage(MessageAttributes[MESSAGE_ATTRIBUTE]?.StringValue)
    const subject = message === null ? (Subject ?? null) : null
    return { MessageId: topics.publish(TopicArn, { reasonCode, message, subject }) }
  },
})

/** The message of an attribute that holds one as JSON; null for anything else, since any client may publish. */
function codedMessage(text: string | undefined): CodedMessage | null {
  try {
    const { code, data } = JSON.parse(text ?? '{}') as Partial<CodedMessage>
    return typeof code === 'string' && typeof data === 'object' && data !== null ? { code, data } : null
  } catch {
    return null
  }
}

/** [source: sns-errors] */
const invalid = (what: string): AwsError => new AwsError('InvalidParameterException', 400, `Invalid parameter: ${what}`)

/** Members that are not emulated: attributes of topics, other targets, messages by protocol, FIFO. */
function refuse(operation: string, members: object): void {
  const [name] = Object.entries(members).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new NotEmulated(`${name} of ${operation}`)
}

/** @throws AwsError ParameterValueInvalid [source: sns-errors] */
function checkAttribute(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue
  if (DATA_TYPE.test(DataType) && value !== undefined && value.length > 0) return
  const lack = `must contain non-empty message attribute value for message attribute type '${DataType}'.`
  throw new AwsError('InvalidParameterValueException', 400, `The message attribute '${name}' ${lack}`)
}

function sizeOf(message: string, attributes: Readonly<Record<string, MessageAttributeValue>>): number {
  const parts = Object.entries(attributes).flatMap(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    DataType ?? '',
    StringValue ?? BinaryValue ?? '',
  ])
  return [message, ...parts].reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}
