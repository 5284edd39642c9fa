import {
  GetRetainedMessageCommand,
  IoTDataPlaneClient,
  ListRetainedMessagesCommand,
  PublishCommand,
} from '@aws-sdk/client-iot-data-plane'
import { expect, it } from 'vitest'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** iot-data's Publish and retained messages by the SDK's client, at a twin whose time waits for it. */

const scenario = { ...findScenario('healthy'), fleet: { lines: 3, devicesPerLine: 10, noise: 'quiet' as const } }
const TOPIC = 'plant/line-1/mode'

async function withClient(act: (data: IoTDataPlaneClient) => Promise<void>) {
  let isDone = false
  let endpoint = ''
  const { facts } = await rehearse(scenario, {
    seed: 1,
    level: 'wire',
    untilMs: 3_600_000,
    onListening: ({ httpUrl }) => {
      endpoint = httpUrl
    },
    hold: async () => {
      if (isDone) return
      isDone = true
      const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' }
      const data = new IoTDataPlaneClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 })
      await act(data)
      data.destroy()
    },
  })
  return facts
}

it('publishes, retains, deletes, and says what it may not', async () => {
  const { clients } = await withClient(async (data) => {
    const payload = Buffer.from('manual')
    await data.send(new PublishCommand({ topic: TOPIC, payload, qos: 1, retain: true }))
    expect(await data.send(new GetRetainedMessageCommand({ topic: TOPIC }))).toMatchObject({ topic: TOPIC, qos: 1 })
    const { retainedTopics } = await data.send(new ListRetainedMessagesCommand({}))
    expect(retainedTopics).toMatchObject([{ topic: TOPIC, payloadSize: 6, qos: 1 }])
    await data.send(new PublishCommand({ topic: TOPIC, retain: true }))
    await expect(data.send(new GetRetainedMessageCommand({ topic: TOPIC }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    const refused = (input: object) =>
      expect(data.send(new PublishCommand({ topic: TOPIC, ...input }))).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidRequestException|NotEmulated)$/),
      })
    await refused({ topic: '$aws/things/line-01-01/shadow/update/accepted' })
    await refused({ qos: 2 })
    await refused({ topic: '$aws/things/line-01-01/shadow/update', retain: true })
    await refused({ responseTopic: 'x' })
    await data.send(
      new PublishCommand({
        topic: '$aws/things/line-01-01/shadow/name/note/update',
        payload: Buffer.from('{"state":{}}'),
      }),
    )
  })
  expect(clients).toMatchObject([
    { changes: [{ request: 'iotdata Publish', count: 3 }], reads: { 'iotdata ListRetainedMessages': 1 } },
  ])
})
