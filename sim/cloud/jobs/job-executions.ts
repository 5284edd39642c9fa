import { JOB_EXECUTION_STATUSES, type JobExecution, type JobExecutionStatus } from './job-execution.ts'

/** How many executions have each status. */
export type StatusCounts = Readonly<Record<JobExecutionStatus, number>>

/** The newest execution of each thing of a job, and the number in each status, which is read after every change. */
export class JobExecutions {
  readonly #byThing = new Map<string, JobExecution>()
  readonly #counts = Object.fromEntries(JOB_EXECUTION_STATUSES.map((status) => [status, 0])) as Record<
    JobExecutionStatus,
    number
  >

  get counts(): StatusCounts {
    return this.#counts
  }

  get(thing: string): JobExecution | undefined {
    return this.#byThing.get(thing)
  }

  values(): Iterable<JobExecution> {
    return this.#byThing.values()
  }

  /** Replaces the thing's previous execution, which no longer counts. */
  put(execution: JobExecution): void {
    const before = this.#byThing.get(execution.thing)
    if (before !== undefined) this.#counts[before.status] -= 1
    this.#byThing.set(execution.thing, execution)
    this.#counts[execution.status] += 1
  }

  delete(execution: JobExecution): void {
    if (this.#byThing.get(execution.thing) !== execution) return
    this.#byThing.delete(execution.thing)
    this.#counts[execution.status] -= 1
  }

  setStatus(execution: JobExecution, status: JobExecutionStatus): void {
    if (this.#byThing.get(execution.thing) === execution) {
      this.#counts[execution.status] -= 1
      this.#counts[status] += 1
    }
    execution.status = status
  }
}
