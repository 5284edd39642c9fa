import type { Clock, Timer } from '../kernel/clock.ts'
import type { DeviceLink } from '../kernel/link.ts'

const NAMESPACE = 'namespace-aws-gg-deployment'
/** Time limit for the answer to a report. [source: job-report] */
const ANSWER_TIMEOUT_MS = 30_000

const jobsTopic = (thing: string): string => `$aws/things/${thing}/jobs`

/** Topic filters that a device subscribes to while it is connected, without those for answers to single reports. */
export function jobFilters(thing: string): readonly string[] {
  const topic = jobsTopic(thing)
  return [
    `${topic}/$next/${NAMESPACE}/get/accepted`,
    `${topic}/$next/${NAMESPACE}/get/rejected`,
    `${topic}/notify-${NAMESPACE}`,
  ]
}

/** A job execution with its document, as `$next` returns it. */
export interface NextJob {
  readonly jobId: string
  readonly queuedAt: number
  readonly document: unknown
}

interface JobReport {
  readonly jobId: string
  readonly status: string
  readonly statusDetails: Readonly<Record<string, string>>
}

export interface JobsClientEvents {
  /** A new job. */
  onJob(job: NextJob): void
  /** No job is pending any more: the cloud has cancelled the running one. */
  onNothingPending(): void
}

/**
 * The nucleus' client of IoT Jobs on the topics that the nucleus uses: `$next` gets, notifications without `-next`, and a
 * subscription to the answers of each report. [source: nucleus-job-topics]
 */
export class JobsClient {
  readonly #base: string
  readonly #thing: string
  readonly #clock: Clock
  readonly #link: DeviceLink
  readonly #events: JobsClientEvents
  #connected = false
  /** Notifications of a queued job without a non-empty answer so far. */
  #unanswered = 0
  #newestQueuedAt = 0
  /** Job ids seen with the newest queuedAt: the de-duplication of the nucleus. */
  readonly #seenJobIds = new Set<string>()
  /** Reports in order; those made while offline are replayed after reconnect. [source: job-report-replay] */
  readonly #reports: JobReport[] = []
  #reporting = false
  #timeout: Timer | null = null

  constructor(thing: string, clock: Clock, link: DeviceLink, events: JobsClientEvents) {
    this.#thing = thing
    this.#base = jobsTopic(thing)
    this.#clock = clock
    this.#link = link
    this.#events = events
  }

  /** The subscriptions are granted, after every connect. */
  subscribed(): void {
    this.#connected = true
    this.#getNext()
    this.#sendReport()
  }

  disconnected(): void {
    this.#connected = false
    // The reconnect asks for the next job anyway; if the notified job is gone by then, no message would report that.
    this.#unanswered = 0
    this.#settle()
  }

  /** The nucleus loses what it keeps only in memory; reports are on its disk. [source: job-report-replay] */
  restarted(): void {
    this.#newestQueuedAt = 0
    this.#seenJobIds.clear()
  }

  report(jobId: string, status: string, statusDetails: Readonly<Record<string, string>>): void {
    this.#reports.push({ jobId, status, statusDetails })
    this.#sendReport()
  }

  handle(topic: string, payload: unknown): void {
    if (!topic.startsWith(`${this.#base}/`)) return
    const rest = topic.slice(this.#base.length + 1)
    if (rest === `notify-${NAMESPACE}`) this.#notified(payload as { jobs?: Record<string, unknown[]> })
    else if (rest === `$next/${NAMESPACE}/get/accepted`) this.#gotNext(payload as { execution?: Execution })
    else if (rest.endsWith(`/${NAMESPACE}/update/accepted`) || rest.endsWith(`/${NAMESPACE}/update/rejected`)) {
      this.#reported(rest.split('/')[0] as string)
    }
  }

  #notified({ jobs = {} }: { jobs?: Record<string, unknown[]> }): void {
    if ((jobs.QUEUED?.length ?? 0) > 0) {
      this.#unanswered += 1
      this.#getNext()
    } else if (Object.keys(jobs).length === 0) {
      this.#unanswered = 0
      this.#events.onNothingPending()
    }
  }

  #gotNext({ execution }: { execution?: Execution }): void {
    if (execution === undefined) {
      // The nucleus asks again at once while a notified job has not arrived.
      if (this.#unanswered > 0) this.#getNext()
      return
    }
    this.#unanswered = Math.max(0, this.#unanswered - 1)
    const { jobId, queuedAt, jobDocument: document } = execution
    const isOld = queuedAt < this.#newestQueuedAt || (queuedAt === this.#newestQueuedAt && this.#seenJobIds.has(jobId))
    if (isOld) return
    if (queuedAt > this.#newestQueuedAt) this.#seenJobIds.clear()
    this.#newestQueuedAt = queuedAt
    this.#seenJobIds.add(jobId)
    this.#events.onJob({ jobId, queuedAt, document })
  }

  #getNext(): void {
    const request = { thingName: this.#thing, jobId: '$next', includeJobDocument: true }
    if (this.#connected) this.#link.publish(`${this.#base}/$next/${NAMESPACE}/get`, request, 1)
  }

  /** One report at a time: subscribes to its answers, publishes, and unsubscribes after the answer. */
  #sendReport(): void {
    const next = this.#reports[0]
    if (next === undefined || this.#reporting || !this.#connected) return
    this.#reporting = true
    this.#timeout = this.#clock.after(ANSWER_TIMEOUT_MS, () => this.#unansweredReport(next.jobId))
    const topic = `${this.#base}/${next.jobId}/${NAMESPACE}/update`
    this.#link.subscribe(this.#answerTopics(next.jobId), () => {
      const { jobId, status, statusDetails } = next
      this.#link.publish(topic, { thingName: this.#thing, jobId, status, statusDetails }, 1)
    })
  }

  /** Accepted or rejected: a rejected report is dropped, not retried. [source: job-report] */
  #reported(jobId: string): void {
    if (this.#reports[0]?.jobId !== jobId || !this.#reporting) return
    this.#reports.shift()
    this.#settle()
    this.#link.unsubscribe(this.#answerTopics(jobId))
    this.#sendReport()
  }

  /** The report stays the first; the next report or connection sends it again. [source: job-report-replay] */
  #unansweredReport(jobId: string): void {
    this.#settle()
    this.#link.unsubscribe(this.#answerTopics(jobId))
  }

  #settle(): void {
    this.#reporting = false
    this.#timeout?.cancel()
    this.#timeout = null
  }

  #answerTopics(jobId: string): readonly string[] {
    const topic = `${this.#base}/${jobId}/${NAMESPACE}/update`
    return [`${topic}/accepted`, `${topic}/rejected`]
  }
}

interface Execution {
  readonly jobId: string
  readonly queuedAt: number
  readonly jobDocument: unknown
}
