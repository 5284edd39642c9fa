import { PublishCommand, type PublishInput, SNSClient } from '@aws-sdk/client-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { notifications } from '../../../controller/aws/notifications.ts'
import type { Notification } from '../../../controller/ports/ports.ts'

const TopicArn = 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts'
const client = new SNSClient({ region: 'eu-central-1' })
const sns = mockClient(client)

beforeEach(() => sns.reset())

const stuck: Notification = {
  reasonCode: 'ROLLBACK_STUCK',
  rolloutId: 'r-1',
  summary: 'release 2.4.0, canary: 1 devices failed to go back: a FAILED',
  detail: { rolloutId: 'r-1', stage: 'canary', stuck: ['a'] },
}

async function published(over: Partial<Notification> = {}): Promise<PublishInput> {
  sns.on(PublishCommand).resolves({ MessageId: '1' })
  await notifications(client, TopicArn).notify({ ...stuck, ...over })
  return sns.commandCalls(PublishCommand).at(-1)?.args[0].input as PublishInput
}

it('goes to the topic with attributes to filter by, and tells people first and programs after', async () => {
  const { Message = '', ...rest } = await published()
  expect(rest).toEqual({
    TopicArn,
    Subject: 'ROLLBACK_STUCK: release 2.4.0, canary: 1 devices failed to go back: a FAILED',
    MessageAttributes: {
      reasonCode: { DataType: 'String', StringValue: 'ROLLBACK_STUCK' },
      rolloutId: { DataType: 'String', StringValue: 'r-1' },
    },
  })
  const [text, json] = Message.split('\n\n') as [string, string]
  expect(text).toBe(rest.Subject)
  expect(JSON.parse(json)).toEqual(stuck.detail)
})

describe('its subject', () => {
  it.each([
    ['a'.repeat(83), `ROLLBACK_STUCK: ${'a'.repeat(83)}`],
    ['a'.repeat(84), `ROLLBACK_STUCK: ${'a'.repeat(80)}...`],
    ['one\r\ntwo\tthree \u0007', 'ROLLBACK_STUCK: one two three ?'],
    ['Ärger an Linie 3', 'ROLLBACK_STUCK: ?rger an Linie 3'],
  ])('is one line of ASCII that SNS takes, also for %j', async (summary, expected) => {
    const { Subject = '', Message } = await published({ summary })
    expect(Subject).toBe(expected)
    expect(Subject.length).toBeLessThan(100)
    expect(Message).toContain(summary)
  })
})

it('fails when SNS does', async () => {
  sns.on(PublishCommand).rejects(new Error('throttled'))
  await expect(notifications(client, TopicArn).notify(stuck)).rejects.toThrow('throttled')
})
