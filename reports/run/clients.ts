import type { ClientActivity, ClientDeed, OutsideClient } from '../../sim/kernel/client-activity.ts'
import { CLIENT_MESSAGES } from '../../sim/kernel/client-messages.ts'
import type { TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isoTime } from '../numbers/format.ts'

/** Something that a client did, how often, and when first and last. */
export interface ReportedDeed {
  readonly request: string
  readonly count: number
  readonly firstAt: string
  readonly lastAt: string
}

/** What one client from outside did to the run. */
export interface ReportedClient {
  readonly client: OutsideClient
  readonly changes: readonly ReportedDeed[]
  /** Requests that change nothing, by their names. */
  readonly reads: Readonly<Record<string, number>>
  /** Requests that were refused or failed, and connections that were closed for what was sent on them. */
  readonly errors: readonly (ReportedDeed & { readonly error: string; readonly message: string })[]
}

const deedOf = ({ request, count, firstAtMs, lastAtMs }: ClientDeed): ReportedDeed => ({
  request,
  count,
  firstAt: isoTime(firstAtMs),
  lastAt: isoTime(lastAtMs),
})

export const reportedClient = ({ client, changes, reads, errors }: ClientActivity): ReportedClient => ({
  client,
  changes: changes.map(deedOf),
  reads,
  errors: errors.map((one) => ({ ...deedOf(one), error: one.error, message: one.message })),
})

/** Whether a client from outside created this deployment: the controller is not to be judged by it. */
export const isForeignDeployment = (record: TraceRecord): boolean =>
  record.kind === 'deployment-created' && record.client !== undefined

/** Whether a client from outside had changed something by then, other than by an operation of the controller's. */
export const hadForeignHand = (records: readonly TraceRecord[], untilMs = Number.POSITIVE_INFINITY): boolean =>
  records.some((record) => record.kind === 'intervention' && record.atMs <= untilMs && MAY_CAUSE.has(record.code))

/** An injected fault shows as a fault, and an operation is answered by the controller. */
const MAY_CAUSE: ReadonlySet<string> = new Set([...Object.keys(CLIENT_MESSAGES), 'FUNCTION_INVOKED'])
