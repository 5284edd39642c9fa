import type { ComponentState } from '../../controller/contract.ts'
import type { Outage } from '../faults/families/process-fault.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DataPlane, DeviceLink, DeviceLinkEvents } from '../kernel/link.ts'
import type { Stream } from '../kernel/random.ts'
import type { Trace, TraceRef } from '../kernel/trace.ts'
import { AppliedDeployments } from './applied-deployments.ts'
import type { ComponentRuntime } from './component-runtime.ts'
import type { ComponentService } from './component-service.ts'
import { ComponentSet, type ComponentVersions } from './component-set.ts'
import { type DeviceDeployment, parseDeployment } from './deployment-document.ts'
import type { DeploymentFaults } from './deployment-faults.ts'
import { DeploymentQueue, type QueuedDeployment } from './deployment-queue.ts'
import { type DeploymentResult, failedUnchanged, jobStatusDetails, REJECTED_STALE } from './deployment-result.ts'
import { DeploymentTask } from './deployment-task.ts'
import { FleetStatus } from './fleet-status.ts'
import { JobsClient, jobFilters, type NextJob } from './jobs-client.ts'
import { Reconnect } from './reconnect.ts'
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
  /** How far the device's clock is ahead of true time. */
  readonly clockOffsetMs: () => number
}

/**
 * The Greengrass nucleus of one core device: gets deployments from IoT Jobs and from its deployment shadow, processes them
 * one at a time and in order, and reports their results. [source: one-deployment-at-a-time]
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
  readonly #queue: DeploymentQueue
  readonly #applied = new AppliedDeployments()
  readonly #reconnect: Reconnect
  /** Kept on the device, as `name version`. */
  readonly #artifacts = new Set<string>()
  #current: { readonly queued: QueuedDeployment; readonly task: DeploymentTask; readonly cause: TraceRef } | null = null
  #online = false
  #launched = false
  /** During an outage of the link. */
  #isLinkDown = false
  /** While the device has no power. */
  #isDown = false

  constructor(options: NucleusOptions) {
    this.#thing = options.thing
    this.#source = `core/${options.thing}`
    this.#clock = options.clock
    this.#trace = options.trace
    this.#dataPlane = options.dataPlane
    this.#faults = options.faults
    this.#stream = (label) => options.stream(`core/${options.thing}/${label}`)
    const pollPhaseMs = Math.floor(this.#stream('poll-phase').between(0, TIMINGS.pollPeriodMs))
    this.#queue = new DeploymentQueue(options.clock, pollPhaseMs, {
      isBusy: () => this.#current !== null,
      onNext: (next) => this.#process(next),
    })
    this.#components = new ComponentSet(options.runtimes, options.clock, (service) => this.#componentChanged(service))
    this.#link = options.link(this)
    this.#reconnect = new Reconnect(options.clock, () => this.#link.connect())
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
      configurationArns: (component) => this.#applied.configurationArns(component),
      publish: (topic, payload, qos) => this.publish(topic, payload, qos),
    })
  }

  /** The device before the rehearsal: these versions RUNNING, applied for this target at this time. */
  assumeInstalled(target: string, components: ComponentVersions, createdAtMs: number): void {
    this.#applied.assume(target, components, createdAtMs)
    for (const [name, version] of Object.entries(components)) this.#artifacts.add(`${name} ${version}`)
    this.#components.assumeRunning(components)
  }

  /** Connects, unless an outage of the link has begun. */
  start(): void {
    if (!this.#isLinkDown) this.#link.connect()
  }

  /** An outage of the link begins. */
  goOffline(): void {
    this.#isLinkDown = true
    this.#reconnect.cancel()
    this.#link.disconnect()
  }

  /** The outage of the link ends. */
  goOnline(): void {
    this.#isLinkDown = false
    if (!this.#isDown) this.#link.connect()
  }

  /**
   * Everything on the device stops at once. When the device is up again, the nucleus launches the components of its
   * configuration and asks for the job that it was processing. [source: interrupted-deployment]
   */
  lose({ downMs, boots }: Outage): void {
    if (this.#isDown) return
    this.#isDown = true
    this.#reconnect.cancel()
    this.#link.disconnect()
    this.#current?.task.abandon()
    this.#current = null
    this.#queue.clear()
    this.#status.stopped()
    this.#components.kill()
    if (Number.isFinite(downMs)) this.#clock.after(downMs, () => this.#launch(boots))
  }

  #launch(boots: Outage['boots']): void {
    this.#isDown = false
    this.#launched = false
    this.#jobs.restarted()
    this.#shadow.restarted()
    const previous = boots === 'previous' ? this.#applied.fallBack() : null
    this.#components.launch(previous ?? this.#components.versions())
    if (!this.#isLinkDown) this.#link.connect()
  }

  componentState(name: string): { readonly version: string; readonly state: ComponentState } | undefined {
    return this.#components.state(name)
  }

  /** Publishes for a component of this device; false, and nothing is sent, while offline. */
  publish(topic: string, payload: object, qos: 0 | 1): boolean {
    if (this.#online) this.#link.publish(topic, payload, qos)
    return this.#online
  }

  get online(): boolean {
    return this.#online
  }

  onConnected(): void {
    this.#online = true
    this.#reconnect.connected()
    this.#trace.record(this.#source, { kind: 'device-connected', thing: this.#thing })
    this.#link.subscribe([...jobFilters(this.#thing), ...deploymentFilters(this.#thing)], () => {
      this.#jobs.subscribed()
      this.#shadow.subscribed()
      if (this.#launched) this.#status.reconnected()
      else this.#status.launch()
      this.#launched = true
    })
  }

  /** The connection is gone, or could not be made. What neither an outage nor a loss of power explains is made again. */
  onDisconnected(): void {
    if (!this.#isLinkDown && !this.#isDown) this.#reconnect.later()
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
    this.#cancelJobs() // a new job first cancels one still running [source: nucleus-job-cancel]
    this.#enqueue('IOT_JOBS', jobId, document)
  }

  #shadowArrived(document: unknown, configurationArn: string): void {
    this.#cancelShadow()
    this.#enqueue('SHADOW', configurationArn, document)
  }

  #enqueue(source: QueuedDeployment['source'], key: string, document: unknown): void {
    const parsed = parseDeployment(document)
    if ('reason' in parsed) {
      const refused = failedUnchanged(parsed.code, 'REQUEST_ERROR', parsed.reason)
      this.#queue.add({ source, key, refused, deploymentId: key })
    } else this.#queue.add({ source, key, deployment: parsed })
  }

  /** Only a running one, and only with an empty queue: queued ones are processed all the same. [source: nucleus-job-cancel] */
  #cancelJobs(): void {
    if (this.#queue.isEmpty && this.#current?.queued.source === 'IOT_JOBS') this.#cancelCurrent()
  }

  #cancelShadow(): void {
    this.#queue.dropShadow()
    const running = this.#current?.queued
    if (running?.source === 'SHADOW' && this.#cancelCurrent()) this.#shadow.report(running.key, 'CANCELED')
  }

  #cancelCurrent(): boolean {
    if (!this.#current?.task.cancel()) return false
    this.#current = null
    this.#queue.schedulePoll()
    return true
  }

  #process(queued: QueuedDeployment): void {
    if ('refused' in queued) return this.#refuse(queued, queued.deploymentId, '', queued.refused)
    const { deployment } = queued
    if (this.#applied.isStale(deployment) || this.#faults.rejects(deployment.components)) {
      return this.#refuse(queued, deployment.id, deployment.configurationArn, REJECTED_STALE)
    }
    this.#run(queued, deployment)
  }

  #run(queued: QueuedDeployment, deployment: DeviceDeployment): void {
    const cause = this.#trace.record(this.#source, {
      kind: 'deployment-received',
      thing: this.#thing,
      deploymentId: deployment.id,
    })
    if (queued.source === 'IOT_JOBS') this.#jobs.report(queued.key, 'IN_PROGRESS', {})
    else this.#shadow.report(queued.key, 'IN_PROGRESS')
    this.#status.deploymentStarted()
    const before = this.#applied.state(this.#components.versions())
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
        const isChanged = !isSame(before.components, this.#components.versions())
        if (result.status === 'SUCCEEDED' && isChanged) this.#applied.changedFrom(before)
        this.#ended(queued, deployment, result, cause)
      },
    )
    this.#current = { queued, task, cause }
    task.start()
  }

  /** Requirements of the device's other targets, as long as it still belongs to them. [source: targets-together] */
  #otherTargets(target: string): ComponentVersions {
    const groups = this.#dataPlane.thingGroupsForCoreDevice(this.#thing).map((group) => `thinggroup/${group}`)
    return this.#applied.componentsOf([`thing/${this.#thing}`, ...groups].filter((one) => one !== target))
  }

  #ended(queued: QueuedDeployment, deployment: DeviceDeployment, result: DeploymentResult, cause: TraceRef): void {
    this.#current = null
    if (result.status === 'SUCCEEDED') this.#applied.add(deployment)
    this.#finish(queued, deployment.id, result, cause)
    this.#reportToFleetStatus(queued, deployment.id, deployment.configurationArn, result)
    this.#queue.schedulePoll()
  }

  /** Fleet status reports every end of a deployment, also a refusal. [source: fleet-status-end] */
  #refuse(queued: QueuedDeployment, deploymentId: string, configurationArn: string, result: DeploymentResult): void {
    this.#finish(queued, deploymentId, result)
    this.#reportToFleetStatus(queued, deploymentId, configurationArn, result)
    this.#queue.schedulePoll()
  }

  #reportToFleetStatus(queued: QueuedDeployment, id: string, configurationArn: string, result: DeploymentResult): void {
    const trigger = queued.source === 'IOT_JOBS' ? 'THING_GROUP_DEPLOYMENT' : 'THING_DEPLOYMENT'
    this.#status.deploymentEnded({ id, configurationArn, result, trigger })
  }

  #finish(queued: QueuedDeployment, deploymentId: string, result: DeploymentResult, cause?: TraceRef): void {
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
