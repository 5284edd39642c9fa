import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { invalid, requireArn } from './sns-errors.ts'
import { readAttributes } from './subscription-attributes.ts'
import type { Subscription } from './topic-subscriptions.ts'
import type { Topics } from './topics.ts'

/** Nothing is sent beyond this machine. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
/** [source: sns-subscribe] */
const OTHER_PROTOCOLS = ['https', 'email', 'email-json', 'sms', 'sqs', 'application', 'lambda', 'firehose']
const PAGE = { max: 100, errorName: 'InvalidParameterException' }

/** [source: sns-subscribe] */
export const subscriptionOperations = defineOperations<'sns', { readonly topics: Topics }>()({
  Subscribe: ({ TopicArn = '', Protocol = '', Endpoint = '', Attributes = {}, ReturnSubscriptionArn }, { topics }) => {
    requireArn('TopicArn', TopicArn)
    const { subscriptions } = topics.require(TopicArn)
    requireEndpoint(Protocol, Endpoint)
    const { arn, isConfirmed } = subscriptions.subscribe(Endpoint, readAttributes(Attributes))
    return { SubscriptionArn: isConfirmed || ReturnSubscriptionArn === true ? arn : 'pending confirmation' }
  },

  ConfirmSubscription: ({ TopicArn = '', Token = '', AuthenticateOnUnsubscribe = 'false' }, { topics }) => {
    if (AuthenticateOnUnsubscribe.toLowerCase() !== 'false') {
      throw new NotEmulated('AuthenticateOnUnsubscribe of ConfirmSubscription')
    }
    requireArn('TopicArn', TopicArn)
    return { SubscriptionArn: topics.require(TopicArn).subscriptions.confirm(Token).arn }
  },

  Unsubscribe: ({ SubscriptionArn = '' }, { topics }) => {
    requireArn('SubscriptionArn', SubscriptionArn)
    if (SubscriptionArn.split(':').length === 6) throw invalid('SubscriptionId')
    const topic = topics.all().find(({ arn }) => SubscriptionArn.startsWith(`${arn}:`))
    topic?.subscriptions.unsubscribe(SubscriptionArn)
    return {}
  },

  ListSubscriptions: ({ NextToken }, { topics }) =>
    listed(
      topics.all().flatMap(({ subscriptions }) => subscriptions.all()),
      NextToken,
    ),

  ListSubscriptionsByTopic: ({ TopicArn, NextToken }, { topics }) =>
    listed(topics.require(TopicArn).subscriptions.all(), NextToken),

  GetSubscriptionAttributes: ({ SubscriptionArn = '' }, { topics }) => {
    requireArn('SubscriptionArn', SubscriptionArn)
    const { subscriptions } = topics.ofSubscription(SubscriptionArn)
    return { Attributes: attributesOf(subscriptions.require(SubscriptionArn)) }
  },
})

/** @throws AwsError InvalidParameterException; NotEmulated for what is not HTTP to this machine */
function requireEndpoint(protocol: string, endpoint: string): void {
  if (OTHER_PROTOCOLS.includes(protocol)) throw new NotEmulated(`the protocol ${protocol} of Subscribe`)
  if (protocol !== 'http') throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`)
  if (!endpoint.startsWith('http://')) throw invalid('Endpoint must match the specified protocol')
  if (!URL.canParse(endpoint)) throw invalid('Endpoint')
  const { hostname } = new URL(endpoint)
  if (!LOOPBACK.has(hostname)) {
    throw new NotEmulated(`the host ${hostname} of an endpoint (only ${[...LOOPBACK].join(', ')})`)
  }
}

const ownerOf = ({ topicArn }: Subscription): string => topicArn.split(':')[4] as string

/** One page; a subscription that is not confirmed has no ARN here. [source: sns-pending] */
function listed(all: readonly Subscription[], token: string | undefined) {
  const { items, nextToken: NextToken } = page(all, { nextToken: token }, PAGE)
  const Subscriptions = items.map((one) => ({
    SubscriptionArn: one.isConfirmed ? one.arn : 'PendingConfirmation',
    Owner: ownerOf(one),
    Protocol: 'http',
    Endpoint: one.endpoint,
    TopicArn: one.topicArn,
  }))
  return { Subscriptions, NextToken }
}

/** [source: sns-subscription-attributes] */
function attributesOf(one: Subscription): Record<string, string> {
  const { FilterPolicy } = one.attributes.given
  return {
    SubscriptionArn: one.arn,
    TopicArn: one.topicArn,
    Owner: ownerOf(one),
    Protocol: 'http',
    Endpoint: one.endpoint,
    PendingConfirmation: String(!one.isConfirmed),
    ConfirmationWasAuthenticated: String(one.wasAuthenticated),
    RawMessageDelivery: String(one.attributes.isRaw),
    ...(FilterPolicy !== undefined && { FilterPolicy, FilterPolicyScope: 'MessageAttributes' }),
  }
}
