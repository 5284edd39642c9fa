import type { CloudContext } from '../base/cloud-context.ts'
import { describeExecution, type ExecutionSummary, summariseExecution } from './execution-shapes.ts'
import type { Job } from './job.ts'
import type { JobExecutionStatus } from './job-execution.ts'
import type { JobTable, PendingExecution } from './job-table.ts'

const MAX_NOTIFIED_SUMMARIES = 10

/** Publishes to things that their pending executions changed. [source: job-notifications] */
export class JobNotifier {
  readonly #ctx: CloudContext
  readonly #table: JobTable
  /** The first pending execution that each thing was last notified of, by thing and namespace. */
  readonly #heads = new Map<string, string>()

  constructor(ctx: CloudContext, table: JobTable) {
    this.#ctx = ctx
    this.#table = table
  }

  /**
   * Notifies the thing that the set of its pending executions changed. `$next` already shows the change: the nucleus
   * repeats its request without limit until it gets the job of a notification. [source: nucleus-job-requests]
   */
  notify(job: Job, thing: string): void {
    this.#publish(thing, 'notify', job.namespaceId, () => {
      const pending = this.#table.pending(thing, job.namespaceId).slice(0, MAX_NOTIFIED_SUMMARIES)
      const [inProgress, queued] = [summaries(pending, 'IN_PROGRESS'), summaries(pending, 'QUEUED')]
      return {
        jobs: {
          ...(inProgress.length > 0 && { IN_PROGRESS: inProgress }),
          ...(queued.length > 0 && { QUEUED: queued }),
        },
      }
    })
    this.notifyNext(job, thing)
  }

  /** Notifies the thing where another execution than before is the first pending one. */
  notifyNext(job: Job, thing: string): void {
    const next = this.#table.pending(thing, job.namespaceId)[0]
    const key = `${thing}/${job.namespaceId}`
    const head = next === undefined ? '' : `${next.job.jobId}#${next.execution.executionNumber}`
    if ((this.#heads.get(key) ?? '') === head) return
    this.#heads.set(key, head)
    this.#publish(thing, 'notify-next', job.namespaceId, () =>
      next === undefined ? {} : { execution: this.#full(next) },
    )
  }

  #full({ job, execution }: PendingExecution): object {
    return describeExecution(job, execution, { nowMs: this.#ctx.clock.nowMs(), includeDocument: true })
  }

  #publish(thing: string, name: string, namespace: string | undefined, make: () => object): void {
    const topic = `$aws/things/${thing}/jobs/${name}${namespace === undefined ? '' : `-namespace-${namespace}`}`
    const { messaging, clock } = this.#ctx
    if (!messaging.hasSubscribers(topic)) return
    messaging.publish(topic, { timestamp: Math.floor(clock.nowMs() / 1000), ...make() })
  }
}

/** Of the pending executions with this status. */
export const summaries = (pending: readonly PendingExecution[], status: JobExecutionStatus): ExecutionSummary[] =>
  pending
    .filter(({ execution }) => execution.status === status)
    .map(({ job, execution }) => summariseExecution(job, execution))
