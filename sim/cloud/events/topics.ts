import type { Message } from '../../../controller/messages/message.ts'
import type { Stream } from '../../kernel/random.ts'
import { AwsError } from '../base/aws-error.ts'
import type { CloudContext } from '../base/cloud-context.ts'

/** What the trace keeps of a published message. */
export interface PublishedMessage {
  readonly reasonCode: string | null
  /** The code and data that the publisher gave beside the text; null where there were none. */
  readonly message: Message | null
  /** Null beside a message: a subject is a sentence, which may be reworded. */
  readonly subject: string | null
}

/** The standard topics of SNS. The twin has no subscriptions; the trace records each message that was published. */
export class Topics {
  readonly #ctx: CloudContext
  /** The random stream for the ids of each topic's messages, by the topic's ARN. */
  readonly #messageIds = new Map<string, Stream>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  /** The ARN of the topic of this name, which is made if it does not exist. */
  create(name: string): string {
    const arn = `arn:aws:sns:${this.#ctx.region}:${this.#ctx.accountId}:${name}`
    if (!this.#messageIds.has(arn)) this.#messageIds.set(arn, this.#ctx.stream(`sns/${name}`))
    return arn
  }

  /** The ARNs of all topics, in order of creation. */
  all(): readonly string[] {
    return [...this.#messageIds.keys()]
  }

  /** @throws AwsError NotFoundException */
  requireTopic(topicArn: string | undefined): void {
    if (!this.#messageIds.has(topicArn ?? '')) throw new AwsError('NotFoundException', 404, 'Topic does not exist')
  }

  /** Returns the id of the message. @throws AwsError NotFoundException */
  publish(topicArn: string, published: PublishedMessage): string {
    const messageIds = this.#messageIds.get(topicArn)
    if (messageIds === undefined) throw new AwsError('NotFoundException', 404, 'Topic does not exist')
    const topic = topicArn.split(':').at(-1) as string
    this.#ctx.trace.record(`sns/${topic}`, { kind: 'message-published', topic, ...published })
    return messageIds.uuid()
  }
}
