import type { Clock } from '../kernel/clock.ts'
import type { DeviceDeployment } from './deployment-document.ts'
import type { DeploymentResult } from './deployment-result.ts'
import { TIMINGS } from './timings.ts'

/** A deployment in the queue, and how to report on it. */
export type QueuedDeployment = { readonly source: 'IOT_JOBS' | 'SHADOW'; readonly key: string } & (
  | { readonly deployment: DeviceDeployment }
  | { readonly refused: DeploymentResult; readonly deploymentId: string }
)

export interface DeploymentQueueEvents {
  /** While a deployment runs the queue waits. */
  isBusy(): boolean
  onNext(next: QueuedDeployment): void
}

/** The deployment queue of the nucleus, polled every 15 s at the device's own phase. [source: deployment-queue] */
export class DeploymentQueue {
  readonly #clock: Clock
  readonly #phaseMs: number
  readonly #events: DeploymentQueueEvents
  readonly #queue: QueuedDeployment[] = []
  #isPollScheduled = false

  constructor(clock: Clock, phaseMs: number, events: DeploymentQueueEvents) {
    this.#clock = clock
    this.#phaseMs = phaseMs
    this.#events = events
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  add(queued: QueuedDeployment): void {
    this.#queue.push(queued)
    this.schedulePoll()
  }

  /** All shadow deployments share one place in the queue. [source: deployment-queue] */
  dropShadow(): void {
    const waiting = this.#queue.findIndex(({ source }) => source === 'SHADOW')
    if (waiting >= 0) this.#queue.splice(waiting, 1)
  }

  clear(): void {
    this.#queue.length = 0
  }

  /** The timer exists only while something waits. */
  schedulePoll(): void {
    if (this.#isPollScheduled || this.isEmpty || this.#events.isBusy()) return
    this.#isPollScheduled = true
    const period = TIMINGS.pollPeriodMs
    const sincePollMs = (this.#clock.nowMs() - this.#phaseMs) % period
    this.#clock.after(period - sincePollMs, () => {
      this.#isPollScheduled = false
      this.#poll()
    })
  }

  #poll(): void {
    if (this.#events.isBusy()) return
    const next = this.#queue.shift()
    if (next !== undefined) this.#events.onNext(next)
  }
}
