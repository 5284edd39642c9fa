import type { CreateTopicInput, MessageAttributeValue, PublishInput } from '@aws-sdk/client-sns'
import { MESSAGE_ATTRIBUTE, REASON_CODE_ATTRIBUTE } from '../../../controller/contract.ts'
import type { Message as CodedMessage } from '../../../controller/messages/message.ts'
import type { Stream } from '../../kernel/random.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { CloudContext, Operations } from '../base/cloud-context.ts'

/** [sns: CreateTopic, Name] */
const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/
const TOPIC_ARN = /^arn:[^:]*:sns:[^:]*:[0-9]+:[A-Za-z0-9_-]{1,256}$/
/** No line breaks or control characters, and less than 100 characters. [sns: Publish, Subject] */
const SUBJECT = /^[^\p{Cc}\u2028\u2029]{1,99}$/u
/** Of the message and its attributes together. [sns: Publish, Message] */
const MAX_BYTES = 256 * 1024
/** [sns: message attributes, data types] */
const DATA_TYPE = /^(String|String\.Array|Number|Binary)(\.[A-Za-z0-9_.-]+)?$/

/** The standard topics of SNS. Nobody subscribes in the twin: that a message was published stands in the trace. */
export class Topics {
  readonly #ctx: CloudContext
  /** The ids of each topic's messages, by its ARN. */
  readonly #messageIds = new Map<string, Stream>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  readonly operations: Operations = {
    CreateTopic: ({ Name = '', ...more }: CreateTopicInput) => {
      refuse('CreateTopic', more)
      if (!TOPIC_NAME.test(Name)) throw invalid('Topic Name')
      const TopicArn = `arn:aws:sns:${this.#ctx.region}:${this.#ctx.accountId}:${Name}`
      if (!this.#messageIds.has(TopicArn)) this.#messageIds.set(TopicArn, this.#ctx.stream(`sns/${Name}`))
      return { TopicArn }
    },
    Publish: (input: PublishInput) => this.#publish(input),
  }

  #publish({ TopicArn, Message = '', Subject, MessageAttributes = {}, ...more }: PublishInput): object {
    refuse('Publish', more)
    if (Message === '') throw invalid('Empty message')
    if (Subject !== undefined && !SUBJECT.test(Subject)) throw invalid('Subject')
    for (const [name, value] of Object.entries(MessageAttributes)) checkAttribute(name, value)
    if (sizeOf(Message, MessageAttributes) > MAX_BYTES) throw invalid('Message too long')
    if (TopicArn === undefined) throw invalid('TopicArn or TargetArn Reason: no value for required parameter')
    if (!TOPIC_ARN.test(TopicArn)) throw invalid('TopicArn')
    const messageIds = this.#messageIds.get(TopicArn)
    if (messageIds === undefined) throw new AwsError('NotFoundException', 404, 'Topic does not exist')
    const topic = TopicArn.split(':').at(-1) as string
    const message = codedMessage(MessageAttributes[MESSAGE_ATTRIBUTE]?.StringValue)
    this.#ctx.trace.record(`sns/${topic}`, {
      kind: 'message-published',
      topic,
      reasonCode: MessageAttributes[REASON_CODE_ATTRIBUTE]?.StringValue ?? null,
      message,
      subject: message === null ? (Subject ?? null) : null,
    })
    return { MessageId: messageIds.uuid() }
  }
}

/** The message of an attribute that holds one as JSON; anybody may publish anything, so null of all else. */
function codedMessage(text: string | undefined): CodedMessage | null {
  try {
    const { code, data } = JSON.parse(text ?? '{}') as Partial<CodedMessage>
    return typeof code === 'string' && typeof data === 'object' && data !== null ? { code, data } : null
  } catch {
    return null
  }
}

/** [sns: InvalidParameter] */
const invalid = (what: string): AwsError => new AwsError('InvalidParameterException', 400, `Invalid parameter: ${what}`)

/** Members that the twin has nothing for: attributes of topics, other targets, messages by protocol, FIFO. */
function refuse(operation: string, members: object): void {
  const [name] = Object.entries(members).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw new NotEmulated(`${name} of ${operation}`)
}

/** @throws AwsError [sns: ParameterValueInvalid] */
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
