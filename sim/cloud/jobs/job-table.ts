import type { Job } from './job.ts'
import { isTerminal, type JobExecution } from './job-execution.ts'

/** One execution with its job. */
export interface PendingExecution {
  readonly job: Job
  readonly execution: JobExecution
}

/** Every job, by its id and by the things that have an execution of it. */
export class JobTable {
  readonly #jobs = new Map<string, Job>()
  /** Jobs that have an execution for a thing, in order of creation. */
  readonly #byThing = new Map<string, Job[]>()

  job(jobId: string): Job | undefined {
    return this.#jobs.get(jobId)
  }

  /** Every job, in order of creation. */
  all(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  /** The jobs that have an execution for this thing, in order of creation. */
  jobsOf(thing: string): readonly Job[] {
    return this.#byThing.get(thing) ?? []
  }

  add(job: Job): void {
    this.#jobs.set(job.jobId, job)
  }

  addExecution(job: Job, execution: JobExecution): void {
    job.executions.put(execution)
    const jobs = this.#byThing.get(execution.thing) ?? []
    this.#byThing.set(execution.thing, jobs.includes(job) ? jobs : [...jobs, job])
  }

  /** False for a job that was deleted, also where another one has its id now. */
  holds(job: Job): boolean {
    return this.#jobs.get(job.jobId) === job
  }

  delete(job: Job): void {
    this.#jobs.delete(job.jobId)
  }

  deleteExecution(job: Job, execution: JobExecution): void {
    this.#byThing.set(
      execution.thing,
      this.jobsOf(execution.thing).filter((one) => one !== job),
    )
  }

  /** Pending executions as a device sees them: IN_PROGRESS first, then by time of queueing. [source: pending-order] */
  pending(thing: string, namespace: string | undefined): PendingExecution[] {
    return this.jobsOf(thing)
      .filter((job) => job.namespaceId === namespace)
      .map((job) => ({ job, execution: job.executions.get(thing) as JobExecution }))
      .filter(({ execution }) => execution.released && !isTerminal(execution.status))
      .sort(
        (a, b) =>
          Number(b.execution.status === 'IN_PROGRESS') - Number(a.execution.status === 'IN_PROGRESS') ||
          a.execution.queuedAtMs - b.execution.queuedAtMs,
      )
  }
}
