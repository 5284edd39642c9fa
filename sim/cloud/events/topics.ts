import type { Message } from '../../../controller/messages/message.ts'
import type { Stream } from '../../kernel/random.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { notFound } from './sns-errors.ts'
import type { TopicMessage } from './topic-message.ts'
import { TopicSubscriptions } from './topic-subscriptions.ts'

/** What the trace keeps of a published message. */
export interface PublishedMessage {
  readonly reasonCode: string | null
  /** The code and data that the publisher gave beside the text; null where there were none. */
  readonly message: Message | null
  /** Null beside a message: a subject is a sentence, which may be reworded. */
  readonly subject: string | null
}

export interface Topic {
  readonly arn: string
  readonly name: string
  /** Changed by SetTopicAttributes. */
  displayName: string
  readonly messageIds: Stream
  readonly subscriptions: TopicSubscriptions
}

/** The standard topics of SNS. The trace records each message that was published; subscribers get it over HTTP. */
export class Topics {
  readonly #ctx: CloudContext
  readonly #byArn = new Map<string, Topic>()
  /** By label, also of deleted topics: a topic of the same name goes on with other ids. */
  readonly #streams = new Map<string, Stream>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  /** The ARN of the topic of this name, which is made if it does not exist. */
  create(name: string): string {
    const arn = `arn:aws:sns:${this.#ctx.region}:${this.#ctx.accountId}:${name}`
    if (this.#byArn.has(arn)) return arn
    const messageIds = this.#stream(`sns/${name}`)
    const subscriptions = new TopicSubscriptions(this.#ctx, arn, this.#stream(`sns-subscriptions/${name}`))
    this.#byArn.set(arn, { arn, name, displayName: '', messageIds, subscriptions })
    return arn
  }

  /** Its subscriptions go with it, without a message. Deleting what is not there does nothing. */
  delete(topicArn: string): void {
    this.#byArn.delete(topicArn)
  }

  /** In order of creation. */
  all(): readonly Topic[] {
    return [...this.#byArn.values()]
  }

  /** @throws AwsError NotFoundException */
  require(topicArn: string | undefined): Topic {
    const found = this.#byArn.get(topicArn ?? '')
    if (found === undefined) throw notFound('Topic')
    return found
  }

  /** The topic of a subscription's ARN. @throws AwsError NotFoundException */
  ofSubscription(subscriptionArn: string): Topic {
    const found = this.#byArn.get(subscriptionArn.split(':').slice(0, 6).join(':'))
    if (found === undefined) throw notFound('Subscription')
    return found
  }

  /** Returns the id of the message. @throws AwsError NotFoundException */
  publish(topicArn: string, published: PublishedMessage, message: TopicMessage): string {
    const { name, messageIds, subscriptions } = this.require(topicArn)
    this.#ctx.trace.record(`sns/${name}`, { kind: 'message-published', topic: name, ...published })
    const messageId = messageIds.uuid()
    subscriptions.notify(messageId, message)
    return messageId
  }

  #stream(label: string): Stream {
    const stream = this.#streams.get(label) ?? this.#ctx.stream(label)
    this.#streams.set(label, stream)
    return stream
  }
}
