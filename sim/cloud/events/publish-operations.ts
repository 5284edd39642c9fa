import type { MessageAttributeValue, PublishBatchRequestEntry } from '@aws-sdk/client-sns'
import { MESSAGE_ATTRIBUTE, REASON_CODE_ATTRIBUTE } from '../../../controller/contract.ts'
import type { Message as CodedMessage } from '../../../controller/messages/message.ts'
import { AwsError } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { invalid, refuse } from './sns-errors.ts'
import type { MessageAttributes } from './topic-message.ts'
import type { Topics } from './topics.ts'

const TOPIC_ARN = /^arn:[^:]*:sns:[^:]*:[0-9]+:[A-Za-z0-9_-]{1,256}$/
/** No line breaks or control characters, and less than 100 characters. [source: sns-subject] */
const SUBJECT = /^[^\p{Cc}\u2028\u2029]{1,99}$/u
/** Of the message and its attributes together, and of a batch. [source: sns-message-size, sns-batch] */
const MAX_BYTES = 256 * 1024
/** [source: sns-attributes] */
const DATA_TYPE = /^(String|String\.Array|Number|Binary)(\.[A-Za-z0-9_.-]+)?$/
/** [source: sns-batch] */
const MAX_ENTRIES = 10
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/

/** [source: sns-errors] */
export const publishOperations = defineOperations<'sns', { readonly topics: Topics }>()({
  Publish: ({ TopicArn, Message, Subject, MessageAttributes, ...more }, { topics }) => {
    refuse('Publish', more)
    const content = { Message, Subject, MessageAttributes }
    checkContent(content)
    if (TopicArn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter')
    if (!TOPIC_ARN.test(TopicArn)) throw invalid('TopicArn')
    return { MessageId: publish(topics, TopicArn, content) }
  },

  PublishBatch: ({ TopicArn = '', PublishBatchRequestEntries: entries = [] }, { topics }) => {
    if (!TOPIC_ARN.test(TopicArn)) throw invalid('TopicArn')
    topics.require(TopicArn)
    checkBatch(entries)
    const Successful: { Id: string; MessageId: string }[] = []
    const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = []
    for (const { Id = '', ...content } of entries) {
      const refusal = refusalOf(content)
      if (refusal === null) Successful.push({ Id, MessageId: publish(topics, TopicArn, content) })
      else Failed.push({ Id, Code: codeOf(refusal), Message: refusal.message, SenderFault: true })
    }
    return { Successful, Failed }
  },
})

/** What a publisher gives of one message. */
type Content = Pick<Partial<PublishBatchRequestEntry>, 'Message' | 'Subject' | 'MessageAttributes'>

function publish(topics: Topics, topicArn: string, content: Content): string {
  const { Message: text = '', Subject: subject, MessageAttributes: attributes = {} } = content
  const reasonCode = attributes[REASON_CODE_ATTRIBUTE]?.StringValue ?? null
  const message = codedMessage(attributes[MESSAGE_ATTRIBUTE]?.StringValue)
  const published = { reasonCode, message, subject: message === null ? (subject ?? null) : null }
  return topics.publish(topicArn, published, { text, subject, attributes })
}

/** @throws AwsError */
function checkContent({ Message = '', Subject, MessageAttributes = {} }: Content): void {
  if (Message === '') throw invalid('Empty message')
  if (Subject !== undefined && !SUBJECT.test(Subject)) throw invalid('Subject')
  for (const [name, value] of Object.entries(MessageAttributes)) checkAttribute(name, value)
  if (sizeOf(Message, MessageAttributes) > MAX_BYTES) throw invalid('Message too long')
}

function refusalOf(content: Content): AwsError | null {
  try {
    checkContent(content)
    return null
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
}

/** What is wrong with a batch as a whole. @throws AwsError [source: sns-batch] */
function checkBatch(entries: readonly Partial<PublishBatchRequestEntry>[]): void {
  const refused = (name: string, message: string): AwsError => new AwsError(name, 400, message)
  if (entries.length === 0) {
    throw refused('EmptyBatchRequestException', 'The batch request does not contain any entries.')
  }
  if (entries.length > MAX_ENTRIES) {
    throw refused('TooManyEntriesInBatchRequestException', 'The batch request contains more entries than permissible.')
  }
  if (entries.some(({ Id = '' }) => !ENTRY_ID.test(Id))) {
    const message = 'The Id of a batch entry in a batch request does not abide by the specification.'
    throw refused('InvalidBatchEntryIdException', message)
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw refused('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.')
  }
  for (const { Id, Message, Subject, MessageAttributes, ...more } of entries) refuse('PublishBatch', more)
  const sizes = entries.map(({ Message = '', MessageAttributes = {} }) => sizeOf(Message, MessageAttributes))
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_BYTES) {
    const message = 'The length of all the messages put together is more than the limit.'
    throw refused('BatchRequestTooLongException', message)
  }
}

/** The code of an error of a message is not the name of its exception. [source: sns-errors] */
const codeOf = ({ name }: AwsError): string =>
  name === 'InvalidParameterValueException' ? 'ParameterValueInvalid' : 'InvalidParameter'

/** The message of an attribute that holds one as JSON; null for anything else, since any client may publish. */
function codedMessage(text: string | undefined): CodedMessage | null {
  try {
    const { code, data } = JSON.parse(text ?? '{}') as Partial<CodedMessage>
    return typeof code === 'string' && typeof data === 'object' && data !== null ? { code, data } : null
  } catch {
    return null
  }
}

/** @throws AwsError ParameterValueInvalid [source: sns-errors] */
function checkAttribute(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue
  if (DATA_TYPE.test(DataType) && value !== undefined && value.length > 0) return
  const lack = `must contain non-empty message attribute value for message attribute type '${DataType}'.`
  throw new AwsError('InvalidParameterValueException', 400, `The message attribute '${name}' ${lack}`)
}

function sizeOf(message: string, attributes: MessageAttributes): number {
  const parts = Object.entries(attributes).flatMap(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    DataType ?? '',
    StringValue ?? BinaryValue ?? '',
  ])
  return [message, ...parts].reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}
