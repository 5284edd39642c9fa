import { PublishCommand, type PublishInput, SNSClient } from '@aws-sdk/client-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, it } from 'vitest'
import { notifications } from '../../../controller/aws/notifications.ts'
import { textOf } from '../../../controller/messages/registry.ts'
import type { Notification } from '../../../controller/ports/ports.ts'

const TopicArn = 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts'
const client = new SNSClient({ region: 'eu-central-1' })
const sns = mockClient(client)

beforeEach(() => sns.reset())

const stuckOn = (status: string): Notification => {
  const reason = { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed: [{ thing: 'a', status }] } }
  return {
    rolloutId: 'r-1',
    message: { code: 'ROLLBACK_STUCK', data: { version: '2.4.0', stage: 'canary', reason, stuck: ['a'] } },
  }
}
const stuck = stuckOn('FAILED')

async function published(notification: Notification): Promise<PublishInput> {
  sns.on(PublishCommand).resolves({ MessageId: '1' })
  await notifications(client, TopicArn).notify(notification)
  return sns.commandCalls(PublishCommand).at(-1)?.args[0].input as PublishInput
}

it('goes to the topic with its sentence for operators, and its code and data for programs', async () => {
  const { Message = '', ...rest } = await published(stuck)
  expect(rest).toEqual({
    TopicArn,
    Subject: `ROLLBACK_STUCK: ${textOf(stuck.message)}`,
    MessageAttributes: {
      reasonCode: { DataType: 'String', StringValue: 'ROLLBACK_STUCK' },
      message: { DataType: 'String', StringValue: JSON.stringify(stuck.message) },
      rolloutId: { DataType: 'String', StringValue: 'r-1' },
    },
  })
  const [text, json] = Message.split('\n\n') as [string, string]
  expect(text).toBe(rest.Subject)
  expect(JSON.parse(json)).toEqual({ rolloutId: 'r-1', ...stuck.message })
})

it('fails when SNS does', async () => {
  sns.on(PublishCommand).rejects(new Error('throttled'))
  await expect(notifications(client, TopicArn).notify(stuck)).rejects.toThrow('throttled')
})
