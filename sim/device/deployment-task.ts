import type { Clock } from '../kernel/clock.ts'
import { PUBLIC_COMPONENTS } from '../kernel/core-software.ts'
import type { DataPlane } from '../kernel/link.ts'
import type { Stream } from '../kernel/random.ts'
import type { ComponentSet, ComponentVersions } from './component-set.ts'
import type { DeviceDeployment } from './deployment-document.ts'
import type { DeploymentFaults, FaultyDownload } from './deployment-faults.ts'
import { type DeploymentResult, failedBroken, failedDownload, failedUnchanged, SUCCESS } from './deployment-result.ts'
import { draw, TIMINGS } from './timings.ts'

/** What a task works with. */
export interface TaskContext {
  readonly thing: string
  readonly clock: Clock
  readonly dataPlane: DataPlane
  readonly components: ComponentSet
  readonly stream: (label: string) => Stream
  /** Component versions that the device's other targets require, by name. [source: targets-together] */
  readonly otherTargets: ComponentVersions
  /** Versions whose artifacts are on the device; a task adds what it downloads. */
  readonly artifacts: Set<string>
  readonly faults: DeploymentFaults
}

/** Pause between two attempts at an artifact. [source: checksum-retries] */
const RETRY_PAUSE_MS = 60_000

/** Progress of one deployment on the device: resolve, download, merge, wait for the components. */
export class DeploymentTask {
  readonly deployment: DeviceDeployment
  readonly #ctx: TaskContext
  readonly #onEnd: (result: DeploymentResult) => void
  readonly #stream: Stream
  #stage: 'before-merge' | 'merging' | 'ended' = 'before-merge'

  constructor(deployment: DeviceDeployment, ctx: TaskContext, onEnd: (result: DeploymentResult) => void) {
    this.deployment = deployment
    this.#ctx = ctx
    this.#onEnd = onEnd
    this.#stream = ctx.stream(`deployment/${deployment.id}`)
  }

  start(): void {
    this.#after(draw(TIMINGS.resolve, this.#stream), () => this.#resolve())
  }

  /** Possible only before the merge; after it the deployment runs to its end. [source: cancel-before-merge] */
  cancel(): boolean {
    if (this.#stage !== 'before-merge') return false
    this.#stage = 'ended'
    return true
  }

  /** The nucleus is down: no end is reported. */
  abandon(): void {
    this.#stage = 'ended'
  }

  #resolve(): void {
    const { dataPlane, components, otherTargets } = this.#ctx
    const wanted = this.deployment.components
    const conflict = Object.entries(wanted).find(
      ([name, version]) => Object.hasOwn(otherTargets, name) && otherTargets[name] !== version,
    )
    if (conflict !== undefined) {
      const [name, version] = conflict
      const cause = `${name} is required as ${version} and as ${otherTargets[name]} by another target`
      return this.#end(failedUnchanged('NO_AVAILABLE_COMPONENT_VERSION', 'REQUEST_ERROR', cause))
    }
    const { missing } = dataPlane.resolveComponentCandidates(new Map(Object.entries(wanted)))
    const impossible = [...missing, ...components.unknown(ownOf(wanted))]
    if (impossible.length > 0) {
      const cause = `no available version of ${impossible.join(', ')}`
      return this.#end(failedUnchanged('NO_AVAILABLE_COMPONENT_VERSION', 'REQUEST_ERROR', cause))
    }
    this.#download(ownOf({ ...otherTargets, ...wanted }))
  }

  /** Downloads only what the device does not keep, so that a revert to N-1 needs no network. */
  #download(wanted: ComponentVersions): void {
    const absent = this.#ctx.components
      .changed(wanted)
      .map((name) => `${name} ${wanted[name]}`)
      .filter((artifact) => !this.#ctx.artifacts.has(artifact))
    // Our components do not subscribe to update notifications, so NOTIFY_COMPONENTS waits for none.
    if (absent.length === 0) return this.#after(0, () => this.#merge(wanted))
    const attemptMs = draw(TIMINGS.download, this.#stream)
    const download = this.#ctx.faults.download(wanted)
    if (download.onHalf !== null) this.#after(Math.round(attemptMs / 2), download.onHalf)
    if (download.hangs) return
    this.#fetch(download.checks, 0, attemptMs, () => {
      for (const artifact of absent) this.#ctx.artifacts.add(artifact)
      this.#merge(wanted)
    })
  }

  /** From one check at which the download may fail to the next; one attempt if there is none. */
  #fetch(checks: FaultyDownload['checks'], done: number, attemptMs: number, onArrived: () => void): void {
    const [check, ...later] = checks
    const attempts = check?.attempts ?? Math.max(done, 1)
    this.#after(untilAttempt(attempts, attemptMs) - untilAttempt(done, attemptMs), () => {
      if (check === undefined) return onArrived()
      const failure = check.failure()
      if (failure !== null) return this.#end(failedDownload(failure))
      this.#fetch(later, attempts, attemptMs, onArrived)
    })
  }

  #merge(wanted: ComponentVersions): void {
    this.#stage = 'merging'
    const snapshot = this.#ctx.components.versions()
    this.#changeTo(wanted, (broken) => {
      if (broken === null) {
        if (this.#ctx.faults.prunes(wanted)) this.#prune(snapshot)
        return this.#end(SUCCESS)
      }
      if (this.deployment.failureHandlingPolicy === 'DO_NOTHING') {
        return this.#end(failedBroken(broken, 'FAILED_ROLLBACK_NOT_REQUESTED'))
      }
      this.#changeTo(snapshot, (stillBroken) => {
        this.#end(failedBroken(broken, stillBroken === null ? 'FAILED_ROLLBACK_COMPLETE' : 'FAILED_UNABLE_TO_ROLLBACK'))
      })
    })
  }

  #prune(replaced: ComponentVersions): void {
    const kept = this.#ctx.components.versions()
    for (const [name, version] of Object.entries(replaced)) {
      if (kept[name] !== version) this.#ctx.artifacts.delete(`${name} ${version}`)
    }
  }

  #changeTo(versions: ComponentVersions, onSettled: (broken: string | null) => void): void {
    const { components } = this.#ctx
    const untouched = components.changed(versions).length === 0
    const isSame = untouched && Object.keys(versions).length === components.services().length
    // Nothing to write, but components may still be starting.
    if (isSame) return components.become(versions, onSettled)
    this.#after(draw(TIMINGS.merge, this.#stream), () => components.become(versions, onSettled))
  }

  #after(delayMs: number, action: () => void): void {
    this.#ctx.clock.after(delayMs, () => {
      if (this.#stage !== 'ended') action()
    })
  }

  #end(result: DeploymentResult): void {
    this.#stage = 'ended'
    this.#onEnd(result)
  }
}

/** Components of AWS are taken as installed. */
const ownOf = (versions: ComponentVersions): ComponentVersions =>
  Object.fromEntries(Object.entries(versions).filter(([name]) => !PUBLIC_COMPONENTS.includes(name)))

const untilAttempt = (attempts: number, attemptMs: number): number =>
  attempts * attemptMs + Math.max(0, attempts - 1) * RETRY_PAUSE_MS
