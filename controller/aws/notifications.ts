import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { MESSAGE_ATTRIBUTE, REASON_CODE_ATTRIBUTE } from '../contract.ts'
import { textOf } from '../messages/registry.ts'
import type { Notifications } from '../ports/ports.ts'

/** Subjects are shorter than 100 characters. [source: sns-subject] */
const MAX_SUBJECT = 99

/**
 * Notifications on a topic. Their sentence is made here: a mail or a pager shows it as the subject, the body ends with
 * code and data as JSON, which programs find in an attribute as well.
 */
export const notifications = (sns: SNSClient, topicArn: string): Notifications => ({
  async notify({ rolloutId, message }) {
    const text = `${message.code}: ${textOf(message)}`
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subjectOf(text),
      Message: `${text}\n\n${JSON.stringify({ rolloutId, ...message }, null, 2)}\n`,
      MessageAttributes: {
        [REASON_CODE_ATTRIBUTE]: { DataType: 'String', StringValue: message.code },
        [MESSAGE_ATTRIBUTE]: { DataType: 'String', StringValue: JSON.stringify(message) },
        rolloutId: { DataType: 'String', StringValue: rolloutId },
      },
    })
    await sns.send(command)
  },
})

/** Mail headers and old pagers need ASCII in one line; the body has the rest. */
function subjectOf(text: string): string {
  const subject = text.replace(/\s+/g, ' ').replace(/[^ -~]/g, '?')
  return subject.length <= MAX_SUBJECT ? subject : `${subject.slice(0, MAX_SUBJECT - 3)}...`
}
