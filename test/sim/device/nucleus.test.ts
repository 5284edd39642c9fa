import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { DeviceBench, START_MS } from './fixtures.ts'

let bench: DeviceBench
const MINUTE_MS = 60_000

beforeEach(() => {
  bench = new DeviceBench()
  bench.nucleus.start()
})

const states = (): string[] =>
  bench
    .records('component-state')
    .map((record) => (record.kind === 'component-state' ? `${record.version} ${record.state}` : ''))

describe('at its start', () => {
  it('subscribes to the namespaced topics and asks for the next job', () => {
    expect([...bench.link.filters]).toContain('$aws/things/core/jobs/notify-namespace-aws-gg-deployment')
    expect(bench.link.filters.size).toBeLessThanOrEqual(8)
    expect(bench.link.sent[0]).toMatchObject({
      topic: '$aws/things/core/jobs/$next/namespace-aws-gg-deployment/get',
      payload: { thingName: 'core', jobId: '$next', includeJobDocument: true },
      qos: 1,
    })
  })

  it('reports its fleet status once, with every component', () => {
    expect(bench.fleetStatus()).toMatchObject([
      { trigger: 'NUCLEUS_LAUNCH', messageType: 'COMPLETE', sequenceNumber: 1, overallDeviceStatus: 'HEALTHY' },
    ])
  })
})

describe('an update', () => {
  it('stops the old version, installs and starts the new one, and keeps other components running', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.app.runs).toEqual(['shutdown 1.0.0', 'stopped', 'install 2.0.0', 'startup 2.0.0', 'running 2.0.0'])
    expect(bench.other.runs).toEqual(['running 5.0.0'])
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED'])
    expect(bench.lastReport().statusDetails).toEqual({ 'detailed-deployment-status': 'SUCCESSFUL' })
    expect(bench.fleetStatus().at(-1)).toMatchObject({
      trigger: 'THING_GROUP_DEPLOYMENT',
      deploymentInformation: { status: 'SUCCEEDED', deploymentId: 'd1' },
    })
    expect(states()).toEqual([
      '1.0.0 STOPPING',
      '1.0.0 FINISHED',
      '2.0.0 NEW',
      '2.0.0 INSTALLED',
      '2.0.0 STARTING',
      '2.0.0 RUNNING',
    ])
  })

  it.each(['constructor', '__proto__'])('to a component %s, for which the device has no runtime, fails', (name) => {
    bench.offer(bench.document('2.0.0', { components: JSON.parse(`{"${name}":{"version":"1.0.0"}}`) }), 'j1')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 FAILED'])
    expect(bench.lastReport().statusDetails).toMatchObject({
      'deployment-failure-cause': `no available version of ${name}`,
    })
  })

  it('takes components of AWS as installed, in versions that exist, and for other targets too', () => {
    const Nucleus = { 'aws.greengrass.Nucleus': { version: '2.18.0' } }
    const components = { App: { version: '2.0.0' }, Other: { version: '5.0.0' }, ...Nucleus }
    bench.offer(bench.document('2.0.0', { components }), 'j1')
    bench.runFor(10 * MINUTE_MS)
    const toThing = {
      configurationArn: 'arn:aws:greengrass:r:1:configuration:thing/core:1',
      components: { App: { version: '2.0.0' } },
    }
    bench.offer(bench.document('2.0.0', toThing), 'j2')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.app.runs).toEqual(['shutdown 1.0.0', 'stopped', 'install 2.0.0', 'startup 2.0.0', 'running 2.0.0'])
    expect(bench.other.runs).toEqual(['running 5.0.0'])
    bench.missing.add('aws.greengrass.Nucleus 2.18.0')
    bench.offer(bench.document('2.0.0', { components: Nucleus }), 'j3')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports().filter((one) => !one.endsWith('IN_PROGRESS'))).toEqual([
      'j1 SUCCEEDED',
      'j2 SUCCEEDED',
      'j3 FAILED',
    ])
    expect(JSON.stringify(bench.fleetStatus().map(({ components }) => components))).not.toContain(
      'aws.greengrass.Nucleus',
    )
  })

  it('unsubscribes from the answers of each report', () => {
    const before = bench.link.filters.size
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.link.filters.size).toBe(before)
  })

  it('removes a component that no target requires any more', () => {
    bench.offer(bench.document('1.0.0', { components: { App: { version: '1.0.0' } } }), 'j1')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.nucleus.componentState('Other')).toBeUndefined()
    expect(bench.app.runs).toEqual([])
  })

  it('that was received before is ignored, by queuedAt and job id', () => {
    const document = bench.document('2.0.0')
    bench.offer(document, 'j1', 100)
    bench.runFor(10 * MINUTE_MS)
    bench.offer(document, 'j1', 100)
    bench.offer(bench.document('1.0.0'), 'j0', 99)
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED'])
  })

  it('older by a moment than the one applied for its target is rejected', () => {
    bench.offer(bench.document('2.0.0', { creationTimestamp: START_MS + 2 }), 'j1')
    bench.runFor(10 * MINUTE_MS)
    bench.offer(bench.document('1.0.0', { creationTimestamp: START_MS + 1 }), 'j2')
    bench.runFor(MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED', 'j2 REJECTED'])
  })

  it('older than the one applied for its target is rejected', () => {
    bench.offer(bench.document('2.0.0', { creationTimestamp: 5 }), 'j1')
    bench.runFor(MINUTE_MS)
    expect(bench.lastReport()).toMatchObject({
      status: 'REJECTED',
      statusDetails: { 'deployment-error-stack': '["DEPLOYMENT_REJECTED","REJECTED_STALE_DEPLOYMENT"]' },
    })
  })

  it.each([
    ['a version that does not exist', () => bench.missing.add('App 2.0.0'), {}, 'NO_AVAILABLE_COMPONENT_VERSION'],
    [
      'a component it cannot run',
      () => undefined,
      { components: { Alien: { version: '1' } } },
      'NO_AVAILABLE_COMPONENT_VERSION',
    ],
    [
      'a capability it lacks',
      () => undefined,
      { requiredCapabilities: ['FLYING'] },
      'NUCLEUS_MISSING_REQUIRED_CAPABILITIES',
    ],
    ['a document it cannot read', () => undefined, { components: 7 }, 'DEPLOYMENT_DOCUMENT_PARSE_ERROR'],
  ])('with %s fails and changes nothing', (_, prepare, over, code) => {
    prepare()
    bench.offer(bench.document('2.0.0', over), 'j1')
    bench.runFor(5 * MINUTE_MS)
    expect(bench.lastReport()).toMatchObject({
      status: 'FAILED',
      statusDetails: { 'detailed-deployment-status': 'FAILED_NO_STATE_CHANGE' },
    })
    expect((bench.lastReport().statusDetails as Record<string, string>)['deployment-error-stack']).toContain(code)
    expect(bench.app.runs).toEqual([])
  })

  it('that conflicts with another group the device belongs to fails', () => {
    bench.groups = ['canary', 'line']
    const arn = 'arn:aws:greengrass:r:1:configuration:thinggroup/line:1'
    bench.offer(bench.document('2.0.0', { configurationArn: arn, components: { App: { version: '2.0.0' } } }), 'j1')
    bench.runFor(5 * MINUTE_MS)
    expect((bench.lastReport().statusDetails as Record<string, string>)['deployment-failure-cause']).toBe(
      'App is required as 2.0.0 and as 1.0.0 by another target',
    )
  })
})

describe('a version that cannot start', () => {
  it('is tried three times, is then BROKEN, and the device rolls back by itself', () => {
    bench.app.failing = { startup: ['2.0.0'] }
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(15 * MINUTE_MS)
    expect(states().filter((state) => state === '2.0.0 ERRORED')).toHaveLength(3)
    expect(states()).toContain('2.0.0 BROKEN')
    expect(bench.nucleus.componentState('App')).toMatchObject({ version: '1.0.0', state: 'RUNNING' })
    expect(bench.lastReport()).toMatchObject({
      status: 'FAILED',
      statusDetails: {
        'detailed-deployment-status': 'FAILED_ROLLBACK_COMPLETE',
        'deployment-failure-cause': 'Service App in broken state after deployment',
        'deployment-error-stack': '["DEPLOYMENT_FAILURE","COMPONENT_UPDATE_ERROR","COMPONENT_BROKEN"]',
        'deployment-error-types': '["USER_COMPONENT_ERROR"]',
      },
    })
  })

  it('is not rolled back with the policy DO_NOTHING', () => {
    bench.app.failing = { install: ['2.0.0'] }
    bench.offer(bench.document('2.0.0', { failureHandlingPolicy: 'DO_NOTHING' }), 'j1')
    bench.runFor(15 * MINUTE_MS)
    expect(bench.nucleus.componentState('App')).toMatchObject({ version: '2.0.0', state: 'BROKEN' })
    expect(bench.lastReport().statusDetails).toMatchObject({
      'detailed-deployment-status': 'FAILED_ROLLBACK_NOT_REQUESTED',
    })
    expect(bench.fleetStatus().at(-1)).toMatchObject({ overallDeviceStatus: 'UNHEALTHY' })
  })

  it('and whose predecessor does not start either is reported as unable to roll back', () => {
    bench.app.failing = { startup: ['2.0.0', '1.0.0'] }
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(20 * MINUTE_MS)
    expect(bench.lastReport().statusDetails).toMatchObject({
      'detailed-deployment-status': 'FAILED_UNABLE_TO_ROLLBACK',
    })
  })
})

describe('a process that dies', () => {
  const crash = (): void => bench.app.exit?.(137, 'out of memory')

  it('is restarted, and its error reported at once', () => {
    crash()
    bench.runFor(MINUTE_MS)
    expect(states()).toEqual(['1.0.0 ERRORED', '1.0.0 STOPPING', '1.0.0 INSTALLED', '1.0.0 STARTING', '1.0.0 RUNNING'])
    expect(bench.fleetStatus()[1]).toMatchObject({
      trigger: 'COMPONENT_STATUS_CHANGE',
      components: [{ componentName: 'App', status: 'ERRORED', componentStatusDetails: { statusCodes: ['RUN_ERROR'] } }],
    })
  })

  it('is BROKEN after the third time within an hour, but not if the errors are hours apart', () => {
    for (let i = 0; i < 4; i++) {
      crash()
      bench.runFor(61 * MINUTE_MS)
    }
    expect(states()).not.toContain('1.0.0 BROKEN')
    for (let i = 0; i < 3; i++) {
      crash()
      bench.runFor(2 * MINUTE_MS)
    }
    expect(bench.nucleus.componentState('App')?.state).toBe('BROKEN')
  })
})

describe('a cancelled or superseded deployment', () => {
  it('ends without a report before the merge', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(20_000)
    bench.notifyEmpty()
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS'])
    expect(bench.app.runs).toEqual([])
  })

  it('runs to its end after the merge has begun, and the next one follows', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(4 * MINUTE_MS)
    expect(bench.app.runs).toContain('shutdown 1.0.0')
    bench.offer(bench.document('1.0.0'), 'j2')
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED', 'j2 IN_PROGRESS', 'j2 SUCCEEDED'])
    expect(bench.nucleus.componentState('App')).toMatchObject({ version: '1.0.0', state: 'RUNNING' })
  })
})

describe('a rollback to a kept version', () => {
  // [source: rollback-times]
  it('takes two to three minutes on any device, without a download', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (seed) => {
        const one = new DeviceBench(seed)
        one.nucleus.start()
        one.offer(one.document('2.0.0'), 'j1')
        one.runFor(10 * MINUTE_MS)
        one.offer(one.document('1.0.0'), 'j2')
        const sentMs = one.clock.nowMs()
        one.runFor(10 * MINUTE_MS)
        const received = one.records('deployment-received').at(-1)?.atMs as number
        const finished = one.records('deployment-finished').at(-1)?.atMs as number
        expect(received - sentMs).toBeLessThanOrEqual(15_000)
        expect(finished - received).toBeGreaterThanOrEqual(120_000)
        expect(finished - received).toBeLessThanOrEqual(180_000)
      }),
      { numRuns: 40 },
    )
  })
})

describe('offline', () => {
  it('keeps its reports and sends them in order when it is back', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(MINUTE_MS)
    bench.nucleus.goOffline()
    bench.runFor(20 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS'])
    bench.nucleus.goOnline()
    bench.acceptReports()
    bench.runFor(MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED'])
    const gets = bench.link.sent.filter(({ topic }) => topic.endsWith('$next/namespace-aws-gg-deployment/get'))
    expect(gets.length).toBeGreaterThanOrEqual(2)
    expect(bench.fleetStatus().map(({ trigger }) => trigger)).toContain('THING_GROUP_DEPLOYMENT')
  })

  it('cannot publish', () => {
    bench.nucleus.goOffline()
    expect(bench.nucleus.publish('t', {}, 0)).toBe(false)
  })
})

describe('a deployment to this thing alone', () => {
  const topic = '$aws/things/core/shadow/name/AWSManagedGreengrassV2Deployment'
  const desired = (version: string, status = 'SUCCEEDED') => ({
    version: 3,
    state: {
      desired: {
        fleetConfig: JSON.stringify({
          ...bench.document(version, { components: { App: { version } } }),
          configurationArn: `arn:aws:greengrass:r:1:configuration:thing/core:${version.charAt(0)}`,
        }),
        desiredStatus: status,
      },
    },
  })
  const reported = (): unknown[] =>
    bench.link.sent
      .filter((one) => one.topic === `${topic}/update`)
      .map(({ payload }) => (payload.state as { reported: { status: string } }).reported.status)

  it('arrives by its shadow and is reported there', () => {
    bench.groups = []
    bench.link.events.onMessage(`${topic}/update/accepted`, desired('3.0.0'))
    bench.runFor(10 * MINUTE_MS)
    expect(reported()).toEqual(['IN_PROGRESS', 'SUCCEEDED'])
    expect(bench.nucleus.componentState('App')).toMatchObject({ version: '3.0.0', state: 'RUNNING' })
    expect(bench.reports()).toEqual([])
  })

  it('is applied once, however often the shadow repeats it', () => {
    bench.groups = []
    const message = desired('3.0.0')
    bench.link.events.onMessage(`${topic}/update/accepted`, message)
    bench.link.events.onMessage(`${topic}/get/accepted`, message)
    bench.runFor(10 * MINUTE_MS)
    expect(reported()).toEqual(['IN_PROGRESS', 'SUCCEEDED'])
  })
})
