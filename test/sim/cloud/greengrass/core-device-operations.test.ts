import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const GROUP = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(2)
})

const gg = (operation: string, input: object = {}): Record<string, unknown> =>
  bench.call('greengrass', operation, input)
const component = (name: string, status: string, over: object = {}): object => ({
  componentName: name,
  version: '1.0.0',
  isRoot: true,
  status,
  componentStatusDetails: null,
  ...over,
})
const report = (components: object[], over: object = {}, thing = 'thing-0'): void =>
  bench.send(thing, 'greengrassv2/health/json', {
    ggcVersion: '2.18.0',
    platform: 'linux',
    architecture: 'amd64',
    overallDeviceStatus: 'HEALTHY',
    messageType: 'PARTIAL',
    components,
    ...over,
  })
const listed = (input: object = {}): Record<string, unknown>[] =>
  gg('ListInstalledComponents', { coreDeviceThingName: 'thing-0', ...input }).installedComponents as Record<
    string,
    unknown
  >[]
/** Without the nucleus, which no message names. */
const installed = (input: object = {}): Record<string, unknown>[] =>
  listed(input).filter(({ componentName }) => componentName !== 'aws.greengrass.Nucleus')
const names = (): unknown[] => installed({ topologyFilter: 'ALL' }).map(({ componentName }) => componentName)
const cores = (input: object = {}): unknown[] =>
  (gg('ListCoreDevices', input).coreDevices as { coreDeviceThingName: string }[]).map((one) => one.coreDeviceThingName)

describe('installed components', () => {
  it('are changed by partial messages and replaced by complete ones', () => {
    report([component('App', 'RUNNING'), component('Health', 'RUNNING')], { messageType: 'COMPLETE' })
    report([component('App', 'ERRORED')])
    expect(names()).toEqual(['App', 'Health'])
    report([component('App', 'RUNNING')], { messageType: 'COMPLETE' })
    expect(names()).toEqual(['App'])
  })

  it('of a complete message in chunks are those of all chunks', () => {
    report([component('Old', 'RUNNING')])
    report([component('App', 'RUNNING')], { messageType: 'COMPLETE', chunkInfo: { chunkId: 1, totalChunks: 2 } })
    report([component('Health', 'RUNNING')], { messageType: 'COMPLETE', chunkInfo: { chunkId: 2, totalChunks: 2 } })
    expect(names()).toEqual(['App', 'Health'])
  })

  it('keep the time of their last change while they are only reported again', () => {
    const startMs = bench.clock.nowMs()
    report([component('App', 'RUNNING')])
    bench.runFor(60_000)
    report([component('App', 'RUNNING')], { messageType: 'COMPLETE' })
    expect(installed()).toMatchObject([
      { lastStatusChangeTimestamp: new Date(startMs), lastReportedTimestamp: new Date(startMs + 60_000) },
    ])
    report([component('App', 'ERRORED')])
    expect(installed()).toMatchObject([{ lastStatusChangeTimestamp: new Date(startMs + 60_000) }])
  })

  it('keep the deployment that installed their version', () => {
    const deploymentInformation = { deploymentId: 'd-1', status: 'SUCCEEDED' }
    report([component('App', 'RUNNING')], { deploymentInformation })
    report([component('App', 'RUNNING')], { deploymentInformation: { ...deploymentInformation, deploymentId: 'd-2' } })
    expect(installed()).toMatchObject([{ lastInstallationSource: 'd-1' }])
  })

  it('are roots unless all are requested, and are removed when uninstalled', () => {
    report([component('App', 'RUNNING'), component('Library', 'FINISHED', { isRoot: false })])
    expect(installed()).toMatchObject([{ componentName: 'App' }])
    expect(names()).toEqual(['App', 'Library'])
    report([component('Library', 'UNINSTALLED', { version: '' })])
    expect(names()).toEqual(['App'])
  })
})

describe('the nucleus', () => {
  const nucleus = (input?: object): Record<string, unknown>[] =>
    listed(input).filter(({ componentName }) => componentName === 'aws.greengrass.Nucleus')

  it.each(['ROOT', 'ALL'])('is listed among %s components, in the version that the device announces', (filter) => {
    const startMs = bench.clock.nowMs()
    report([component('App', 'RUNNING')])
    bench.runFor(60_000)
    report([])
    expect(nucleus({ topologyFilter: filter })).toEqual([
      {
        componentName: 'aws.greengrass.Nucleus',
        componentVersion: '2.18.0',
        lifecycleState: 'FINISHED',
        lifecycleStateDetails: undefined,
        lifecycleStatusCodes: [],
        isRoot: true,
        lastStatusChangeTimestamp: new Date(startMs),
        lastReportedTimestamp: new Date(startMs + 60_000),
        lastInstallationSource: undefined,
      },
    ])
    report([], { ggcVersion: '2.19.0' })
    expect(nucleus()).toMatchObject([
      { componentVersion: '2.19.0', lastStatusChangeTimestamp: new Date(startMs + 60_000) },
    ])
  })

  it('is listed once where a device reports it, and not where the device tells no version', () => {
    report([component('aws.greengrass.Nucleus', 'RUNNING')])
    expect(nucleus()).toMatchObject([{ componentVersion: '1.0.0', lifecycleState: 'RUNNING' }])
    report([], { messageType: 'COMPLETE', ggcVersion: undefined })
    expect(listed()).toEqual([])
  })
})

describe('ListCoreDevices', () => {
  it('filters by status and by runtime', () => {
    report([], { overallDeviceStatus: 'UNHEALTHY' })
    report([], {}, 'thing-1')
    expect(cores()).toEqual(['thing-0', 'thing-1'])
    expect(cores({ status: 'UNHEALTHY' })).toEqual(['thing-0'])
    expect(cores({ runtime: 'aws_nucleus_lite' })).toEqual([])
    expect(() => cores({ status: 'SICK' })).toThrow('status')
  })

  it('by group returns those that applied a deployment of it, even after they left', () => {
    const { greengrass } = bench.cloud
    greengrass.installHistory({ components: [{ name: 'App', version: '1.0.0' }], deployments: [] })
    const { iotJobId } = gg('CreateDeployment', {
      targetArn: GROUP,
      components: { App: { componentVersion: '1.0.0' } },
    })
    for (const thing of ['thing-0', 'thing-1']) report([component('App', 'RUNNING')], {}, thing)
    expect(cores({ thingGroupArn: GROUP })).toEqual([])
    bench.send('thing-0', `jobs/${iotJobId}/namespace-aws-gg-deployment/update`, { status: 'SUCCEEDED' })
    bench.call('iot', 'RemoveThingFromThingGroup', { thingGroupName: 'canary', thingName: 'thing-0' })
    expect(cores({ thingGroupArn: GROUP })).toEqual(['thing-0'])
  })
})

describe('fleet status', () => {
  it('that is malformed, or of an unknown thing, changes nothing', () => {
    report([], {}, 'stranger')
    bench.send('thing-0', 'greengrassv2/health/json', { components: 'none' })
    bench.send('thing-0', 'greengrassv2/health/json', undefined)
    expect(cores()).toEqual([])
  })

  it('becomes an event for failing components, and for all at the end of a deployment', () => {
    bench.call('events', 'PutRule', { Name: 'r', EventPattern: '{"source":["aws.greengrass"]}' })
    bench.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: 'arn:aws:lambda:x:1:function:f' }] })
    const healthy = component('Health', 'RUNNING')
    const details = { statusCodes: ['RUN_ERROR'], statusReason: 'exited with code 1' }
    report([healthy])
    report([component('App', 'ERRORED', { componentStatusDetails: details }), healthy])
    bench.runFor(5_000)
    report([component('App', 'RUNNING'), healthy], { deploymentInformation: { status: 'SUCCEEDED' } })
    bench.runFor(5_000)
    expect(bench.invoked.map(({ event }) => event.detail)).toEqual([
      {
        components: [
          {
            componentName: 'App',
            componentVersion: '1.0.0',
            root: true,
            lifecycleState: 'ERRORED',
            lifecycleStatusCodes: ['RUN_ERROR'],
            lifecycleStateDetails: 'exited with code 1',
          },
        ],
      },
      {
        components: [
          expect.objectContaining({ componentName: 'App' }),
          expect.objectContaining({ componentName: 'Health' }),
        ],
      },
    ])
  })
})

it('forgets a deleted core device until it reports again, and keeps the thing', () => {
  report([])
  gg('DeleteCoreDevice', { coreDeviceThingName: 'thing-0' })
  expect(() => gg('GetCoreDevice', { coreDeviceThingName: 'thing-0' })).toThrow('not found')
  report([])
  expect(gg('GetCoreDevice', { coreDeviceThingName: 'thing-0' })).toMatchObject({ status: 'HEALTHY', tags: {} })
})
