import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, it } from 'vitest'
import { EventNotTaken, eventSink } from '../../../controller/aws/event-sink.ts'

const client = new EventBridgeClient({ region: 'eu-central-1' })
const bus = mockClient(client)

it('puts an event on the default bus', async () => {
  bus.on(PutEventsCommand).resolvesOnce({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] })
  await eventSink(client).put('Firmware Rollout Stage Passed', { passed: 'canary' })
  expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
    {
      Source: 'plant.firmware-rollout',
      DetailType: 'Firmware Rollout Stage Passed',
      Detail: '{"passed":"canary"}',
    },
  ])
})

it('fails when the bus answers 200 but did not take it', async () => {
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorMessage: 'full' }] })
  await expect(eventSink(client).put('x', {})).rejects.toThrow(EventNotTaken)
})
