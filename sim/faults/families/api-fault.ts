import { z } from 'zod'
import type { AwsError } from '../../cloud/base/aws-error.ts'
import { API_SERVICES, type ApiService, OPERATION_NAMES } from '../../cloud/operation-names.ts'
import type { Chance } from './fault.ts'
import type { FaultWindow } from './fault-window.ts'

const names = [...new Set([...OPERATION_NAMES.values()].flat())].sort() as [string, ...string[]]

/** Which of the controller's calls of AWS. */
export const apiSelector = z
  .strictObject({
    api: z.enum(names).optional().describe('Only this operation'),
    service: z.enum(API_SERVICES).optional().describe('Only this service'),
  })
  .refine(({ api, service }) => api !== undefined || service !== undefined, {
    message: 'says nowhere; give api: an operation, or service',
  })
  .refine(
    ({ api, service }) =>
      api === undefined || service === undefined || OPERATION_NAMES.get(service)?.includes(api) === true,
    { path: ['api'], message: 'is no operation of this service' },
  )
export type ApiSelector = z.output<typeof apiSelector>

/** What becomes of a call. What a fault does not do it leaves out. */
export interface CallFate {
  /** Answered instead of what was asked for; the operation does not happen. */
  readonly refusal?: AwsError
  /** Virtual time until the answer is back. */
  readonly delayMs?: number
  /** The operation happens, but the connection breaks before the answer is back. */
  readonly isReplyLost?: boolean
}

/** One call, as a fault sees it. */
export interface ApiCallView {
  readonly service: ApiService
  /** False for a write of the store that replaces whatever is there. */
  readonly isConditional: boolean
  readonly nowMs: number
  /** Uniform draws for this call. */
  readonly chance: Chance
}

/** A fault of the API: what it makes of the calls it concerns. */
export interface ApiFault {
  readonly window: FaultWindow
  /** Null when it leaves this call alone. */
  fateOf(call: ApiCallView): CallFate | null
}

export const concerns = (where: ApiSelector, service: ApiService, operation: string): boolean =>
  (where.api === undefined || where.api === operation) && (where.service === undefined || where.service === service)

/** Whether a call is among the share that a fault acts on: the first draw of the call. */
export const isHit = (sharePct: number, chance: Chance): boolean => chance(0) < sharePct / 100
