import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { invalid, refuse, requireArn } from './sns-errors.ts'
import type { Topics } from './topics.ts'

/** [source: sns-topic-name] */
const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/
/** [source: sns-display-name] */
const MAX_DISPLAY_NAME = 100

/** [source: sns-errors] */
export const topicOperations = defineOperations<'sns', { readonly topics: Topics }>()({
  CreateTopic: ({ Name = '', ...more }, { topics }) => {
    refuse('CreateTopic', more)
    if (!TOPIC_NAME.test(Name)) throw invalid('Topic Name')
    return { TopicArn: topics.create(Name) }
  },

  DeleteTopic: ({ TopicArn = '' }, { topics }) => {
    requireArn('TopicArn', TopicArn)
    topics.delete(TopicArn)
    return {}
  },

  ListTopics: ({ NextToken: nextToken }, { topics }) => {
    const limits = { max: 100, errorName: 'InvalidParameterException' }
    const { items, nextToken: NextToken } = page(topics.all(), { nextToken }, limits)
    return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken }
  },

  GetTopicAttributes: ({ TopicArn }, { topics }) => {
    const { arn, displayName, subscriptions } = topics.require(TopicArn)
    const { confirmed, pending, deleted } = subscriptions.counts()
    return {
      Attributes: {
        TopicArn: arn,
        Owner: arn.split(':')[4] as string,
        DisplayName: displayName,
        SubscriptionsConfirmed: String(confirmed),
        SubscriptionsPending: String(pending),
        SubscriptionsDeleted: String(deleted),
      },
    }
  },

  SetTopicAttributes: ({ TopicArn, AttributeName = '', AttributeValue = '' }, { topics }) => {
    const topic = topics.require(TopicArn)
    if (AttributeName !== 'DisplayName') throw new NotEmulated(`the attribute ${AttributeName} of SetTopicAttributes`)
    if (AttributeValue.length > MAX_DISPLAY_NAME) throw invalid('DisplayName')
    topic.displayName = AttributeValue
    return {}
  },
})
