import type { CloudContext } from '../../base/cloud-context.ts'
import { isObject } from '../../base/json.ts'
import type { JobTargets } from '../job.ts'
import type { JobsService } from '../jobs-service.ts'
import { DeviceRequests } from './device-requests.ts'
import { type JobTopicRequest, optionalInteger, parseJobRequest, parseJobStep, parseJobUpdate } from './job-messages.ts'
import { JobRejection } from './job-rejection.ts'

/** The MQTT form of the device plane. [source: job-device-plane] */
export class DeviceMessages {
  readonly #ctx: CloudContext
  readonly #things: JobTargets
  readonly #requests: DeviceRequests

  constructor(ctx: CloudContext, jobs: JobsService, things: JobTargets) {
    this.#ctx = ctx
    this.#things = things
    this.#requests = new DeviceRequests(jobs, ctx.clock)
  }

  /** A device's publish under `$aws/things/{thing}/jobs/`; the answer goes straight to the publisher. */
  handle(clientId: string, thing: string, rest: string, payload: unknown): void {
    const request = parseJobRequest(rest)
    if (request === null) return
    const topic = `$aws/things/${thing}/jobs/${rest}`
    const clientToken = isObject(payload) ? payload.clientToken : undefined
    const timestamp = Math.floor(this.#ctx.clock.nowMs() / 1000)
    const tail = { timestamp, ...(typeof clientToken === 'string' && { clientToken }) }
    try {
      const answer = this.#answer(thing, request, payload)
      this.#ctx.messaging.reply(clientId, `${topic}/accepted`, { ...answer, ...tail })
    } catch (error) {
      if (!(error instanceof JobRejection)) throw error
      const { code, message, executionState } = error
      const body = { code, message, ...tail, ...(executionState && { executionState }) }
      this.#ctx.messaging.reply(clientId, `${topic}/rejected`, body)
    }
  }

  #answer(thing: string, request: JobTopicRequest, payload: unknown): object {
    if (!isObject(payload)) throw new JobRejection('InvalidJson', 'The payload is not a JSON object')
    if (!this.#things.exists(thing)) throw new JobRejection('ResourceNotFound', `Thing ${thing} not found`)
    const { namespace } = request
    switch (request.verb) {
      case 'list':
        return this.#requests.list(thing, namespace)
      case 'start-next':
        return this.#requests.startNext(thing, namespace, parseJobStep(payload))
      case 'get': {
        const executionNumber = optionalInteger(payload, 'executionNumber')
        const includeJobDocument = payload.includeJobDocument !== false
        return this.#requests.describe(
          { thing, jobId: request.jobId, namespace },
          { executionNumber, includeJobDocument },
        )
      }
      case 'update':
        return this.#requests.update({ thing, jobId: request.jobId, namespace }, parseJobUpdate(payload))
    }
  }
}
