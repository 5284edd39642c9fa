import type { AbortConfig, JobExecutionsRolloutConfig, TimeoutConfig } from '@aws-sdk/client-iot'
import { parseArn } from '../base/arns.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { JobExecution } from './job-execution.ts'
import type { JobExecutions } from './job-executions.ts'

type Account = Pick<CloudContext, 'region' | 'accountId'>

/** The thing or thing group that a job or a deployment targets. */
export interface JobTarget {
  readonly kind: 'thing' | 'group'
  readonly name: string
}

/** What the jobs service reads of the registry of things. */
export interface JobTargets {
  exists(thing: string): boolean
  groupExists(group: string): boolean
  /** Things in the group or in a group below it. */
  membersOf(group: string): readonly string[]
  thingArn(thing: string): string
  groupArn(group: string): string
  onMembershipChange(listener: (group: string, thing: string, change: 'added' | 'removed') => void): void
  onThingDeleted(listener: (thing: string) => void): void
}

/** What an update of a job changes. */
export type JobChanges = Pick<JobRequest, 'description' | 'rollout' | 'abort' | 'timeout'>

export interface CancelOptions {
  /** Also ends executions that are IN_PROGRESS. */
  readonly force: boolean
  readonly reasonCode?: string | undefined
  readonly comment?: string | undefined
}

/** A job to be made; the members are those of iot CreateJob. */
export interface JobRequest {
  readonly jobId: string
  /** Each once. */
  readonly targets: readonly JobTarget[]
  readonly document: JsonObject
  readonly targetSelection: 'CONTINUOUS' | 'SNAPSHOT'
  /** Greengrass jobs use `aws-gg-deployment`, which goes into the topics. */
  readonly namespaceId?: string | undefined
  readonly description?: string | undefined
  readonly rollout?: JobExecutionsRolloutConfig | undefined
  readonly abort?: AbortConfig | undefined
  readonly timeout?: TimeoutConfig | undefined
  /** The job ran before the rehearsal began: every execution has SUCCEEDED, without a message or a trace event. */
  readonly inThePast?: boolean
}

export interface Job extends JobRequest {
  targets: readonly JobTarget[]
  description?: string | undefined
  rollout?: JobExecutionsRolloutConfig | undefined
  abort?: AbortConfig | undefined
  timeout?: TimeoutConfig | undefined
  status: 'IN_PROGRESS' | 'CANCELED' | 'COMPLETED'
  readonly createdAtMs: number
  lastUpdatedAtMs: number
  completedAtMs: number | undefined
  reasonCode: string | undefined
  comment: string | undefined
  forceCanceled: boolean
  readonly executions: JobExecutions
  /** Things that the targets reach now; only newcomers to it get a continuous job. */
  readonly reached: Set<string>
  /** Executions that the rollout rate has not released yet, in the order of their release. */
  waiting: readonly JobExecution[]
  /** How many executions the rollout rate has released. */
  notified: number
  /** The abort criteria are about to be tested, at this instant. */
  abortCheckDue: boolean
}

/**
 * `arn:aws:iot:region:account:thinggroup/canary` -> group canary; null in another partition, region or account.
 * @throws AwsError InvalidRequestException
 */
export function parseTargetArn({ region, accountId }: Account, arn: string): JobTarget | null {
  const parsed = parseArn(arn)
  const [, kind, name] = /^(thing|thinggroup)\/(.+)$/s.exec(parsed?.resource ?? '') ?? []
  if (parsed?.service !== 'iot' || name === undefined) {
    throw invalidRequest(`target "${arn}" is neither a thing nor a thing group`)
  }
  const isOwn = parsed.partition === 'aws' && parsed.region === region && parsed.account === accountId
  return isOwn ? { kind: kind === 'thing' ? 'thing' : 'group', name } : null
}
