import type { EffectiveDeployment, EffectiveDeploymentExecutionStatus } from '@aws-sdk/client-greengrassv2'
import { isObject, type JsonObject, parseJson } from '../base/json.ts'
import type { JobExecution } from '../jobs/job-execution.ts'

/**
 * The outcome of a deployment on one core device, in the statuses of ListEffectiveDeployments.
 * [source: effective-deployment-status]
 */
export interface DeviceOutcome {
  readonly status: EffectiveDeploymentExecutionStatus
  /** `SUCCESSFUL`, or error code, detailed status and cause in one line; empty before the end. */
  readonly reason: string
  readonly errorStack: readonly string[]
  readonly errorTypes: readonly string[]
  readonly modifiedAtMs: number
}

/**
 * The outcome by the job execution of a group deployment: its success is SUCCEEDED. Null for REMOVED, for which
 * this API has no status. [source: removed-execution]
 */
export function outcomeOfExecution({ status, statusDetails, lastUpdatedAtMs }: JobExecution): DeviceOutcome | null {
  if (status === 'REMOVED') return null
  const errorStack = parseList(statusDetails['deployment-error-stack'])
  const { 'detailed-deployment-status': detailed, 'deployment-failure-cause': cause } = statusDetails
  return {
    status,
    reason: status === 'SUCCEEDED' ? 'SUCCESSFUL' : reasonOf(errorStack, detailed, cause),
    errorStack,
    errorTypes: parseList(statusDetails['deployment-error-types']),
    modifiedAtMs: lastUpdatedAtMs,
  }
}

const SHADOW_STATUSES: ReadonlyMap<unknown, EffectiveDeploymentExecutionStatus> = new Map([
  ['IN_PROGRESS', 'IN_PROGRESS'],
  ['SUCCEEDED', 'COMPLETED'],
  ['FAILED', 'FAILED'],
  ['REJECTED', 'REJECTED'],
  ['CANCELED', 'CANCELED'],
])

/**
 * The outcome by the reported section of the deployment shadow: success of a thing deployment is COMPLETED. Null when it
 * reports no status. [source: deployment-shadow]
 */
export function outcomeOfReport(reported: JsonObject, nowMs: number): DeviceOutcome | null {
  const status = SHADOW_STATUSES.get(reported.status)
  if (status === undefined) return null
  const details = isObject(reported.statusDetails) ? reported.statusDetails : {}
  const errorStack = stringsOf(details.errorStack)
  return {
    status,
    reason:
      status === 'COMPLETED'
        ? 'SUCCESSFUL'
        : reasonOf(errorStack, text(details.detailedStatus), text(details.failureCause)),
    errorStack,
    errorTypes: stringsOf(details.errorTypes),
    modifiedAtMs: nowMs,
  }
}

/** The members of EffectiveDeployment that describe the outcome. */
export type OutcomeMember = 'coreDeviceExecutionStatus' | 'reason' | 'statusDetails' | 'modifiedTimestamp'

export const effectiveMembers = (outcome: DeviceOutcome): Pick<EffectiveDeployment, OutcomeMember> => ({
  coreDeviceExecutionStatus: outcome.status,
  reason: outcome.reason,
  statusDetails: { errorStack: [...outcome.errorStack], errorTypes: [...outcome.errorTypes] },
  modifiedTimestamp: new Date(outcome.modifiedAtMs),
})

/** Detail of `Greengrass V2 Effective Deployment Status Change`. [source: deployment-event] */
export const outcomeDetail = (deploymentId: string, outcome: DeviceOutcome): object => ({
  deploymentId,
  coreDeviceExecutionStatus: outcome.status,
  statusDetails: { errorStack: outcome.errorStack, errorTypes: outcome.errorTypes },
  reason: outcome.reason,
})

/** `CODE: DETAILED_STATUS: cause`, as far as the device reported them. [source: deployment-event] */
const reasonOf = (errorStack: readonly string[], detailed: string | undefined, cause: string | undefined): string =>
  [errorStack.at(-1), detailed, cause].filter((part) => part !== undefined && part !== '').join(': ')

/** Empty where the list was cut at 1,024 characters and is not JSON any more; the plain cause is still there. */
const parseList = (list: string | undefined): readonly string[] => stringsOf(parseJson(list ?? ''))

const stringsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The outcome of a thing deployment on which the device has not reported. */
export const outcomeWithoutReport = (status: 'QUEUED' | 'CANCELED', modifiedAtMs: number): DeviceOutcome => ({
  status,
  reason: '',
  errorStack: [],
  errorTypes: [],
  modifiedAtMs,
})
