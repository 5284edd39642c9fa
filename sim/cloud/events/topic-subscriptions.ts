import type { OutsideClient } from '../../kernel/client-activity.ts'
import type { Stream } from '../../kernel/random.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { invalid, notFound } from './sns-errors.ts'
import { confirmationMessage, type Envelope, notificationMessage, unsubscribedMessage } from './sns-messages.ts'
import type { SubscriptionAttributes } from './subscription-attributes.ts'
import type { TopicMessage } from './topic-message.ts'

/** For this long a token confirms, and an unconfirmed subscription is kept. [source: sns-token-life] */
const TOKEN_LIFE_MS = 3 * 24 * 3_600_000
/** A limit of the twin: whoever subscribes without end must not fill its memory. */
const MAX_SUBSCRIPTIONS = 200

export interface Subscription {
  readonly arn: string
  readonly topicArn: string
  readonly endpoint: string
  readonly attributes: SubscriptionAttributes
  /** Who subscribed, and is told of deliveries that fail. */
  readonly client: OutsideClient | null
  readonly token: string
  readonly tokenUntilMs: number
  readonly isConfirmed: boolean
  /** Whether the request that confirmed it was signed. */
  readonly wasAuthenticated: boolean
}

/** The subscriptions of one topic. Their ids have a stream of their own, so that no other draw moves. */
export class TopicSubscriptions {
  readonly #ctx: CloudContext
  readonly #topicArn: string
  readonly #ids: Stream
  /** By ARN, in order of subscribing. */
  readonly #live = new Map<string, Subscription>()
  /** Those that were ended, by ARN, until their token has expired. */
  readonly #ended = new Map<string, Subscription>()
  #deleted = 0

  constructor(ctx: CloudContext, topicArn: string, ids: Stream) {
    this.#ctx = ctx
    this.#topicArn = topicArn
    this.#ids = ids
  }

  all(): readonly Subscription[] {
    const nowMs = this.#ctx.clock.nowMs()
    for (const [arn, { isConfirmed, tokenUntilMs }] of this.#live) {
      if (!isConfirmed && tokenUntilMs < nowMs) this.#live.delete(arn)
    }
    return [...this.#live.values()]
  }

  counts(): { readonly confirmed: number; readonly pending: number; readonly deleted: number } {
    const all = this.all()
    const confirmed = all.filter(({ isConfirmed }) => isConfirmed).length
    return { confirmed, pending: all.length - confirmed, deleted: this.#deleted }
  }

  /** @throws AwsError NotFoundException */
  require(arn: string): Subscription {
    const found = this.all().find((subscription) => subscription.arn === arn)
    if (found === undefined) throw notFound('Subscription')
    return found
  }

  /**
   * The subscription of this endpoint; a new one is unconfirmed. Its receiver is asked to confirm, again if it has not.
   * @throws AwsError InvalidParameterException, SubscriptionLimitExceededException; NotEmulated [source: sns-subscribe]
   */
  subscribe(endpoint: string, attributes: SubscriptionAttributes): Subscription {
    if (this.#ctx.http === null) throw new NotEmulated('Subscribe at the model level, which has no sockets,')
    const all = this.all()
    const known = all.find((one) => one.endpoint === endpoint)
    if (known !== undefined) {
      const differs = Object.entries(attributes.given).some(
        ([name, value]) => known.attributes.effective[name] !== value,
      )
      if (differs) throw invalid('Attributes Reason: Subscription already exists with different attributes')
      if (known.isConfirmed) return known
      const renewed = { ...known, tokenUntilMs: this.#ctx.clock.nowMs() + TOKEN_LIFE_MS }
      this.#live.set(known.arn, renewed)
      this.#askToConfirm(renewed)
      return renewed
    }
    if (all.length >= MAX_SUBSCRIPTIONS) {
      const message = `a topic of the twin has at most ${MAX_SUBSCRIPTIONS} subscriptions`
      throw new AwsError('SubscriptionLimitExceededException', 403, message)
    }
    const made: Subscription = {
      arn: `${this.#topicArn}:${this.#ids.uuid()}`,
      topicArn: this.#topicArn,
      endpoint,
      attributes,
      client: this.#ctx.trace.client,
      ...this.#newToken(),
      isConfirmed: false,
      wasAuthenticated: false,
    }
    this.#live.set(made.arn, made)
    this.#askToConfirm(made)
    return made
  }

  /** Confirms the subscription of this token, or restores one that has ended. @throws AwsError InvalidParameterException */
  confirm(token: string): Subscription {
    const found = [...this.all(), ...this.#ended.values()].find((subscription) => subscription.token === token)
    if (found === undefined || found.tokenUntilMs < this.#ctx.clock.nowMs()) throw invalid('Token')
    if (this.#live.has(found.arn) && found.isConfirmed) return found
    if (this.#ended.has(found.arn)) this.#restore(found)
    const { client } = this.#ctx.trace
    const confirmed = { ...found, isConfirmed: true, wasAuthenticated: client === null || client.by === 'access-key' }
    this.#live.set(found.arn, confirmed)
    return confirmed
  }

  /** Ending what is not there does nothing. @throws AwsError InvalidParameterException [source: sns-pending] */
  unsubscribe(arn: string): void {
    const found = this.all().find((subscription) => subscription.arn === arn)
    if (found === undefined) return
    if (!found.isConfirmed) {
      throw invalid('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation')
    }
    const ended = { ...found, ...this.#newToken() }
    this.#live.delete(arn)
    this.#keepEnded(ended)
    this.#deleted += 1
    this.#post(ended, unsubscribedMessage(this.#envelope(ended, this.#ids.uuid()), ended.token))
  }

  /** A message was published: it goes to everybody who has confirmed and accepts it. */
  notify(messageId: string, message: TopicMessage): void {
    if (this.#live.size === 0) return
    for (const subscription of this.all()) {
      const { isConfirmed, attributes } = subscription
      if (!isConfirmed || !attributes.accepts(message.attributes)) continue
      const envelope = this.#envelope(subscription, messageId)
      this.#post(subscription, notificationMessage(envelope, message, attributes.isRaw))
    }
  }

  #askToConfirm(subscription: Subscription): void {
    const envelope = this.#envelope(subscription, this.#ids.uuid())
    this.#post(subscription, confirmationMessage(envelope, subscription.token))
  }

  /** Not beside another subscription of the same endpoint. @throws AwsError InvalidParameterException */
  #restore({ arn, endpoint }: Subscription): void {
    if (this.all().some((other) => other.endpoint === endpoint)) throw invalid('Token')
    this.#ended.delete(arn)
    this.#deleted -= 1
  }

  #keepEnded(subscription: Subscription): void {
    this.#ended.set(subscription.arn, subscription)
    const [oldest] = this.#ended.keys()
    if (this.#ended.size > MAX_SUBSCRIPTIONS) this.#ended.delete(oldest as string)
  }

  /** Hexadecimal, as long as those of AWS. */
  #newToken(): Pick<Subscription, 'token' | 'tokenUntilMs'> {
    const parts = Array.from({ length: 9 }, () => this.#ids.uuid().replaceAll('-', ''))
    return { token: parts.join(''), tokenUntilMs: this.#ctx.clock.nowMs() + TOKEN_LIFE_MS }
  }

  #envelope({ arn }: Subscription, messageId: string): Envelope {
    const { clock, http } = this.#ctx
    return {
      messageId,
      topicArn: this.#topicArn,
      subscriptionArn: arn,
      atMs: clock.nowMs(),
      url: http?.ownUrl ?? '',
    }
  }

  #post({ endpoint, client }: Subscription, message: ReturnType<typeof confirmationMessage>): void {
    this.#ctx.http?.post({ ...message, url: endpoint, client })
  }
}
