import { JOB_EXECUTION_STATUSES, type JobExecution, type JobExecutionStatus } from './job-execution.ts'

/** How many executions have each status. */
export type StatusCounts = Readonly<Record<JobExecutionStatus, number>>

/** The newest execution of each thing of a job, and how many have which status: asked after every change of every one. */
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

  /** Takes the place of the thing's execution before, which does not count any more. */
  put(execution: JobExecution): void {
    const before = this.#byThing.get(execution.thing)
    if (before !== undefined) this.#counts[before.status] -= 1
    this.#byThing.set(execution.thing, execution)
    this.#counts[execution.status] += 1
  }

  setStatus(execution: JobExecution, status: JobExecutionStatus): void {
    if (this.#byThing.get(execution.thing) === execution) {
      this.#counts[execution.status] -= 1
      this.#counts[status] += 1
    }
    execution.status = status
  }
}
