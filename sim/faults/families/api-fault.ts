import { z } from 'zod'
import type { AwsError } from '../../cloud/base/aws-error.ts'
import { API_SERVICES, type ApiService, OPERATION_NAMES } from '../../cloud/operation-names.ts'
import type { Chance } from './chance.ts'
import type { FaultWindow } from './fault-window.ts'

const names = [...new Set([...OPERATION_NAMES.values()].flat())].sort() as [string, ...string[]]

/** Which of the controller's AWS calls. */
export const apiSelector = z
  .strictObject({
    api: z.enum(names).optional().describe('Only this operation'),
    service: z.enum(API_SERVICES).optional().describe('Only this service'),
  })
  .refine(({ api, service }) => api !== undefined || service !== undefined, {
    message: 'has no target; set api (an operation) or service',
  })
  .refine(
    ({ api, service }) =>
      api === undefined || service === undefined || OPERATION_NAMES.get(service)?.includes(api) === true,
    { path: ['api'], message: 'is not an operation of this service' },
  )
export type ApiSelector = z.output<typeof apiSelector>

/** What every fault of the family has. */
export interface ApiFaultSpec extends FaultWindow {
  readonly in: ApiSelector
}

/** What a fault does to a call; absent members are as without it. */
export interface CallFate {
  /** The error that is returned; the operation does not happen. */
  readonly refusal?: AwsError
  /** Simulated time until the response arrives. */
  readonly delayMs?: number
  /** The operation happens, but the connection breaks before the response arrives. */
  readonly isReplyLost?: boolean
}

/** What a fault knows about a call. */
export interface ApiCallView {
  readonly service: ApiService
  /** False for a write of the store that has no condition. */
  readonly isConditional: boolean
  readonly nowMs: number
  /** Uniform draws for this call. */
  readonly chance: Chance
}

export interface ApiFault {
  /** Null if the fault does not act on this call. */
  fateOf(call: ApiCallView): CallFate | null
}

export const concerns = (where: ApiSelector, service: ApiService, operation: string): boolean =>
  (where.api === undefined || where.api === operation) && (where.service === undefined || where.service === service)

/** Whether a call is in the share that the fault acts on; uses the first draw of the call. */
export const isHit = (sharePct: number, chance: Chance): boolean => chance(0) < sharePct / 100
