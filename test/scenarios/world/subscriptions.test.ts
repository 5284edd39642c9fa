import { ConfirmSubscriptionCommand, ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { expect, it } from 'vitest'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { openReceiver, type Receiver } from '../../sim/wire/receiver.ts'

/** A client from outside that is subscribed to the topic by which the controller pages on-call. */

const HOUR_MS = 3_600_000
const scenario = {
  ...findScenario('starved-rollback'),
  fleet: { lines: 4, devicesPerLine: 10, noise: 'quiet' as const },
}
const clientFor = { region: 'eu-central-1', credentials: { accessKeyId: 'AKIDPAGER', secretAccessKey: 'any' } }

/** Two hours of a rollback that gets stuck; `meet` is called once before the first of them. */
async function played(meet: (endpoint: string) => Promise<void>) {
  let endpoint: string | null = null
  const result = await rehearse(scenario, {
    seed: 1,
    level: 'wire',
    untilMs: 2 * HOUR_MS,
    onListening: ({ httpUrl }) => {
      endpoint = httpUrl
    },
    hold: async () => {
      const url = endpoint
      endpoint = null
      if (url !== null) await meet(url)
    },
  })
  return { result, report: conclude(scenario, result) }
}

/** Subscribes receivers to the one topic that there is, and confirms them. */
const subscribe = (receivers: readonly Receiver[]) => async (endpoint: string) => {
  const sns = new SNSClient({ endpoint, ...clientFor })
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}))
  const TopicArn = Topics[0]?.TopicArn
  for (const receiver of receivers) {
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }))
    await receiver.got(1)
    const Token = receiver.received[0]?.body.Token
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }))
  }
  sns.destroy()
}

it('gets every page as a Notification; who hangs or is gone harms nobody, and the digest is the same', async () => {
  let [hangs, dies] = [false, false]
  const receiver = await openReceiver()
  const hanging = await openReceiver((response) => {
    if (!hangs) response.end()
    hangs = true
  })
  const dying = await openReceiver((response) => {
    if (dies) response.destroy()
    else response.end()
    dies = true
  })
  const undisturbed = await played(async () => undefined)
  const watched = await played(subscribe([receiver, hanging, dying]))
  const pages = watched.result.records.flatMap((record) => (record.kind === 'message-published' ? [record] : []))
  expect(pages.length).toBeGreaterThan(0)
  await receiver.got(1 + pages.length)
  const notifications = receiver.received.slice(1).map(({ body }) => body)
  expect(notifications).toMatchObject(
    pages.map(({ atMs }) => ({ Type: 'Notification', Timestamp: new Date(atMs).toISOString() })),
  )
  const codes = notifications.map(({ MessageAttributes }) => JSON.parse(JSON.stringify(MessageAttributes)).reasonCode)
  expect(codes).toEqual(pages.map(({ reasonCode }) => ({ Type: 'String', Value: reasonCode })))
  expect(notifications[0]?.Message).toContain(`${pages[0]?.reasonCode}: `)
  expect(notifications[0]?.Subject).toContain(`${pages[0]?.reasonCode}: `)
  expect(watched.result.facts.digest).toBe(undisturbed.result.facts.digest)
  expect(watched.report.interventions).toBeUndefined()
  expect(watched.report.clients).toMatchObject([
    {
      client: { by: 'access-key', id: 'AKIDPAGER' },
      changes: [],
      reads: { 'sns ConfirmSubscription': 3, 'sns ListTopics': 1, 'sns Subscribe': 3 },
      errors: [{ request: 'sns Notification', error: 'DeliveryFailed', message: expect.stringContaining(dying.url) }],
    },
  ])
  await Promise.all([receiver, hanging, dying].map((one) => one.close()))
}, 120_000)
