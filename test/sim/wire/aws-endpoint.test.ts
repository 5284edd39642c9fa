import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  CancelDeploymentCommand,
  ConflictException,
  CreateComponentVersionCommand,
  CreateDeploymentCommand,
  DeleteCoreDeviceCommand,
  DescribeComponentCommand,
  GetDeploymentCommand,
  GreengrassV2Client,
  ListDeploymentsCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  UntagResourceCommand,
  ValidationException,
} from '@aws-sdk/client-greengrassv2'
import {
  DescribeThingCommand,
  IoTClient,
  ListJobExecutionsForThingCommand,
  ThrottlingException,
} from '@aws-sdk/client-iot'
import { IoTDataPlaneClient, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane'
import { GetPendingJobExecutionsCommand, IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane'
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  InvalidParameterException,
  ListTopicsCommand,
  NotFoundException,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  TagResourceCommand,
  ThrottledException,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../../sim/cloud/base/aws-error.ts'
import type { ServiceName } from '../../../sim/cloud/base/operations.ts'
import { loadServiceModel, SERVICES } from '../../../sim/protocol/service-model.ts'
import type { AwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { CONTROLLER, openEndpoint, signed } from './endpoint.ts'

/** The real SDK clients against the real server; only the answers of operations are stubs. */

let endpoint: AwsEndpoint
type Answer = (input: Record<string, unknown>) => object
const operations = Object.fromEntries(SERVICES.map((service) => [service, {}])) as Record<
  ServiceName,
  Record<string, Answer>
>
const seen: { operation: string; input: Record<string, unknown> }[] = []
const bugs: unknown[] = []
let clients: ReturnType<typeof makeClients>

function makeClients(url: string) {
  const config = { endpoint: url, region: 'eu-central-1', credentials: CONTROLLER }
  return {
    greengrass: new GreengrassV2Client(config),
    iot: new IoTClient({ ...config, maxAttempts: 1 }),
    data: new IoTDataPlaneClient(config),
    jobs: new IoTJobsDataPlaneClient(config),
    events: new EventBridgeClient(config),
    sns: new SNSClient({ ...config, maxAttempts: 1 }),
  }
}

/** Lets an operation answer with a value, or throw an error. */
function answer(service: ServiceName, operation: string, result: object | AwsError): void {
  operations[service][operation] = (input) => {
    seen.push({ operation, input })
    if (result instanceof Error) throw result
    return result
  }
}

beforeAll(async () => {
  const opened = await openEndpoint({ services: operations, onBug: (bug) => bugs.push(bug) })
  endpoint = opened.endpoint
  clients = makeClients(endpoint.url)
})

beforeEach(() => {
  seen.length = 0
  bugs.length = 0
})

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy()
  await endpoint.close()
})

const ARN = 'arn:aws:greengrass:eu-central-1:123456789012:components:com.plant.App:versions:1.0.0'

const GROUP_ARN = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/canary'

describe('requests', () => {
  it('carry maps, lists and numbers in the body, and get 201', async () => {
    answer('greengrass', 'CreateDeployment', { deploymentId: 'd1', iotJobId: 'j1' })
    const components = { App: { componentVersion: '1.0.0', configurationUpdate: { merge: '{}', reset: ['/a'] } } }
    const iotJobConfiguration = { timeoutConfig: { inProgressTimeoutInMinutes: 60 } }
    const command = new CreateDeploymentCommand({ targetArn: GROUP_ARN, components, iotJobConfiguration })
    const result = await clients.greengrass.send(command)
    expect(result).toMatchObject({ deploymentId: 'd1', iotJobId: 'j1', $metadata: { httpStatusCode: 201 } })
    expect(seen[0]?.input).toMatchObject({
      targetArn: GROUP_ARN,
      components,
      iotJobConfiguration,
      clientToken: expect.any(String),
    })
  })

  it('carry a label and return timestamps as dates', async () => {
    answer('greengrass', 'GetDeployment', { deploymentId: 'd1', creationTimestamp: new Date(1_772_456_400_500) })
    const result = await clients.greengrass.send(new GetDeploymentCommand({ deploymentId: 'd1' }))
    expect(result.creationTimestamp).toEqual(new Date(1_772_456_400_500))
    expect(seen[0]?.input).toEqual({ deploymentId: 'd1' })
  })

  it('carry queries, with numbers and lists', async () => {
    answer('greengrass', 'ListDeployments', { deployments: [{ deploymentId: 'd1' }], nextToken: 't' })
    const page = await clients.greengrass.send(new ListDeploymentsCommand({ historyFilter: 'ALL', maxResults: 7 }))
    expect(page).toMatchObject({ deployments: [{ deploymentId: 'd1' }], nextToken: 't' })
    expect(seen[0]?.input).toEqual({ historyFilter: 'ALL', maxResults: 7 })
    answer('greengrass', 'UntagResource', {})
    await clients.greengrass.send(new UntagResourceCommand({ resourceArn: ARN, tagKeys: ['a', 'b'] }))
    expect(seen[1]?.input).toEqual({ resourceArn: ARN, tagKeys: ['a', 'b'] })
  })

  it('carry an ARN in the path, percent-encoded', async () => {
    answer('greengrass', 'DescribeComponent', { arn: ARN, status: { componentState: 'DEPLOYABLE' } })
    const result = await clients.greengrass.send(new DescribeComponentCommand({ arn: ARN }))
    expect([result.status?.componentState, seen[0]?.input.arn]).toEqual(['DEPLOYABLE', ARN])
    answer('greengrass', 'ListTagsForResource', { tags: { a: 'b' } })
    expect((await clients.greengrass.send(new ListTagsForResourceCommand({ resourceArn: ARN }))).tags).toEqual({
      a: 'b',
    })
  })

  it('carry blobs', async () => {
    answer('greengrass', 'CreateComponentVersion', {
      componentName: 'n',
      componentVersion: 'v',
      creationTimestamp: new Date(0),
      status: { componentState: 'REQUESTED' },
    })
    await clients.greengrass.send(new CreateComponentVersionCommand({ inlineRecipe: Buffer.from('{"a":1}') }))
    expect(Buffer.from(seen[0]?.input.inlineRecipe as Uint8Array).toString()).toBe('{"a":1}')
  })

  it('carry a shadow as the whole body, both ways', async () => {
    answer('iotdata', 'UpdateThingShadow', { payload: Buffer.from('{"version":1}') })
    const update = { thingName: 't', shadowName: 'health', payload: Buffer.from('{"state":{}}') }
    const result = await clients.data.send(new UpdateThingShadowCommand(update))
    expect(Buffer.from(result.payload as Uint8Array).toString()).toBe('{"version":1}')
    expect(Buffer.from(seen[0]?.input.payload as Uint8Array).toString()).toBe('{"state":{}}')
    expect(seen[0]?.input).toMatchObject({ thingName: 't', shadowName: 'health' })
  })

  it('of two services with the same path reach their own operation', async () => {
    answer('iot', 'ListJobExecutionsForThing', { executionSummaries: [{ jobId: 'iot' }] })
    answer('iot-jobs-data', 'GetPendingJobExecutions', { queuedJobs: [{ jobId: 'data' }] })
    const control = await clients.iot.send(new ListJobExecutionsForThingCommand({ thingName: 't' }))
    const device = await clients.jobs.send(new GetPendingJobExecutionsCommand({ thingName: 't' }))
    expect([control.executionSummaries?.[0]?.jobId, device.queuedJobs?.[0]?.jobId]).toEqual(['iot', 'data'])
  })

  it('of AWS JSON are routed by their target', async () => {
    answer('events', 'PutEvents', { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] })
    const entry = { Source: 's', DetailType: 'd', Detail: '{}', Time: new Date(1_000) }
    const result = await clients.events.send(new PutEventsCommand({ Entries: [entry] }))
    expect(result).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] })
    expect(seen[0]?.input).toEqual({ Entries: [entry] })
  })

  it('of AWS Query are forms, with maps and lists as their schema names them', async () => {
    answer('sns', 'Publish', { MessageId: 'm' })
    const MessageAttributes = {
      b: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
      a: { DataType: 'String', StringValue: 'a+b=c&d%20é\u2028\n' },
    }
    const publish = { TopicArn: 'arn:x', Subject: '<"&\'>', Message: 'ä 猫\r\n', MessageAttributes }
    expect(await clients.sns.send(new PublishCommand(publish))).toMatchObject({ MessageId: 'm' })
    answer('sns', 'CreateTopic', { TopicArn: 'arn:x' })
    const create = { Name: 't', Attributes: { DisplayName: 'T' }, Tags: [{ Key: 'k', Value: 'v' }] }
    expect((await clients.sns.send(new CreateTopicCommand(create))).TopicArn).toBe('arn:x')
    answer('sns', 'TagResource', {})
    await clients.sns.send(new TagResourceCommand({ ResourceArn: 'arn:x', Tags: [] }))
    expect(seen.map(({ input }) => input)).toEqual([publish, create, { ResourceArn: 'arn:x', Tags: [] }])
  })

  it('of AWS Query are answered in XML, whatever is in the texts', async () => {
    const Attributes = { DisplayName: '<&>"\'\n é 猫 \u0085', Owner: '1' }
    answer('sns', 'GetTopicAttributes', { Attributes })
    const got = await clients.sns.send(new GetTopicAttributesCommand({ TopicArn: 'arn:x' }))
    expect(got.Attributes).toEqual(Attributes)
    const Topics = [{ TopicArn: 'arn:x' }, { TopicArn: 'arn:y' }]
    answer('sns', 'ListTopics', { Topics, NextToken: undefined })
    expect(await clients.sns.send(new ListTopicsCommand({}))).toMatchObject({ Topics })
    answer('sns', 'SetTopicAttributes', {})
    const set = { TopicArn: 'arn:x', AttributeName: 'DisplayName', AttributeValue: '' }
    expect(await clients.sns.send(new SetTopicAttributesCommand(set))).toMatchObject({
      $metadata: { httpStatusCode: 200 },
    })
    expect(seen.at(-1)?.input).toEqual(set)
  })

  it('without an answer body end with 204', async () => {
    answer('greengrass', 'DeleteCoreDevice', {})
    const result = await clients.greengrass.send(new DeleteCoreDeviceCommand({ coreDeviceThingName: 't' }))
    expect(result.$metadata.httpStatusCode).toBe(204)
  })
})

const missingMember = (name: string): string =>
  `Value null at '${name}' failed to satisfy constraint: Member must not be null`

describe('errors', () => {
  const failing = (error: AwsError) => {
    answer('greengrass', 'CancelDeployment', error)
    return clients.greengrass
      .send(new CancelDeploymentCommand({ deploymentId: 'd' }))
      .catch((caught: unknown) => caught)
  }

  it('arrive as the SDK’s own exceptions, with their members', async () => {
    const members = { resourceId: 'd', resourceType: 'Deployment' }
    const missing = await failing(new AwsError('ResourceNotFoundException', 404, 'no such', members))
    expect(missing).toBeInstanceOf(ResourceNotFoundException)
    expect(missing).toMatchObject({ message: 'no such', resourceId: 'd' })
    expect(await failing(new AwsError('ConflictException', 409, 'busy', members))).toBeInstanceOf(ConflictException)
    expect(seen).toHaveLength(2) // and are not retried
  })

  it('of throttling are 400 in iot', async () => {
    answer('iot', 'DescribeThing', new AwsError('ThrottlingException', 400, 'Rate exceeded'))
    const error = await clients.iot
      .send(new DescribeThingCommand({ thingName: 't' }))
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ThrottlingException)
  })

  it('name the operation that is not emulated, and the nearest one that is', async () => {
    answer('iot', 'DescribeThing', {})
    const { ListThingTypesCommand } = await import('@aws-sdk/client-iot')
    await expect(clients.iot.send(new ListThingTypesCommand({}))).rejects.toMatchObject({
      name: 'NotEmulated',
      message: expect.stringContaining('iot ListThingTypes (nearest emulated operation:'),
    })
  })

  it('name the member that is missing or unknown', async () => {
    answer('greengrass', 'CreateDeployment', {})
    const missing = await clients.greengrass
      .send(new CreateDeploymentCommand({} as never))
      .catch((caught: unknown) => caught)
    expect(missing).toBeInstanceOf(ValidationException)
    expect(missing).toMatchObject({ message: `1 validation error detected: ${missingMember('targetArn')}` })
    const response = await fetch(`${endpoint.url}/greengrass/v2/deployments`, {
      method: 'POST',
      headers: signed('greengrass'),
      body: JSON.stringify({ targetArn: 'a', components: { App: { componentVersion: '1', versoin: '2' } } }),
    })
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { message: 'components.App.versoin: is not a member of this request' },
    ])
    expect(seen).toEqual([])
  })

  it('of AWS Query go by their own codes, as XML', async () => {
    const failing = (error: AwsError) => {
      answer('sns', 'Publish', error)
      return clients.sns.send(new PublishCommand({ Message: 'm' })).catch((caught: unknown) => caught)
    }
    const missing = await failing(new AwsError('NotFoundException', 404, 'no such <topic> & "more"'))
    expect(missing).toBeInstanceOf(NotFoundException)
    expect(missing).toMatchObject({ message: 'no such <topic> & "more"', Error: { Type: 'Sender', Code: 'NotFound' } })
    expect(await failing(new AwsError('ThrottledException', 429, 'Rate exceeded'))).toBeInstanceOf(ThrottledException)
    expect(await failing(new AwsError('ServiceUnavailable', 503, 'away'))).toMatchObject({
      name: 'ServiceUnavailable',
      message: 'away',
      Error: { Type: 'Receiver' },
    })
    await expect(clients.sns.send(new PublishCommand({} as never))).rejects.toThrow(InvalidParameterException)
    const { VerifySMSSandboxPhoneNumberCommand } = await import('@aws-sdk/client-sns')
    const verify = new VerifySMSSandboxPhoneNumberCommand({ PhoneNumber: '+1', OneTimePassword: '12345' })
    await expect(clients.sns.send(verify)).rejects.toMatchObject({
      name: 'NotEmulated',
      message: expect.stringContaining('sns VerifySMSSandboxPhoneNumber (nearest emulated operation:'),
    })
  })

  const ATTRIBUTE = 'MessageAttributes.entry.1'
  it.each([
    ['Action=Publish&Message=m&Subjekt=s', 'Subjekt: is not a parameter of this action'],
    ['Action=Publish&Message=m&Message=n', 'Message: is given twice'],
    ['Action=Publish&Message.x=m', 'Message: expected a value'],
    [
      'Action=Publish&Subject=s',
      'Value null at &apos;message&apos; failed to satisfy constraint: Member must not be null',
    ],
    ['Action=Publish&Message=m&MessageAttributes=x', 'MessageAttributes: expected members'],
    ['Action=Publish&Message=m&Message.x=m', 'Message.x: has a value although other parameters name members of it'],
    [`Action=Publish&Message=m&${ATTRIBUTE}.Name=n`, `${ATTRIBUTE}.Value: is required`],
    [`Action=Publish&Message=m&${ATTRIBUTE}.key=n`, `${ATTRIBUTE}.key: is not a parameter of this action`],
    ['Action=Publish&Message=m&MessageAttributes.entry.2.Name=n', 'entry.2: is not a parameter of this action'],
    ['Action=Publish&Message=m&MessageAttributes.member.1.Name=n', 'member: is not a parameter of this action'],
    ['Action=Shout&Message=m', 'the action Shout is not emulated'],
    ['', 'the action null is not emulated'],
  ])('of the form %s are named', async (body, message) => {
    answer('sns', 'Publish', { MessageId: 'm' })
    const response = await fetch(`${endpoint.url}/`, { method: 'POST', headers: signed('sns'), body })
    expect(response.headers.get('content-type')).toBe('text/xml')
    const text = await response.text()
    expect(text).toContain('<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>')
    expect(text).toContain(`${message}${message.endsWith('emulated') ? ' by fleet-rehearsal' : ''}</Message>`)
    expect(seen).toEqual([])
  })

  it('refuse a request without signature, and services that are not emulated', async () => {
    expect((await fetch(`${endpoint.url}/things/t`)).status).toBe(403)
    const response = await fetch(`${endpoint.url}/`, { headers: signed('s3') })
    expect([response.status, await response.text()]).toEqual([501, expect.stringContaining('<Code>NotEmulated</Code>')])
  })

  it('of the twin itself are reported as bugs, and 500 to the caller', async () => {
    answer('iot', 'DescribeThing', new TypeError('oops') as unknown as AwsError)
    await expect(clients.iot.send(new DescribeThingCommand({ thingName: 't' }))).rejects.toMatchObject({
      name: 'InternalFailureException',
    })
    expect(bugs).toHaveLength(1)
  })

  it('name a port that is in use', async () => {
    const port = Number(new URL(endpoint.url).port)
    const start = openEndpoint({ port, services: operations })
    await expect(start).rejects.toThrow(`port ${port} for HTTP is in use`)
  })
})

it('sends the real date, since simulated time makes the SDK retry every error as clock skew', async () => {
  const response = await fetch(`${endpoint.url}/`)
  expect(Math.abs(Date.parse(response.headers.get('date') as string) - Date.now())).toBeLessThan(60_000)
})

it('reads the schemas that the pinned SDK packages export', async () => {
  const counts: Record<string, number> = {}
  for (const service of SERVICES) counts[service] = (await loadServiceModel(service)).operations.size
  expect(counts).toMatchInlineSnapshot(`
    {
      "events": 57,
      "greengrass": 29,
      "iot": 272,
      "iot-jobs-data": 5,
      "iotdata": 11,
      "sns": 42,
    }
  `)
  const create = (await loadServiceModel('greengrass')).operations.get('CreateDeployment')
  expect([create?.method, create?.path, create?.statusCode]).toEqual(['POST', '/greengrass/v2/deployments', 201])
  expect(create?.input.getMemberSchemas()).toHaveProperty('targetArn')
})
