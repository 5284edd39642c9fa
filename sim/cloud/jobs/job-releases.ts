import { Priority } from '../../kernel/clock.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import type { Job } from './job.ts'
import type { JobExecution } from './job-execution.ts'
import type { JobNotifier } from './job-notifier.ts'
import { ratePerMinute } from './job-rollout.ts'
import type { JobTable } from './job-table.ts'

const MINUTE_MS = 60_000
/**
 * A new pending execution is notified within this time; with the nucleus' 15 s poll, within 60 s.
 * [source: rollback-times]
 */
const NOTIFY_DELAY_MAX_MS = 45_000

/** Releases queued executions to their devices, at the rollout rate and after the service's notification delay. */
export class JobReleases {
  readonly #ctx: CloudContext
  readonly #table: JobTable
  readonly #notifier: JobNotifier

  constructor(ctx: CloudContext, table: JobTable, notifier: JobNotifier) {
    this.#ctx = ctx
    this.#table = table
    this.#notifier = notifier
  }

  /** Releases what the rate allows in this minute, and repeats that every minute while executions wait. */
  rollOut(job: Job): void {
    const waiting = job.waiting.filter(({ status }) => status === 'QUEUED')
    const rate = ratePerMinute(job.rollout, { notified: job.notified, succeeded: job.executions.counts.SUCCEEDED })
    const batch = waiting.slice(0, rate)
    job.waiting = waiting.slice(rate)
    job.notified += batch.length
    for (const execution of batch) this.releaseSoon(job, execution)
    if (job.waiting.length > 0) this.#ctx.clock.after(MINUTE_MS, () => this.rollOut(job), Priority.delivery)
  }

  /** After the notification delay of the service. */
  releaseSoon(job: Job, execution: JobExecution): void {
    const stream = this.#ctx.stream(`jobs/notify/${execution.thing}/${job.jobId}`)
    const delayMs = Math.round(stream.between(0, NOTIFY_DELAY_MAX_MS))
    this.#ctx.clock.after(delayMs, () => this.#release(job, execution), Priority.delivery)
  }

  #release(job: Job, execution: JobExecution): void {
    if (execution.status !== 'QUEUED' || !this.#table.holds(job)) return
    execution.released = true
    execution.queuedAtMs = this.#ctx.clock.nowMs()
    this.#notifier.notify(job, execution.thing)
  }
}
