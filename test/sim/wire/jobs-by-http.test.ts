import {
  AssociateTargetsWithJobCommand,
  CreateJobCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DescribeJobCommand,
  InvalidRequestException,
  IoTClient,
  LimitExceededException,
  ListJobExecutionsForJobCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-iot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { type AwsEndpoint, startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../cloud/fixtures.ts'

/** Jobs by the SDK's client over HTTP. */

let endpoint: AwsEndpoint
let iot: IoTClient
const bugs: unknown[] = []
const bench = new CloudBench().withCanaries(2)
const outside = new OutsideClients(bench.clock, bench.trace)

beforeAll(async () => {
  endpoint = await startAwsEndpoint({
    port: 0,
    services: bench.cloud.services,
    controller: null,
    outside,
    onCall: () => undefined,
    onBug: (error) => bugs.push(error),
  })
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' }
  iot = new IoTClient({ endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 })
})
afterAll(async () => {
  iot.destroy()
  await endpoint.close()
})

const arnOf = (kind: string, name: string): string => `arn:aws:iot:${REGION}:${ACCOUNT_ID}:${kind}/${name}`
const [canary, thing0, jobArn] = [arnOf('thinggroup', 'canary'), arnOf('thing', 'thing-0'), arnOf('job', 'j1')]
const describeJob = async () => (await iot.send(new DescribeJobCommand({ jobId: 'j1' }))).job

it('a job of several targets with tags', async () => {
  const tags = [{ Key: 'line', Value: '7' }]
  const document = '{"do":"it"}'
  const targets = [thing0, canary]
  await iot.send(new CreateJobCommand({ jobId: 'j1', targets, document, tags, targetSelection: 'CONTINUOUS' }))
  expect(await describeJob()).toMatchObject({ targets, jobProcessDetails: { numberOfQueuedThings: 2 } })
  await iot.send(new TagResourceCommand({ resourceArn: jobArn, tags: [{ Key: 'shift', Value: '' }] }))
  const listed = await iot.send(new ListTagsForResourceCommand({ resourceArn: jobArn }))
  expect(listed.tags).toEqual([...tags, { Key: 'shift', Value: '' }])
})

it('a job is updated', async () => {
  const exponentialRate = {
    baseRatePerMinute: 5,
    incrementFactor: 1.5,
    rateIncreaseCriteria: { numberOfNotifiedThings: 5 },
  }
  const changed = {
    description: 'new',
    jobExecutionsRolloutConfig: { exponentialRate },
    timeoutConfig: { inProgressTimeoutInMinutes: 7 },
    abortConfig: {
      criteriaList: [
        { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 20, minNumberOfExecutedThings: 2 },
      ] as const,
    },
  }
  const abortConfig = { criteriaList: [...changed.abortConfig.criteriaList] }
  await iot.send(new UpdateJobCommand({ jobId: 'j1', ...changed, abortConfig }))
  expect(await describeJob()).toMatchObject(changed)
  const wrong = new UpdateJobCommand({ jobId: 'j1', timeoutConfig: { inProgressTimeoutInMinutes: 0 } })
  await expect(iot.send(wrong)).rejects.toBeInstanceOf(InvalidRequestException)
  const presignedUrlConfig = { expiresInSec: 60 }
  await expect(iot.send(new UpdateJobCommand({ jobId: 'j1', presignedUrlConfig }))).rejects.toMatchObject({
    name: 'NotEmulated',
    message: expect.stringContaining('presignedUrlConfig'),
  })
})

it('a job gets more targets', async () => {
  await iot.send(new CreateThingGroupCommand({ thingGroupName: 'night' }))
  await iot.send(new CreateThingCommand({ thingName: 'late' }))
  bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'night', thingName: 'late' })
  const targets = [arnOf('thinggroup', 'night')]
  expect(await iot.send(new AssociateTargetsWithJobCommand({ jobId: 'j1', targets, comment: 'c' }))).toMatchObject({
    jobArn,
    jobId: 'j1',
    description: 'new',
  })
  expect(await describeJob()).toMatchObject({ targets: [thing0, canary, ...targets], comment: 'c' })
  const executions = await iot.send(new ListJobExecutionsForJobCommand({ jobId: 'j1' }))
  expect(executions.executionSummaries).toHaveLength(3)
  for (let i = 0; i < 98; i++) bench.call('iot', 'CreateThingGroup', { thingGroupName: `g-${i}` })
  const many = Array.from({ length: 98 }, (_, i) => arnOf('thinggroup', `g-${i}`))
  const tooMany = new AssociateTargetsWithJobCommand({ jobId: 'j1', targets: many })
  await expect(iot.send(tooMany)).rejects.toBeInstanceOf(LimitExceededException)
  expect(bugs).toEqual([])
  const requests = outside.activity().flatMap(({ changes }) => changes.map(({ request }) => request))
  expect(requests.join()).toMatch(/UpdateJob.*AssociateTargetsWithJob/)
})
