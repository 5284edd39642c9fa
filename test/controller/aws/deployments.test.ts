import {
  CancelDeploymentCommand,
  ConflictException,
  CreateDeploymentCommand,
  DescribeComponentCommand,
  GetDeploymentCommand,
  GreengrassV2Client,
  ListDeploymentsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-greengrassv2'
import {
  AddThingToThingGroupCommand,
  DescribeThingGroupCommand,
  IoTClient,
  ResourceNotFoundException as IotResourceNotFoundException,
  ListJobExecutionsForJobCommand,
  RemoveThingFromThingGroupCommand,
} from '@aws-sdk/client-iot'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { deployments } from '../../../controller/aws/deployments.ts'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { releaseSpec } from '../../../controller/rollout/deployment-spec.ts'

const region = 'eu-central-1'
const accountId = '123456789012'
const clients = { greengrass: new GreengrassV2Client({ region }), iot: new IoTClient({ region }) }
const greengrass = mockClient(clients.greengrass)
const iot = mockClient(clients.iot)
const port = deployments(clients.greengrass, clients.iot, { region, accountId })
const canaryArn = `arn:aws:iot:${region}:${accountId}:thinggroup/canary`

beforeEach(() => {
  greengrass.reset()
  iot.reset()
})

const notFound = (): Error =>
  new ResourceNotFoundException({ message: 'm', resourceId: 'i', resourceType: 't', $metadata: {} })
const conflict = (): Error => new ConflictException({ message: 'm', resourceId: 'i', resourceType: 't', $metadata: {} })

const components = {
  [FIRMWARE_COMPONENT]: { componentVersion: '2.3.1', configurationUpdate: { merge: '{"line":3}' } },
  'com.plant.Other': { componentVersion: '9.9.9' },
}

describe('the current deployment', () => {
  it('is the newest revision with its whole spec', async () => {
    const policies = { configurationValidationPolicy: { timeoutInSeconds: 90 } }
    greengrass
      .on(ListDeploymentsCommand, { targetArn: canaryArn, historyFilter: 'LATEST_ONLY' })
      .resolves({ deployments: [{ deploymentId: 'd1' }] })
      .on(GetDeploymentCommand, { deploymentId: 'd1' })
      .resolves({
        deploymentName: 'plant',
        components,
        deploymentPolicies: policies,
        deploymentStatus: 'ACTIVE',
        iotJobId: 'j1',
      })
    expect(await port.current('canary')).toEqual({
      deploymentId: 'd1',
      jobId: 'j1',
      clientToken: null,
      spec: { deploymentName: 'plant', components, deploymentPolicies: policies, iotJobConfiguration: undefined },
    })
  })

  it('returns the token that it was created with, long after AWS has forgotten it', async () => {
    greengrass.on(CreateDeploymentCommand).resolves({ deploymentId: 'd2', iotJobId: 'j2' })
    await port.create('canary', { deploymentName: 'plant', components }, 'r-1-deploy-canary')
    const { tags } = greengrass.commandCalls(CreateDeploymentCommand)[0]?.args[0].input ?? {}
    greengrass
      .on(ListDeploymentsCommand)
      .resolves({ deployments: [{ deploymentId: 'd2' }] })
      .on(GetDeploymentCommand)
      .resolves({ components, ...(tags !== undefined && { tags }) })
    expect((await port.current('canary'))?.clientToken).toBe('r-1-deploy-canary')
  })

  it('is null for a group that never had one', async () => {
    greengrass.on(ListDeploymentsCommand).resolves({ deployments: [] })
    expect(await port.current('canary')).toBeNull()
  })
})

describe('the newest deployments', () => {
  it('are those of every thing group, page by page, and not those of things', async () => {
    greengrass
      .on(ListDeploymentsCommand, { historyFilter: 'LATEST_ONLY', nextToken: undefined })
      .resolves({ deployments: [{ deploymentId: 'd1', targetArn: canaryArn }], nextToken: 'more' })
      .on(ListDeploymentsCommand, { historyFilter: 'LATEST_ONLY', nextToken: 'more' })
      .resolves({
        deployments: [
          { deploymentId: 'd2', targetArn: canaryArn.replace(/thinggroup.*/, 'thing/line-1') },
          { deploymentId: 'd3', targetArn: canaryArn.replace('canary', 'early') },
        ],
      })
    expect(await port.newest()).toEqual({ canary: 'd1', early: 'd3' })
  })
})

it('creates a release with every component of the group, its policies and the safety net', async () => {
  greengrass.on(CreateDeploymentCommand).resolves({ deploymentId: 'd2', iotJobId: 'j2' })
  const spec = releaseSpec({ deploymentName: 'plant', components }, { component: FIRMWARE_COMPONENT, version: '2.4.0' })
  expect(await port.create('canary', spec, 'r-1-deploy-canary')).toEqual({ deploymentId: 'd2', jobId: 'j2' })
  const input = greengrass.commandCalls(CreateDeploymentCommand)[0]?.args[0].input
  expect(input).toMatchObject({
    targetArn: canaryArn,
    clientToken: 'r-1-deploy-canary',
    components: {
      ...components,
      [FIRMWARE_COMPONENT]: { ...components[FIRMWARE_COMPONENT], componentVersion: '2.4.0' },
    },
    deploymentPolicies: {
      failureHandlingPolicy: 'ROLLBACK',
      componentUpdatePolicy: { action: 'NOTIFY_COMPONENTS', timeoutInSeconds: 60 },
    },
  })
  const criteria = input?.iotJobConfiguration?.abortConfig?.criteriaList ?? []
  expect(criteria.map(({ failureType }) => failureType)).toEqual(['FAILED', 'REJECTED', 'TIMED_OUT'])
})

describe('cancelling', () => {
  it.each([conflict, notFound])('is done when the deployment is no longer active', async (error) => {
    greengrass.on(CancelDeploymentCommand).rejects(error())
    await port.cancel('d1')
  })

  it('fails on anything else', async () => {
    greengrass.on(CancelDeploymentCommand).rejects(new Error('throttled'))
    await expect(port.cancel('d1')).rejects.toThrow('throttled')
  })
})

it('reads the executions of a job page by page', async () => {
  const summary = (thing: string, status: 'FAILED' | 'SUCCEEDED') => ({
    thingArn: `arn:aws:iot:${region}:${accountId}:thing/${thing}`,
    jobExecutionSummary: { status },
  })
  iot
    .on(ListJobExecutionsForJobCommand, { jobId: 'j', nextToken: undefined })
    .resolves({ executionSummaries: [summary('a', 'FAILED')], nextToken: 'more' })
    .on(ListJobExecutionsForJobCommand, { jobId: 'j', nextToken: 'more' })
    .resolves({ executionSummaries: [summary('b', 'SUCCEEDED')] })
  expect(await port.executions('j')).toEqual([
    { thing: 'a', status: 'FAILED' },
    { thing: 'b', status: 'SUCCEEDED' },
  ])
})

describe('a component version', () => {
  const arn = `arn:aws:greengrass:${region}:${accountId}:components:c:versions:1.0.0`

  it.each([
    ['DEPLOYABLE', true],
    ['FAILED', false],
  ] as const)('that is %s is deployable: %s', async (componentState, expected) => {
    greengrass.on(DescribeComponentCommand, { arn }).resolves({ status: { componentState } })
    expect(await port.isDeployable('c', '1.0.0')).toBe(expected)
  })

  it('that does not exist is not deployable, and an error is an error', async () => {
    greengrass.on(DescribeComponentCommand).rejectsOnce(notFound()).rejects(new Error('denied'))
    expect(await port.isDeployable('c', '1.0.0')).toBe(false)
    await expect(port.isDeployable('c', '1.0.0')).rejects.toThrow('denied')
  })
})

describe('a thing group', () => {
  it('is there, is not there, or is unknown', async () => {
    iot
      .on(DescribeThingGroupCommand, { thingGroupName: 'holdback' })
      .resolvesOnce({ thingGroupName: 'holdback' })
      .rejectsOnce(new IotResourceNotFoundException({ message: 'm', $metadata: {} }))
      .rejects(new Error('denied'))
    expect(await port.hasGroup('holdback')).toBe(true)
    expect(await port.hasGroup('holdback')).toBe(false)
    await expect(port.hasGroup('holdback')).rejects.toThrow('denied')
  })

  it('is joined before the other one is left, so that the device is never in none', async () => {
    iot.on(AddThingToThingGroupCommand).resolves({}).on(RemoveThingFromThingGroupCommand).resolves({})
    await port.move('line-01-20', 'production', 'holdback')
    expect(iot.calls().map(({ args: [command] }) => [command.constructor.name, command.input])).toEqual([
      ['AddThingToThingGroupCommand', { thingName: 'line-01-20', thingGroupName: 'holdback' }],
      ['RemoveThingFromThingGroupCommand', { thingName: 'line-01-20', thingGroupName: 'production' }],
    ])
  })

  it('is not left while the other one cannot be joined', async () => {
    iot.on(AddThingToThingGroupCommand).rejects(new Error('throttled'))
    await expect(port.move('line-01-20', 'production', 'holdback')).rejects.toThrow('throttled')
    expect(iot.commandCalls(RemoveThingFromThingGroupCommand)).toEqual([])
  })
})
