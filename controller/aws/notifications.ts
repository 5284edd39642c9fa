import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { REASON_CODE_ATTRIBUTE } from '../contract.ts'
import type { Notification, Notifications } from '../ports/ports.ts'

/** Subjects are shorter than 100 characters. [sns: Publish, Subject] */
const MAX_SUBJECT = 99

/** Notifications on a topic: a mail or a pager shows the subject, the message ends with the detail as JSON. */
export const notifications = (sns: SNSClient, topicArn: string): Notifications => ({
  async notify(notification) {
    const { reasonCode, rolloutId, summary, detail } = notification
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subjectOf(notification),
      Message: `${reasonCode}: ${summary}\n\n${JSON.stringify(detail, null, 2)}\n`,
      MessageAttributes: {
        [REASON_CODE_ATTRIBUTE]: { DataType: 'String', StringValue: reasonCode },
        rolloutId: { DataType: 'String', StringValue: rolloutId },
      },
    })
    await sns.send(command)
  },
})

/** Mail headers and old pagers want ASCII in one line; the message has the rest. */
function subjectOf({ reasonCode, summary }: Notification): string {
  const subject = `${reasonCode}: ${summary}`.replace(/\s+/g, ' ').replace(/[^ -~]/g, '?')
  return subject.length <= MAX_SUBJECT ? subject : `${subject.slice(0, MAX_SUBJECT - 3)}...`
}
