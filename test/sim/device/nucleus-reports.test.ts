import { beforeEach, describe, expect, it } from 'vitest'
import { CloudBench } from '../cloud/fixtures.ts'
import { DeviceBench } from './fixtures.ts'

const MINUTE_MS = 60_000
const SHADOW = '$aws/things/core/shadow/name/AWSManagedGreengrassV2Deployment'
let bench: DeviceBench

beforeEach(() => {
  bench = new DeviceBench()
  bench.nucleus.start()
})

interface Message {
  readonly trigger: string
  readonly overallDeviceStatus: string
  readonly components: readonly { componentName: string; status: string; fleetConfigArns: readonly string[] }[]
  readonly deploymentInformation?: { readonly status: string }
}
const fleetStatus = (): Message[] => bench.fleetStatus() as unknown as Message[]
const errorStack = (): string =>
  (bench.lastReport().statusDetails as Record<string, string>)['deployment-error-stack'] as string

/** A desired state for this thing alone. */
const desired = (version: string, revision: number, shadowVersion: number) => ({
  version: shadowVersion,
  state: {
    desired: {
      fleetConfig: JSON.stringify({
        ...bench.document(version, { components: { App: { version } } }),
        configurationArn: `arn:aws:greengrass:r:1:configuration:thing/core:${revision}`,
      }),
      desiredStatus: 'SUCCEEDED',
    },
  },
})
interface Reported {
  readonly fleetConfigurationArnForStatus: string
  readonly status: string
}
const lastReported = (): Reported => reportedStates().at(-1) as Reported
const reportedStates = (): Reported[] =>
  bench.link.sent
    .filter(({ topic }) => topic === `${SHADOW}/update`)
    .map(({ payload }) => (payload.state as { reported: Reported }).reported)
const reports = (): string[] =>
  reportedStates().map((one) => `${one.fleetConfigurationArnForStatus.split(':').at(-1)} ${one.status}`)

describe('a document of the wrong shape', () => {
  it.each([
    { components: { App: null } },
    { components: { App: {} } },
    { components: ['App'] },
    { requiredCapabilities: 'FLYING' },
  ])('%j is a named failure', (over) => {
    bench.offer(bench.document('2.0.0', over), 'j1')
    bench.runFor(MINUTE_MS)
    expect(bench.lastReport()).toMatchObject({ status: 'FAILED' })
    expect(errorStack()).toContain('DEPLOYMENT_DOCUMENT_PARSE_ERROR')
  })

  it('is ignored if it is a desired state that is not JSON', () => {
    const state = { desired: { fleetConfig: '{', desiredStatus: 'SUCCEEDED' } }
    bench.link.events.onMessage(`${SHADOW}/update/accepted`, { version: 2, state })
    bench.runFor(MINUTE_MS)
    expect(reports()).toEqual([])
  })
})

describe('a job cancelled or followed by another while it waits in the queue', () => {
  it('is processed all the same, because only a running one is cancelled', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.notifyEmpty()
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED'])
  })

  it('runs before the one that follows', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.offer(bench.document('1.0.0'), 'j2')
    bench.runFor(15 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 SUCCEEDED', 'j2 IN_PROGRESS', 'j2 SUCCEEDED'])
  })
})

describe('an answer that never comes', () => {
  it('is waited for 30 s; the next report sends the unanswered one again, in order', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    runUnanswered(MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS'])
    bench.skipAnswers()
    bench.runFor(10 * MINUTE_MS)
    expect(bench.reports()).toEqual(['j1 IN_PROGRESS', 'j1 IN_PROGRESS', 'j1 SUCCEEDED'])
  })

  function runUnanswered(durationMs: number): void {
    const untilMs = bench.clock.nowMs() + durationMs
    bench.clock.at(untilMs, () => undefined)
    while ((bench.clock.nextAtMs() ?? Number.POSITIVE_INFINITY) <= untilMs) bench.clock.advance()
  }
})

describe('the deployment shadow', () => {
  beforeEach(() => {
    bench.groups = []
    bench.link.events.onMessage(`${SHADOW}/update/accepted`, desired('3.0.0', 3, 3))
  })

  it('gets CANCELED for the superseded deployment, not for the one that supersedes it', () => {
    bench.runFor(20_000)
    bench.link.events.onMessage(`${SHADOW}/update/accepted`, desired('4.0.0', 4, 4))
    bench.runFor(10 * MINUTE_MS)
    expect(reports()).toEqual(['3 IN_PROGRESS', '3 CANCELED', '4 IN_PROGRESS', '4 SUCCEEDED'])
  })

  it('gets nothing at a reconnect that it already has', () => {
    bench.runFor(10 * MINUTE_MS)
    bench.nucleus.goOffline()
    bench.nucleus.goOnline()
    const { state } = desired('3.0.0', 3, 3)
    const whole = { version: 6, state: { ...state, reported: lastReported() } }
    bench.link.events.onMessage(`${SHADOW}/get/accepted`, whole)
    expect(reports()).toEqual(['3 IN_PROGRESS', '3 SUCCEEDED'])
  })

  it('gets at a reconnect what it missed', () => {
    bench.runFor(20_000)
    const missed = lastReported()
    bench.nucleus.goOffline()
    bench.runFor(10 * MINUTE_MS)
    bench.nucleus.goOnline()
    const { state } = desired('3.0.0', 3, 3)
    bench.link.events.onMessage(`${SHADOW}/get/accepted`, { version: 6, state: { ...state, reported: missed } })
    expect(reports()).toEqual(['3 IN_PROGRESS', '3 SUCCEEDED'])
  })
})

describe('fleet status', () => {
  it('reports a rejected deployment', () => {
    bench.offer(bench.document('2.0.0', { creationTimestamp: 5 }), 'j1')
    bench.runFor(MINUTE_MS)
    expect(fleetStatus().at(-1)?.deploymentInformation).toMatchObject({ status: 'REJECTED' })
  })

  it('names the configuration that requires a component', () => {
    bench.offer(bench.document('2.0.0'), 'j1')
    bench.runFor(10 * MINUTE_MS)
    const arn = 'arn:aws:greengrass:r:1:configuration:thinggroup/canary:2'
    expect(fleetStatus().at(-1)?.components[0]?.fleetConfigArns).toEqual([arn])
  })

  it('removes a removed component from the cloud’s list', () => {
    const cloud = new CloudBench()
    cloud.call('iot', 'CreateThing', { thingName: 'core' })
    bench.offer(bench.document('1.0.0', { components: { App: { version: '1.0.0' } } }), 'j1')
    bench.runFor(10 * MINUTE_MS)
    for (const message of fleetStatus()) cloud.send('core', 'greengrassv2/health/json', message)
    const { installedComponents } = cloud.call('greengrass', 'ListInstalledComponents', { coreDeviceThingName: 'core' })
    expect(installedComponents).toMatchObject([{ componentName: 'App' }, { componentName: 'aws.greengrass.Nucleus' }])
  })

  it('reports at the reconnect a component that broke while offline', () => {
    bench.nucleus.goOffline()
    for (let i = 0; i < 3; i++) {
      bench.app.exit?.(1, 'crash')
      bench.runFor(2 * MINUTE_MS)
    }
    bench.nucleus.goOnline()
    expect(fleetStatus().at(-1)).toMatchObject({
      trigger: 'RECONNECT',
      overallDeviceStatus: 'UNHEALTHY',
      components: [{ componentName: 'App', status: 'BROKEN' }],
    })
  })
})
