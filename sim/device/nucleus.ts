import type { ComponentState } from '../../controller/contract.ts'
import type { Outage } from '../faults/families/fault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DataPlane, DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { Stream } from '../kernel/random.ts'
import type { Trace, TraceRef } from '../kernel/trace.ts'
import type { ComponentRuntime } from './component-runtime.ts'
import type { ComponentService } from './component-service.ts'
import { ComponentSet, type ComponentVersions } from './component-set.ts'
import { type DeviceDeployment, parseDeployment } from './deployment-document.ts'
import type { DeploymentFaults } from './deployment-faults.ts'
import { type DeploymentResult, failedUnchanged, jobStatusDetails, REJECTED_STALE } from './deployment-result.ts'
import { DeploymentTask } from './deployment-task.ts'
import { FleetStatus } from './fleet-status.ts'
import { JobsClient, jobFilters, type NextJob } from './jobs-client.ts'
import { deploymentFilters, ShadowDeployments } from './shadow-deployments.ts'
import { TIMINGS } from './timings.ts'

export interface NucleusOptions {
  readonly thing: string
  readonly clock: Clock
  readonly trace: Trace
  readonly link: (events: DeviceLinkEvents) => DeviceLink
  readonly dataPlane: DataPlane
  readonly stream: (label: string) => Stream
  readonly runtimes: Readonly<Record<string, ComponentRuntime>>
  readonly faults: DeploymentFaults
  /** How far the device's clock is ahead of the true time. */
  readonly clockOffsetMs: () => number
}

/** A deployment waiting for its turn, and how to report on it. */
type Queued = { readonly source: 'IOT_JOBS' | 'SHADOW'; readonly key: string } & (
  | { readonly deployment: DeviceDeployment }
  | { readonly refused: DeploymentResult; readonly deploymentId: string }
)

/** What the device took last for one target. */
interface Applied {
  readonly createdAtMs: number
  readonly components: ComponentVersions
  /** Null for what was there before the rehearsal. */
  readonly configurationArn: string | null
}

/**
 * The Greengrass nucleus of one core device: takes deployments from IoT Jobs and from its deployment shadow, one at a
 * time and in order, and reports what came of them. [nucleus: DeploymentService]
 */
export class Nucleus implements DeviceLinkEvents {
  readonly #thing: string
  readonly #source: string
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #link: DeviceLink
  readonly #dataPlane: DataPlane
  readonly #stream: (label: string) => Stream
  readonly #components: ComponentSet
  readonly #jobs: JobsClient
  readonly #shadow: ShadowDeployments
  readonly #status: FleetStatus
  readonly #faults: DeploymentFaults
  readonly #pollPhaseMs: number
  readonly #queue: Queued[] = []
  #applied = new Map<string, Applied>()
  /** All that a boot loader would go back to: what there was before the last deployment that changed anything. */
  #previous: { readonly applied: Map<string, Applied>; readonly components: ComponentVersions } | null = null
  readonly #artifacts = new Set<string>()
  #current: { readonly queued: Queued; readonly task: DeploymentTask; readonly cause: TraceRef } | null = null
  #pollScheduled = false
  #online = false
  #launched = false
  /** The network to the device is cut, or the device has no power: either way there is no connection. */
  #isCut = false
  #isDown = false

  constructor(options: NucleusOptions) {
    this.#thing = options.thing
    this.#source = `core/${options.thing}`
    this.#clock = options.clock
    this.#trace = options.trace
    this.#dataPlane = options.dataPlane
    this.#faults = options.faults
    this.#stream = (label) => options.stream(`core/${options.thing}/${label}`)
    this.#pollPhaseMs = Math.floor(this.#stream('poll-phase').between(0, TIMINGS.pollPeriodMs))
    this.#components = new ComponentSet(options.runtimes, options.clock, (service) => this.#componentChanged(service))
    this.#link = options.link(this)
    this.#jobs = new JobsClient(options.thing, options.clock, this.#link, {
      onJob: (job) => this.#jobArrived(job),
      onNothingPending: () => this.#cancelJobs(),
    })
    this.#shadow = new ShadowDeployments(options.thing, this.#link, {
      onDeployment: (document, arn) => this.#shadowArrived(document, arn),
      onCancel: () => this.#cancelShadow(),
    })
    this.#status = new FleetStatus({
      thing: options.thing,
      clock: options.clock,
      stream: this.#stream('fleet-status'),
      deviceNowMs: () => options.clock.nowMs() + options.clockOffsetMs(),
      services: () => this.#components.services(),
      configurationArns: (component) => this.#configurationArns(component),
      publish: (topic, payload, qos) => this.publish(topic, payload, qos),
    })
  }

  /** The device as it was before the rehearsal: these versions RUNNING, taken from this target at this time. */
  assumeInstalled(target: string, components: ComponentVersions, createdAtMs: number): void {
    this.#applied.set(target, { components, createdAtMs, configurationArn: null })
    for (const [name, version] of Object.entries(components)) this.#artifacts.add(`${name} ${version}`)
    this.#components.assumeRunning(components)
  }

  start(): void {
    this.#link.connect()
  }

  goOffline(): void {
    this.#isCut = true
    this.#link.disconnect()
  }

  goOnline(): void {
    this.#isCut = false
    if (!this.#isDown) this.#link.connect()
  }

  /**
   * Everything on the device ends at once. When it comes back, the nucleus launches what its configuration names, and
   * asks for the job that it was working on. [nucleus: process stops mid-way]
   */
  lose({ downMs, boots }: Outage): void {
    if (this.#isDown) return
    this.#isDown = true
    this.#link.disconnect()
    this.#current?.task.abandon()
    this.#current = null
    this.#queue.length = 0
    this.#status.stopped()
    this.#components.kill()
    if (Number.isFinite(downMs)) this.#clock.after(downMs, () => this.#launch(boots))
  }

  #launch(boots: Outage['boots']): void {
    this.#isDown = false
    this.#launched = false
    this.#jobs.restarted()
    this.#shadow.restarted()
    const back = boots === 'previous' ? this.#previous : null
    if (back !== null) this.#applied = new Map(back.applied)
    this.#components.launch(back?.components ?? this.#components.versions())
    if (!this.#isCut) this.#link.connect()
  }

  componentState(name: string): { readonly version: string; readonly state: ComponentState } | undefined {
    return this.#components.state(name)
  }

  /** Publishes for a component of this device; false while offline, when the message is not sent. */
  publish(topic: string, payload: object, qos: 0 | 1): boolean {
    if (this.#online) this.#link.publish(topic, payload, qos)
    return this.#online
  }

  get online(): boolean {
    return this.#online
  }

  onConnected(): void {
    this.#online = true
    this.#trace.record(this.#source, { kind: 'device-connected', thing: this.#thing })
    this.#link.subscribe([...jobFilters(this.#thing), ...deploymentFilters(this.#thing)], () => {
      this.#jobs.subscribed()
      this.#shadow.subscribed()
      if (this.#launched) this.#status.reconnected()
      else this.#status.launch()
      this.#launched = true
    })
  }

  onDisconnected(): void {
    if (!this.#online) return
    this.#online = false
    this.#trace.record(this.#source, { kind: 'device-disconnected', thing: this.#thing })
    this.#jobs.disconnected()
    this.#shadow.disconnected()
    this.#status.disconnected()
  }

  onMessage(topic: string, payload: unknown): void {
    this.#jobs.handle(topic, payload)
    this.#shadow.handle(topic, payload)
  }

  #jobArrived({ jobId, document }: NextJob): void {
    this.#cancelJobs() // a genuinely new job first cancels one still running [nucleus: IotJobsHelper]
    this.#enqueue('IOT_JOBS', jobId, document)
  }

  #shadowArrived(document: unknown, configurationArn: string): void {
    this.#cancelShadow()
    this.#enqueue('SHADOW', configurationArn, document)
  }

  #enqueue(source: Queued['source'], key: string, document: unknown): void {
    const parsed = parseDeployment(document)
    if ('reason' in parsed) {
      const refused = failedUnchanged(parsed.code, 'REQUEST_ERROR', parsed.reason)
      this.#queue.push({ source, key, refused, deploymentId: key })
    } else this.#queue.push({ source, key, deployment: parsed })
    this.#schedulePoll()
  }

  /** Only what runs, and only with nothing waiting: what waits is taken up all the same. [nucleus: IotJobsHelper] */
  #cancelJobs(): void {
    if (this.#queue.length === 0 && this.#current?.queued.source === 'IOT_JOBS') this.#cancelCurrent()
  }

  /** All shadow deployments share one place in the queue. [nucleus: DeploymentQueue] */
  #cancelShadow(): void {
    const waiting = this.#queue.findIndex(({ source }) => source === 'SHADOW')
    if (waiting >= 0) this.#queue.splice(waiting, 1)
    const running = this.#current?.queued
    if (running?.source === 'SHADOW' && this.#cancelCurrent()) this.#shadow.report(running.key, 'CANCELED')
  }

  #cancelCurrent(): boolean {
    if (!this.#current?.task.cancel()) return false
    this.#current = null
    this.#schedulePoll()
    return true
  }

  /** The queue is looked at every 15 s at the device's own phase; the timer exists only while something waits. */
  #schedulePoll(): void {
    if (this.#pollScheduled || this.#queue.length === 0 || this.#current !== null) return
    this.#pollScheduled = true
    const period = TIMINGS.pollPeriodMs
    const sincePollMs = (this.#clock.nowMs() - this.#pollPhaseMs) % period
    this.#clock.after(period - sincePollMs, () => {
      this.#pollScheduled = false
      this.#poll()
    })
  }

  #poll(): void {
    if (this.#current !== null) return
    const queued = this.#queue.shift()
    if (queued === undefined) return
    if ('refused' in queued) return this.#refuse(queued, queued.deploymentId, '', queued.refused)
    const { deployment } = queued
    // Equal creation times are accepted. [nucleus: stale check]
    const isStale = deployment.createdAtMs < (this.#applied.get(deployment.target)?.createdAtMs ?? 0)
    if (isStale || this.#faults.rejects(deployment.components))
      return this.#refuse(queued, deployment.id, deployment.configurationArn, REJECTED_STALE)
    this.#run(queued, deployment)
  }

  #run(queued: Queued, deployment: DeviceDeployment): void {
    const cause = this.#trace.record(this.#source, {
      kind: 'deployment-received',
      thing: this.#thing,
      deploymentId: deployment.id,
    })
    if (queued.source === 'IOT_JOBS') this.#jobs.report(queued.key, 'IN_PROGRESS', {})
    else this.#shadow.report(queued.key, 'IN_PROGRESS')
    this.#status.deploymentStarted()
    const before = { applied: new Map(this.#applied), components: this.#components.versions() }
    const task = new DeploymentTask(
      deployment,
      {
        thing: this.#thing,
        clock: this.#clock,
        dataPlane: this.#dataPlane,
        components: this.#components,
        stream: this.#stream,
        otherTargets: this.#otherTargets(deployment.target),
        artifacts: this.#artifacts,
        faults: this.#faults,
      },
      (result) => {
        if (result.status === 'SUCCEEDED' && !isSame(before.components, this.#components.versions())) {
          this.#previous = before
        }
        this.#ended(queued, deployment, result, cause)
      },
    )
    this.#current = { queued, task, cause }
    task.start()
  }

  /** What the device's other targets want, as long as it still belongs to them. [nucleus: ThingGroupHelper] */
  #otherTargets(target: string): ComponentVersions {
    const groups = this.#dataPlane.thingGroupsForCoreDevice(this.#thing).map((group) => `thinggroup/${group}`)
    const own = [`thing/${this.#thing}`, ...groups].filter((one) => one !== target)
    return Object.assign({}, ...own.map((one) => this.#applied.get(one)?.components ?? {})) as ComponentVersions
  }

  #ended(queued: Queued, deployment: DeviceDeployment, result: DeploymentResult, cause: TraceRef): void {
    this.#current = null
    if (result.status === 'SUCCEEDED') {
      const { target, createdAtMs, components, configurationArn } = deployment
      this.#applied.set(target, { createdAtMs, components, configurationArn })
    }
    this.#finish(queued, deployment.id, result, cause)
    this.#tellFleetStatus(queued, deployment.id, deployment.configurationArn, result)
    this.#schedulePoll()
  }

  /** Fleet status tells every end of a deployment, a refusal too. [nucleus: FleetStatusService] */
  #refuse(queued: Queued, deploymentId: string, configurationArn: string, result: DeploymentResult): void {
    this.#finish(queued, deploymentId, result)
    this.#tellFleetStatus(queued, deploymentId, configurationArn, result)
    this.#schedulePoll()
  }

  #tellFleetStatus(queued: Queued, id: string, configurationArn: string, result: DeploymentResult): void {
    const trigger = queued.source === 'IOT_JOBS' ? 'THING_GROUP_DEPLOYMENT' : 'THING_DEPLOYMENT'
    this.#status.deploymentEnded({ id, configurationArn, result, trigger })
  }

  /** Of the targets that require the component. */
  #configurationArns(component: string): string[] {
    return [...this.#applied.values()].flatMap(({ components, configurationArn: arn }) =>
      component in components && arn !== null ? [arn] : [],
    )
  }

  #finish(queued: Queued, deploymentId: string, result: DeploymentResult, cause?: TraceRef): void {
    const { status, detailedStatus } = result
    const thing = this.#thing
    this.#trace.record(
      this.#source,
      { kind: 'deployment-finished', thing, deploymentId, status, detailedStatus },
      cause,
    )
    if (queued.source === 'IOT_JOBS') this.#jobs.report(queued.key, status, jobStatusDetails(result))
    else this.#shadow.report(queued.key, result)
  }

  #componentChanged(service: ComponentService): void {
    const { name: component, version, state } = service
    const event = { kind: 'component-state', thing: this.#thing, component, version, state } as const
    this.#trace.record(this.#source, event, this.#current?.cause)
    this.#status.componentChanged(service)
  }
}

const isSame = (one: ComponentVersions, other: ComponentVersions): boolean =>
  Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((name) => one[name] === other[name])
