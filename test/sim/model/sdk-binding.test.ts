import { ConflictException, GreengrassV2Client, ListDeploymentsCommand } from '@aws-sdk/client-greengrassv2'
import {
  DescribeThingCommand,
  IoTClient,
  ListBillingGroupsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot'
import { IoTDataPlaneClient, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { afterEach, expect, it } from 'vitest'
import { AwsError } from '../../../sim/cloud/base/aws-error.ts'
import type { Operations, ServiceName } from '../../../sim/cloud/base/operations.ts'
import { bindClient } from '../../../sim/model/sdk-binding.ts'

const config = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
const iot = new IoTClient(config)
const greengrass = new GreengrassV2Client(config)
const iotData = new IoTDataPlaneClient(config)
let calls: string[] = []
let bugs: unknown[] = []
let unbind = (): void => undefined
afterEach(() => unbind())

async function bind(
  client: IoTClient | GreengrassV2Client | IoTDataPlaneClient,
  service: ServiceName,
  operations: Operations,
) {
  calls = []
  bugs = []
  const hooks = { onCall: (name: string) => void calls.push(name), onBug: (error: unknown) => void bugs.push(error) }
  unbind = await bindClient(client, service, { [service]: operations }, hooks)
}

it('passes a call to the operation and returns its answer, and counts it', async () => {
  await bind(iot, 'iot', { DescribeThing: ({ thingName }) => ({ thingName, version: 7 }) })
  expect(await iot.send(new DescribeThingCommand({ thingName: 'a' }))).toMatchObject({ thingName: 'a', version: 7 })
  expect(calls).toEqual(['DescribeThing'])
})

it('passes the payload of a shadow as bytes, as the wire would, where the client was given text', async () => {
  const payloads: unknown[] = []
  await bind(iotData, 'iotdata', {
    UpdateThingShadow: ({ payload }: { payload: unknown }) => {
      payloads.push(payload)
      return {}
    },
  })
  await iotData.send(new UpdateThingShadowCommand({ thingName: 'a', payload: '{"state":{}}' }))
  await iotData.send(new UpdateThingShadowCommand({ thingName: 'a', payload: Uint8Array.of(123, 125) }))
  expect(payloads).toEqual([new Uint8Array(Buffer.from('{"state":{}}')), Uint8Array.of(123, 125)])
})

it('throws errors as the classes of the SDK, with their members', async () => {
  await bind(greengrass, 'greengrass', {
    ListDeployments: () => {
      throw new AwsError('ConflictException', 409, 'busy', { resourceId: 'd1' })
    },
  })
  const refused = greengrass.send(new ListDeploymentsCommand({}))
  await expect(refused).rejects.toBeInstanceOf(ConflictException)
  await expect(refused).rejects.toMatchObject({ message: 'busy', resourceId: 'd1', $metadata: { httpStatusCode: 409 } })
})

it('knows the same error name of another service as that service’s class', async () => {
  await bind(iot, 'iot', {
    DescribeThing: () => {
      throw new AwsError('ResourceNotFoundException', 404, 'none')
    },
  })
  await expect(iot.send(new DescribeThingCommand({ thingName: 'a' }))).rejects.toBeInstanceOf(ResourceNotFoundException)
})

it('refuses what is not emulated and what lacks a required member, by name', async () => {
  await bind(iot, 'iot', { DescribeThing: () => ({}) })
  await expect(iot.send(new ListBillingGroupsCommand({}))).rejects.toMatchObject({ name: 'NotEmulated' })
  await expect(iot.send(new DescribeThingCommand({ thingName: undefined }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message:
      "1 validation error detected: Value null at 'thingName' failed to satisfy constraint: Member must not be null",
  })
})

it('reports a bug in an operation, and answers as AWS would', async () => {
  const bug = new TypeError('x is undefined')
  await bind(iot, 'iot', {
    DescribeThing: () => {
      throw bug
    },
  })
  await expect(iot.send(new DescribeThingCommand({ thingName: 'a' }))).rejects.toMatchObject({
    name: 'InternalFailureException',
  })
  expect(bugs).toEqual([bug])
})

it('keeps no history of calls, and restores the client', async () => {
  await bind(iot, 'iot', { DescribeThing: () => ({}) })
  for (let i = 0; i < 100; i++) await iot.send(new DescribeThingCommand({ thingName: 'a' }))
  const { callCount } = iot.send as unknown as { callCount: number }
  expect(callCount).toBeLessThan(32)
  unbind()
  expect('callCount' in iot.send).toBe(false)
})
