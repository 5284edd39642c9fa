import { beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../../../sim/cloud/base/aws-error.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const GROUP = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const THING = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thing/thing-0`
const NS = 'namespace-aws-gg-deployment'
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(2)
  bench.cloud.greengrass.installHistory({
    components: ['1.0.0', '2.0.0'].map((version) => ({ name: 'App', version })),
    deployments: [],
  })
})

const create = (version: string, over: object = {}): Record<string, unknown> =>
  bench.call('greengrass', 'CreateDeployment', {
    targetArn: GROUP,
    components: { App: { componentVersion: version } },
    ...over,
  })
const describeDeployment = (deploymentId: unknown): Record<string, unknown> =>
  bench.call('greengrass', 'GetDeployment', { deploymentId })
const executions = (thing = 'thing-0'): unknown[] =>
  (
    bench.call('greengrass', 'ListEffectiveDeployments', { coreDeviceThingName: thing })
      .effectiveDeployments as object[]
  ).map((one) => (one as { coreDeviceExecutionStatus: string }).coreDeviceExecutionStatus)
const report = (jobId: unknown, status: string, statusDetails?: object): void =>
  bench.send('thing-0', `jobs/${jobId}/${NS}/update`, { status, ...(statusDetails && { statusDetails }) })

describe('a group deployment', () => {
  it('stays ACTIVE whatever its devices report', () => {
    const { deploymentId, iotJobId } = create('1.0.0')
    bench.runFor(60_000)
    report(iotJobId, 'IN_PROGRESS')
    report(iotJobId, 'FAILED')
    expect(describeDeployment(deploymentId)).toMatchObject({
      deploymentStatus: 'ACTIVE',
      revisionId: '1',
      isLatestForTarget: true,
    })
    expect(executions()).toEqual(['FAILED'])
    expect(executions('thing-1')).toEqual(['QUEUED'])
  })

  it('reaches the device as the document of the nucleus, not in the members of the API', () => {
    create('1.0.0', {
      deploymentName: 'first',
      components: { App: { componentVersion: '1.0.0', configurationUpdate: { merge: '{"k":1}', reset: ['/a'] } } },
      deploymentPolicies: { failureHandlingPolicy: 'DO_NOTHING', componentUpdatePolicy: { timeoutInSeconds: 30 } },
    })
    bench.runFor(60_000)
    bench.send('thing-0', `jobs/$next/${NS}/get`, {})
    const execution = bench.replies.at(-1)?.payload.execution as { jobDocument: object }
    expect(execution.jobDocument).toMatchObject({
      deploymentName: 'first',
      configurationArn: `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:configuration:thinggroup/canary:1`,
      creationTimestamp: Date.parse('2026-03-02T13:00:00Z'),
      components: { App: { version: '1.0.0', configurationUpdate: { merge: { k: 1 }, reset: ['/a'] } } },
      failureHandlingPolicy: 'DO_NOTHING',
      componentUpdatePolicy: { timeout: 30, action: 'NOTIFY_COMPONENTS' },
    })
  })

  it('is superseded by the next revision: its job is cancelled, and devices are notified', () => {
    const first = create('1.0.0')
    bench.runFor(60_000)
    report(first.iotJobId, 'IN_PROGRESS')
    const second = create('2.0.0')
    expect(describeDeployment(first.deploymentId)).toMatchObject({
      deploymentStatus: 'INACTIVE',
      isLatestForTarget: false,
    })
    expect(executions()).toEqual(['QUEUED', 'CANCELED'])
    expect(describeDeployment(second.deploymentId)).toMatchObject({ revisionId: '2' })
    expect(bench.on(`notify-${NS}`).at(-1)).toMatchObject({ jobs: {} })
    const all = bench.call('greengrass', 'ListDeployments', { targetArn: GROUP, historyFilter: 'ALL' }).deployments
    expect((all as { revisionId: string }[]).map(({ revisionId }) => revisionId)).toEqual(['2', '1'])
  })

  it('cancelled stops what is queued and leaves what runs', () => {
    const { deploymentId, iotJobId } = create('1.0.0')
    bench.runFor(60_000)
    report(iotJobId, 'IN_PROGRESS')
    bench.call('greengrass', 'CancelDeployment', { deploymentId })
    expect([executions(), executions('thing-1')]).toEqual([['IN_PROGRESS'], ['CANCELED']])
    expect(() => bench.call('greengrass', 'CancelDeployment', { deploymentId })).toThrow(AwsError)
  })

  it('puts an event on the bus when it ends on a device', () => {
    bench.call('events', 'PutRule', { Name: 'r', EventPattern: '{"source":["aws.greengrass"]}' })
    bench.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: 'arn:aws:lambda:x:1:function:f' }] })
    const { deploymentId, iotJobId } = create('1.0.0')
    bench.runFor(60_000)
    report(iotJobId, 'IN_PROGRESS')
    report(iotJobId, 'FAILED', {
      'detailed-deployment-status': 'FAILED_ROLLBACK_COMPLETE',
      'deployment-error-stack': '["DEPLOYMENT_FAILURE","COMPONENT_BROKEN"]',
    })
    bench.runFor(5_000)
    expect(bench.invoked.map(({ event }) => event)).toMatchObject([
      {
        'detail-type': 'Greengrass V2 Effective Deployment Status Change',
        detail: { deploymentId, coreDeviceExecutionStatus: 'FAILED' },
        resources: [`arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:coreDevices:thing-0`],
      },
    ])
  })
})

describe('the same client token', () => {
  it('returns the same deployment, for eight hours', () => {
    const first = create('1.0.0', { clientToken: 'abc' })
    expect(create('1.0.0', { clientToken: 'abc' })).toEqual(first)
    bench.runFor(9 * 3_600_000)
    expect(create('1.0.0', { clientToken: 'abc' })).not.toEqual(first)
  })

  it('with another body is a conflict', () => {
    create('1.0.0', { clientToken: 'abc' })
    expect(() => create('2.0.0', { clientToken: 'abc' })).toThrow('used for another deployment')
  })
})

describe('validation', () => {
  it.each([
    ['targetArn', { targetArn: 'arn:nonsense' }],
    ['clientToken', { clientToken: 'with spaces' }],
    ['components', { components: { App: { componentVersion: '9.9.9' } } }],
    ['maximumPerMinute', { iotJobConfiguration: { jobExecutionsRolloutConfig: { maximumPerMinute: 0 } } }],
  ])('names the member %s', (member, over) => {
    expect(() => create('1.0.0', over)).toThrow(
      expect.objectContaining({ name: 'ValidationException', statusCode: 400 }),
    )
    expect(() => create('1.0.0', over)).toThrow(member)
  })

  it('refuses what is not emulated by name', () => {
    expect(() => create('1.0.0', { parentTargetArn: GROUP })).toThrow('subdeployments) is not emulated')
  })

  it('does not know groups and deployments that do not exist', () => {
    const missing = expect.objectContaining({ name: 'ResourceNotFoundException', statusCode: 404 })
    expect(() => create('1.0.0', { targetArn: `${GROUP}-x` })).toThrow(missing)
    expect(() => describeDeployment('nope')).toThrow(missing)
  })
})

describe('a deployment to one thing', () => {
  it('is the desired state of its deployment shadow, and COMPLETED by its reported one', () => {
    const { deploymentId } = create('1.0.0', { targetArn: THING })
    const topic = 'shadow/name/AWSManagedGreengrassV2Deployment'
    const accepted = bench.on(`${topic}/update/accepted`).at(-1)?.state as { desired: { fleetConfig: string } }
    const { configurationArn } = JSON.parse(accepted.desired.fleetConfig)
    bench.send('thing-0', `${topic}/update`, {
      state: { reported: { fleetConfigurationArnForStatus: configurationArn, status: 'SUCCEEDED' } },
    })
    expect(describeDeployment(deploymentId)).toMatchObject({ deploymentStatus: 'COMPLETED' })
    expect(executions()).toEqual(['COMPLETED'])
  })
})

describe('fleet status', () => {
  const message = (status: string, over: object = {}): object => ({
    ggcVersion: '2.18.0',
    platform: 'linux',
    architecture: 'amd64',
    overallDeviceStatus: 'HEALTHY',
    messageType: 'PARTIAL',
    components: [{ componentName: 'App', version: '1.0.0', isRoot: true, status, componentStatusDetails: null }],
    ...over,
  })

  it('is the only source of the state of a core device', () => {
    expect(() => bench.call('greengrass', 'GetCoreDevice', { coreDeviceThingName: 'thing-0' })).toThrow('not found')
    bench.send('thing-0', 'greengrassv2/health/json', message('RUNNING'))
    expect(bench.call('greengrass', 'GetCoreDevice', { coreDeviceThingName: 'thing-0' })).toMatchObject({
      coreVersion: '2.18.0',
      status: 'HEALTHY',
    })
    expect(bench.call('greengrass', 'ListInstalledComponents', { coreDeviceThingName: 'thing-0' })).toMatchObject({
      installedComponents: [
        { componentName: 'App', componentVersion: '1.0.0', lifecycleState: 'RUNNING' },
        { componentName: 'aws.greengrass.Nucleus', componentVersion: '2.18.0' },
      ],
    })
  })
})

describe('components', () => {
  it('become deployable within seconds of their creation', () => {
    const inlineRecipe = Buffer.from(
      JSON.stringify({ RecipeFormatVersion: '2020-01-25', ComponentName: 'App', ComponentVersion: '3.0.0' }),
    )
    const { arn, status } = bench.call('greengrass', 'CreateComponentVersion', { inlineRecipe })
    expect(status).toMatchObject({ componentState: 'REQUESTED' })
    expect(() => create('3.0.0')).toThrow('no deployable version')
    bench.runFor(10_000)
    expect(bench.call('greengrass', 'DescribeComponent', { arn })).toMatchObject({
      status: { componentState: 'DEPLOYABLE' },
    })
    expect(() => bench.call('greengrass', 'CreateComponentVersion', { inlineRecipe })).toThrow('already exists')
  })
})
