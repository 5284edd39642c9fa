import type { ComponentRuntime, ScriptRun } from '../../../sim/device/component-runtime.ts'
import { DeploymentFaults } from '../../../sim/device/deployment-faults.ts'
import { DeviceFaults } from '../../../sim/device/device-faults.ts'
import { Nucleus } from '../../../sim/device/nucleus.ts'
import type { DeviceView } from '../../../sim/faults/families/process-fault.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import type { DataPlane, DeviceLink, DeviceLinkEvents } from '../../../sim/kernel/link.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'

export const START_MS = Date.parse('2026-03-02T13:00:00Z')

/** A device without any history. */
export const NOWHERE: DeviceView = {
  hasRun: () => false,
  hasComponent: () => false,
  peerRuns: () => false,
  freeMemoryShare: () => 1,
}

const noFaults = (trace: Trace): DeploymentFaults =>
  new DeploymentFaults(new DeviceFaults('core', [], trace, NOWHERE), 'App', () => undefined)

/** A link that delivers at once, and records what the device sent. */
export class FakeLink implements DeviceLink {
  readonly sent: { topic: string; payload: Record<string, unknown>; qos: number }[] = []
  readonly filters = new Set<string>()
  readonly events: DeviceLinkEvents
  constructor(events: DeviceLinkEvents) {
    this.events = events
  }
  connect(): void {
    this.events.onConnected()
  }
  disconnect(): void {
    this.filters.clear()
    this.events.onDisconnected()
  }
  publish(topic: string, payload: object, qos: 0 | 1): void {
    this.sent.push({ topic, payload: payload as Record<string, unknown>, qos })
  }
  subscribe(filters: readonly string[], onGranted: () => void): void {
    for (const filter of filters) this.filters.add(filter)
    onGranted()
  }
  unsubscribe(filters: readonly string[]): void {
    for (const filter of filters) this.filters.delete(filter)
  }
}

/** A component with scripts that the test controls. */
export class FakeRuntime implements ComponentRuntime {
  readonly runs: string[] = []
  exit: ((exitCode: number, reason: string) => void) | null = null
  failing: Partial<Record<'install' | 'startup', readonly string[]>> = {}
  install = (version: string): ScriptRun => this.#run('install', version, 50_000)
  startup = (version: string): ScriptRun => this.#run('startup', version, 30_000)
  shutdown = (version: string): ScriptRun => this.#run('shutdown', version, 7_000)
  running(version: string, onExit: (exitCode: number, reason: string) => void): void {
    this.runs.push(`running ${version}`)
    this.exit = onExit
  }
  stopped(): void {
    this.runs.push('stopped')
    this.exit = null
  }
  #run(script: 'install' | 'startup' | 'shutdown', version: string, durationMs: number): ScriptRun {
    this.runs.push(`${script} ${version}`)
    const fails = script !== 'shutdown' && this.failing[script]?.includes(version)
    return { durationMs, exitCode: fails ? 1 : 0 }
  }
}

/** One core device with App 1.0.0 installed from group canary, with the test in place of the cloud. */
export class DeviceBench {
  readonly clock = new VirtualClock(START_MS)
  readonly trace = new Trace(this.clock)
  readonly app = new FakeRuntime()
  readonly other = new FakeRuntime()
  readonly missing = new Set<string>()
  groups: readonly string[] = ['canary']
  readonly nucleus: Nucleus
  link!: FakeLink
  #jobs = 0

  constructor(seed = 1) {
    const root = new Seed(seed)
    const dataPlane: DataPlane = {
      thingGroupsForCoreDevice: () => this.groups,
      resolveComponentCandidates: (wanted) => ({
        missing: [...wanted].map(([name, version]) => `${name} ${version}`).filter((one) => this.missing.has(one)),
      }),
    }
    this.nucleus = new Nucleus({
      thing: 'core',
      clock: this.clock,
      trace: this.trace,
      link: (events) => {
        this.link = new FakeLink(events)
        return this.link
      },
      dataPlane,
      stream: (label) => root.stream(label),
      runtimes: { App: this.app, Other: this.other },
      faults: noFaults(this.trace),
      clockOffsetMs: () => 0,
    })
    this.nucleus.assumeInstalled('thinggroup/canary', { App: '1.0.0', Other: '5.0.0' }, START_MS)
    this.app.runs.length = 0
  }

  /** A job document for the group, newer than what is installed. */
  document(version: string, over: object = {}): Record<string, unknown> {
    this.#jobs += 1
    return {
      deploymentId: `d${this.#jobs}`,
      configurationArn: `arn:aws:greengrass:r:1:configuration:thinggroup/canary:${this.#jobs + 1}`,
      creationTimestamp: START_MS + this.#jobs,
      components: { App: { version }, Other: { version: '5.0.0' } },
      failureHandlingPolicy: 'ROLLBACK',
      ...over,
    }
  }

  /** Notifies a queued job and answers the get that follows. */
  offer(document: Record<string, unknown>, jobId: string, queuedAt = Math.floor(this.clock.nowMs() / 1000)): void {
    const base = '$aws/things/core/jobs'
    this.link.events.onMessage(`${base}/notify-namespace-aws-gg-deployment`, { jobs: { QUEUED: [{ jobId }] } })
    this.link.events.onMessage(`${base}/$next/namespace-aws-gg-deployment/get/accepted`, {
      execution: { jobId, queuedAt, jobDocument: document },
    })
  }

  notifyEmpty(): void {
    this.link.events.onMessage('$aws/things/core/jobs/notify-namespace-aws-gg-deployment', { jobs: {} })
  }

  /** Lets time pass; the cloud accepts every report at once. */
  runFor(durationMs: number): void {
    const untilMs = this.clock.nowMs() + durationMs
    this.clock.at(untilMs, () => undefined)
    while ((this.clock.nextAtMs() ?? Number.POSITIVE_INFINITY) <= untilMs) {
      this.clock.advance()
      this.acceptReports()
    }
  }

  #accepted = 0
  /** Loses the answers to everything sent so far. */
  skipAnswers(): void {
    this.#accepted = this.link.sent.length
  }

  acceptReports(): void {
    for (; this.#accepted < this.link.sent.length; this.#accepted++) {
      const { topic } = this.link.sent[this.#accepted] as { topic: string }
      if (topic.endsWith('-deployment/update')) this.link.events.onMessage(`${topic}/accepted`, {})
    }
  }

  /** Statuses reported to IoT Jobs, `jobId STATUS`. */
  reports(): string[] {
    return this.link.sent
      .filter(({ topic }) => topic.endsWith('-deployment/update'))
      .map(({ payload }) => `${payload.jobId} ${payload.status}`)
  }

  lastReport(): Record<string, unknown> {
    return this.link.sent.filter(({ topic }) => topic.endsWith('-deployment/update')).at(-1)?.payload ?? {}
  }

  fleetStatus(): Record<string, unknown>[] {
    return this.link.sent
      .filter(({ topic }) => topic.endsWith('greengrassv2/health/json'))
      .map(({ payload }) => payload)
  }

  records(kind: TraceRecord['kind']): TraceRecord[] {
    this.trace.flush()
    return this.trace.records.filter((record) => record.kind === kind)
  }
}
