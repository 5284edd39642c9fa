import { PublishCommand, type PublishInput, SNSClient } from '@aws-sdk/client-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { notifications } from '../../../controller/aws/notifications.ts'

const client = new SNSClient({ region: 'eu-central-1' })
const sns = mockClient(client)

async function published(status: string): Promise<PublishInput> {
  sns.on(PublishCommand).resolves({ MessageId: '1' })
  const reason = { code: 'ROLLBACK_FAILED_ON_DEVICES', data: { failed: [{ thing: 'a', status }] } }
  await notifications(client, 'arn:aws:sns:eu-central-1:123456789012:rollouts').notify({
    rolloutId: 'r-1',
    message: { code: 'ROLLBACK_STUCK', data: { version: '2.4.0', stage: 'canary', reason } },
  })
  return sns.commandCalls(PublishCommand).at(-1)?.args[0].input as PublishInput
}

describe('the subject of a notification', () => {
  const BEFORE = 'ROLLBACK_STUCK: release 2.4.0, canary: rollback stuck: 1 device failed to roll back: a '

  it.each([
    ['a'.repeat(99 - BEFORE.length), `${BEFORE}${'a'.repeat(99 - BEFORE.length)}`],
    ['a'.repeat(100 - BEFORE.length), `${BEFORE}${'a'.repeat(96 - BEFORE.length)}...`],
    ['1\r\n2\t3 \u0007', `${BEFORE}1 2 3 ?`],
    ['Ärger', `${BEFORE}?rger`],
  ])('is one line of ASCII that SNS takes, also for %j', async (status, expected) => {
    const { Subject = '', Message } = await published(status)
    expect(Subject).toBe(expected)
    expect(Subject.length).toBeLessThan(100)
    expect(Message).toContain(status)
  })
})
