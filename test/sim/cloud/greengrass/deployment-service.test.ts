import { beforeEach, describe, expect, it } from 'vitest'
import { bindOperations, type Operations } from '../../../../sim/cloud/base/operations.ts'
import type { DeploymentSettings } from '../../../../sim/cloud/greengrass/deployment-service.ts'
import { GreengrassService } from '../../../../sim/cloud/greengrass/greengrass.ts'
import { OPERATIONS } from '../../../../sim/cloud/operations.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const GROUP = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const THING = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thing/thing-0`
const NS = 'namespace-aws-gg-deployment'
const SHADOW = 'shadow/name/AWSManagedGreengrassV2Deployment'

let bench: CloudBench
let operations: Operations
let put: { detailType: string; detail: object }[]

const open = (settings: Partial<DeploymentSettings> = {}): void => {
  bench = new CloudBench().withCanaries(2)
  put = []
  const { things, jobs, shadows } = bench.cloud
  const events = {
    put: (event: { detailType: string; detail: object }): string => `event-${put.push(event)}`,
  }
  const service = new GreengrassService(
    bench.ctx,
    { things, jobs, events, shadows },
    { supersededStatus: 'INACTIVE', cancelInProgressOnSupersede: true, ...settings },
  )
  shadows.onReported((thing, _, reported) => service.handleDeploymentShadow(thing, reported))
  service.installHistory({
    components: ['1.0.0', '2.0.0'].map((version) => ({ name: 'App', version })),
    deployments: [],
  })
  operations = bindOperations(OPERATIONS.greengrass, { greengrass: service })
}
beforeEach(() => open())

const call = (operation: string, input: object): Record<string, unknown> =>
  operations[operation]?.(input as never) as Record<string, unknown>
const create = (version: string, over: object = {}): Record<string, unknown> =>
  call('CreateDeployment', { targetArn: GROUP, components: { App: { componentVersion: version } }, ...over })
const statusOf = (deployment: Record<string, unknown>): unknown =>
  call('GetDeployment', { deploymentId: deployment.deploymentId }).deploymentStatus
const effective = (thing = 'thing-0'): Record<string, unknown>[] =>
  call('ListEffectiveDeployments', { coreDeviceThingName: thing }).effectiveDeployments as Record<string, unknown>[]
const statuses = (thing?: string): unknown[] => effective(thing).map((one) => one.coreDeviceExecutionStatus)
const report = (jobId: unknown, status: string, thing = 'thing-0'): void =>
  bench.send(thing, `jobs/${jobId}/${NS}/update`, { status })
const told = (): unknown[] =>
  put.map(({ detail }) => (detail as { coreDeviceExecutionStatus: string }).coreDeviceExecutionStatus)
const reportThing = (status: string, revision = 1, statusDetails: object = {}): void =>
  bench.send('thing-0', `${SHADOW}/update`, {
    state: {
      reported: {
        fleetConfigurationArnForStatus: `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:configuration:thing/thing-0:${revision}`,
        status,
        statusDetails,
      },
    },
  })
const traced = (kind: string): object[] => {
  bench.trace.flush()
  return bench.trace.records.filter((record) => record.kind === kind)
}

describe('a superseded revision', () => {
  it.each(['INACTIVE', 'CANCELED'] as const)('is %s where that is the setting', (supersededStatus) => {
    open({ supersededStatus })
    const first = create('1.0.0')
    const second = create('2.0.0')
    expect([statusOf(first), statusOf(second)]).toEqual([supersededStatus, 'ACTIVE'])
  })

  it.each([
    [true, 'CANCELED'],
    [false, 'IN_PROGRESS'],
  ])('with cancelInProgressOnSupersede %s leaves a running device %s', (cancelInProgressOnSupersede, status) => {
    open({ cancelInProgressOnSupersede })
    const first = create('1.0.0')
    bench.runFor(45_000)
    report(first.iotJobId, 'IN_PROGRESS')
    bench.runFor(1_000)
    create('2.0.0')
    expect(statuses()).toEqual(['QUEUED', status])
    expect(statuses('thing-1')).toEqual(['QUEUED', 'CANCELED'])
  })

  it('keeps its status when it was cancelled before', () => {
    open({ supersededStatus: 'INACTIVE' })
    const first = create('1.0.0')
    call('CancelDeployment', { deploymentId: first.deploymentId })
    create('2.0.0')
    expect(statusOf(first)).toBe('CANCELED')
  })

  it('can be deleted; its number is not used again', () => {
    const first = create('1.0.0')
    expect(() => call('DeleteDeployment', { deploymentId: first.deploymentId })).toThrow('must be cancelled first')
    create('2.0.0')
    call('DeleteDeployment', { deploymentId: first.deploymentId })
    expect(() => statusOf(first)).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }))
    const third = create('1.0.0')
    expect(call('GetDeployment', { deploymentId: third.deploymentId })).toMatchObject({ revisionId: '3' })
  })
})

describe('a refused CreateDeployment', () => {
  it.each([
    { components: { App: { componentVersion: '1.0.0', configurationUpdate: { merge: '{broken' } } } },
    {
      components: {
        App: { componentVersion: '1.0.0', configurationUpdate: { merge: `{"k":"${'x'.repeat(40_000)}"}` } },
      },
    },
    { tags: { '': 'v' } },
    { components: { App: { componentVersion: '9.0.0' } } },
  ])('changes nothing', (over) => {
    const first = create('1.0.0')
    expect(() => create('2.0.0', over)).toThrow()
    expect(statusOf(first)).toBe('ACTIVE')
    expect(statuses()).toEqual(['QUEUED'])
    expect(traced('deployment-created')).toHaveLength(1)
  })

  it('does not use up its client token', () => {
    const clientToken = 'once'
    expect(() => create('1.0.0', { clientToken, targetArn: `${GROUP}-x` })).toThrow('not found')
    expect(create('1.0.0', { clientToken })).toHaveProperty('deploymentId')
  })
})

describe('a deployment that is not in force any more', () => {
  it('was stopped by its abort criteria', () => {
    const criteriaList = [
      { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 1 },
    ]
    const deployment = create('1.0.0', { iotJobConfiguration: { abortConfig: { criteriaList } } })
    bench.runFor(45_000)
    report(deployment.iotJobId, 'FAILED')
    bench.runFor(0)
    expect(statusOf(deployment)).toBe('CANCELED')
    expect(statuses('thing-1')).toEqual(['CANCELED'])
    expect(traced('deployment-cancelled')).toMatchObject([{ deploymentId: deployment.deploymentId, target: 'canary' }])
  })

  it('was stopped by the cancellation of its job', () => {
    const deployment = create('1.0.0')
    bench.call('iot', 'CancelJob', { jobId: deployment.iotJobId })
    expect(statusOf(deployment)).toBe('CANCELED')
  })

  it('is recorded as cancelled once, and not when it was superseded', () => {
    const { deploymentId } = create('1.0.0')
    call('CancelDeployment', { deploymentId })
    create('2.0.0')
    create('1.0.0')
    expect(traced('deployment-cancelled')).toMatchObject([{ deploymentId, source: 'greengrass/canary' }])
  })
})

describe('an outcome', () => {
  it('of a group deployment is SUCCEEDED and an event of the device', () => {
    const { deploymentId, iotJobId } = create('1.0.0', { deploymentName: 'first' })
    report(iotJobId, 'IN_PROGRESS')
    report(iotJobId, 'SUCCEEDED')
    expect(effective()).toMatchObject([
      { deploymentId, deploymentName: 'first', iotJobId, targetArn: GROUP, reason: 'SUCCESSFUL' },
    ])
    expect(statuses()).toEqual(['SUCCEEDED'])
    expect(put).toMatchObject([
      {
        detailType: 'Greengrass V2 Effective Deployment Status Change',
        detail: { deploymentId, coreDeviceExecutionStatus: 'SUCCEEDED', reason: 'SUCCESSFUL' },
      },
    ])
  })

  it('that failed carries its code, detailed status and cause', () => {
    const { iotJobId } = create('1.0.0')
    bench.send('thing-0', `jobs/${iotJobId}/${NS}/update`, {
      status: 'FAILED',
      statusDetails: {
        'detailed-deployment-status': 'FAILED_ROLLBACK_COMPLETE',
        'deployment-failure-cause': 'Service App in broken state after deployment',
        'deployment-error-stack': '["DEPLOYMENT_FAILURE","COMPONENT_BROKEN"]',
        'deployment-error-types': '["USER_COMPONENT_ERROR"]',
      },
    })
    expect(effective()).toMatchObject([
      {
        reason: 'COMPONENT_BROKEN: FAILED_ROLLBACK_COMPLETE: Service App in broken state after deployment',
        statusDetails: {
          errorStack: ['DEPLOYMENT_FAILURE', 'COMPONENT_BROKEN'],
          errorTypes: ['USER_COMPONENT_ERROR'],
        },
      },
    ])
  })

  it.each([
    ['FAILED', 1],
    ['REJECTED', 1],
    ['IN_PROGRESS', 0],
  ])('%s is told in %i events', (status, events) => {
    report(create('1.0.0').iotJobId, status)
    expect(statuses()).toEqual([status])
    expect(told()).toEqual(Array(events).fill(status))
  })

  it('CANCELED is an event of every device that loses the deployment', () => {
    const { deploymentId, iotJobId } = create('1.0.0')
    report(iotJobId, 'SUCCEEDED')
    call('CancelDeployment', { deploymentId })
    expect(told()).toEqual(['SUCCEEDED', 'CANCELED'])
    expect(put.at(-1)).toMatchObject({
      detail: { deploymentId, statusDetails: { errorStack: [], errorTypes: [] }, reason: '' },
      resources: [`arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:coreDevices:thing-1`],
    })
  })

  it('TIMED_OUT is no event', () => {
    const timeoutConfig = { inProgressTimeoutInMinutes: 1 }
    report(create('1.0.0', { iotJobConfiguration: { timeoutConfig } }).iotJobId, 'IN_PROGRESS')
    bench.runFor(2 * 60_000)
    expect([statuses(), told()]).toEqual([['TIMED_OUT'], []])
  })

  it('of a thing that left the group has no status', () => {
    create('1.0.0')
    bench.send('thing-0', 'greengrassv2/health/json', {})
    bench.call('iot', 'RemoveThingFromThingGroup', { thingGroupName: 'canary', thingName: 'thing-0' })
    expect(() => effective()).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }))
  })
})

describe('a thing deployment', () => {
  const createForThing = (version: string): Record<string, unknown> => create(version, { targetArn: THING })

  it('has no job, and ends as its device reports', () => {
    const deployment = createForThing('1.0.0')
    expect(deployment).toEqual({ deploymentId: deployment.deploymentId })
    expect(statuses()).toEqual(['QUEUED'])
    reportThing('IN_PROGRESS')
    expect([statusOf(deployment), statuses()]).toEqual(['ACTIVE', ['IN_PROGRESS']])
    reportThing('SUCCEEDED')
    reportThing('SUCCEEDED')
    expect([statusOf(deployment), statuses()]).toEqual(['COMPLETED', ['COMPLETED']])
    expect(put).toMatchObject([{ detail: { coreDeviceExecutionStatus: 'COMPLETED' } }])
  })

  it('that failed carries its reason', () => {
    const deployment = createForThing('1.0.0')
    reportThing('FAILED', 1, { detailedStatus: 'FAILED_NO_STATE_CHANGE', failureCause: 'no', errorStack: ['E'] })
    expect(statusOf(deployment)).toBe('FAILED')
    expect(effective()).toMatchObject([
      { reason: 'E: FAILED_NO_STATE_CHANGE: no', statusDetails: { errorStack: ['E'] } },
    ])
  })

  it('superseded is not pending any more, and a late report counts for its own revision', () => {
    const first = createForThing('1.0.0')
    bench.runFor(1_000)
    const second = createForThing('2.0.0')
    expect(statuses()).toEqual(['QUEUED', 'CANCELED'])
    expect(told()).toEqual(['CANCELED'])
    reportThing('SUCCEEDED', 1)
    expect(statuses()).toEqual(['QUEUED', 'COMPLETED'])
    expect([statusOf(first), statusOf(second)]).toEqual(['INACTIVE', 'ACTIVE'])
  })

  it('cancelled requests the device to stop, and keeps its document', () => {
    const deployment = createForThing('1.0.0')
    call('CancelDeployment', { deploymentId: deployment.deploymentId })
    expect([statusOf(deployment), statuses()]).toEqual(['CANCELED', ['CANCELED']])
    const { desired } = bench.cloud.shadows.document('thing-0', 'AWSManagedGreengrassV2Deployment') as {
      desired: Record<string, string>
    }
    expect(desired.desiredStatus).toBe('CANCELED')
    expect(JSON.parse(desired.fleetConfig as string)).toMatchObject({ deploymentId: deployment.deploymentId })
  })
})

describe('ListDeployments', () => {
  it('returns the newest revision of each target, or all of them, in pages', () => {
    create('1.0.0')
    create('2.0.0')
    create('1.0.0', { targetArn: THING })
    const list = (input: object): string[] =>
      (call('ListDeployments', input).deployments as { targetArn: string; revisionId: string }[]).map(
        ({ targetArn, revisionId }) => `${targetArn.split('/').at(-1)}:${revisionId}`,
      )
    expect(list({})).toEqual(['canary:2', 'thing-0:1'])
    expect(list({ historyFilter: 'ALL' })).toEqual(['canary:2', 'canary:1', 'thing-0:1'])
    expect(list({ targetArn: GROUP, historyFilter: 'ALL', maxResults: 1 })).toEqual(['canary:2'])
    expect(() => list({ maxResults: 101 })).toThrow(
      expect.objectContaining({ members: { reason: 'FIELD_VALIDATION_FAILED', fields: [expect.anything()] } }),
    )
    expect(() => list({ historyFilter: 'SOME' })).toThrow('historyFilter')
    expect(() => list({ parentTargetArn: GROUP })).toThrow(expect.objectContaining({ name: 'NotEmulated' }))
  })
})

describe('names', () => {
  it('depend on target and revision only', () => {
    const alone = create('1.0.0').deploymentId
    open()
    create('1.0.0', { targetArn: THING })
    expect(create('2.0.0').deploymentId).toBe(alone)
    expect(create('2.0.0').deploymentId).not.toBe(alone)
  })
})

it('installs history without a trace, and a later joiner still gets the revision in force', () => {
  bench = new CloudBench().withCanaries(2)
  const { greengrass, services } = bench.cloud
  greengrass.installHistory({
    components: [{ name: 'App', version: '1.0.0' }],
    deployments: [{ targetArn: GROUP, components: { App: { componentVersion: '1.0.0' } } }],
  })
  operations = services.greengrass
  bench.runFor(60_000)
  expect([bench.published, bench.trace.records]).toEqual([[], []])
  expect(statuses()).toEqual(['SUCCEEDED'])
  bench.call('iot', 'CreateThing', { thingName: 'late' })
  bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'late' })
  expect(statuses('late')).toEqual(['QUEUED'])
})
