import type { MessageAttributeValue } from '@aws-sdk/client-sns'

export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>

/** What a publisher gave, as subscribers get it. */
export interface TopicMessage {
  readonly text: string
  readonly subject: string | undefined
  readonly attributes: MessageAttributes
}
