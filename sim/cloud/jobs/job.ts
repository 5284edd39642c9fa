import type { AbortConfig, JobExecutionsRolloutConfig, TimeoutConfig } from '@aws-sdk/client-iot'
import { AwsError } from '../base/aws-error.ts'
import type { JsonObject } from '../base/cloud-context.ts'
import type { JobExecution } from './job-execution.ts'
import type { JobExecutions } from './job-executions.ts'

/** The one thing or thing group that a job or a deployment is for. */
export interface JobTarget {
  readonly kind: 'thing' | 'group'
  readonly name: string
}

/** What the service needs to know of things and groups. */
export interface JobTargets {
  exists(thing: string): boolean
  groupExists(group: string): boolean
  membersOf(group: string): readonly string[]
  thingArn(thing: string): string
  groupArn(group: string): string
  onMembershipChange(listener: (group: string, thing: string, change: 'added' | 'removed') => void): void
}

export interface CancelOptions {
  /** Also ends executions that are IN_PROGRESS. */
  readonly force: boolean
  readonly reasonCode?: string | undefined
  readonly comment?: string | undefined
}

/** A job to be made; the members are those of iot CreateJob. */
export interface JobRequest {
  readonly jobId: string
  readonly target: JobTarget
  readonly document: JsonObject
  readonly targetSelection: 'CONTINUOUS' | 'SNAPSHOT'
  /** Greengrass jobs use `aws-gg-deployment`, which goes into the topics. */
  readonly namespaceId?: string | undefined
  readonly description?: string | undefined
  readonly rollout?: JobExecutionsRolloutConfig | undefined
  readonly abort?: AbortConfig | undefined
  readonly timeout?: TimeoutConfig | undefined
  /** The job ran before the rehearsal began: every member's execution has SUCCEEDED, and nobody is told. */
  readonly inThePast?: boolean
}

export interface Job extends JobRequest {
  status: 'IN_PROGRESS' | 'CANCELED' | 'COMPLETED'
  readonly createdAtMs: number
  lastUpdatedAtMs: number
  completedAtMs: number | undefined
  reasonCode: string | undefined
  comment: string | undefined
  forceCanceled: boolean
  readonly executions: JobExecutions
  /** Executions that the rollout rate has not let out yet, in the order they will be. */
  waiting: readonly JobExecution[]
  /** How many executions the rollout rate has let out. */
  notified: number
  /** A look at the abort criteria is due at this instant. */
  abortCheckDue: boolean
}

/** `arn:aws:iot:region:account:thinggroup/canary` -> group canary. @throws AwsError InvalidRequestException */
export function parseTargetArn(arn: string): JobTarget {
  const [, kind, name] = /^arn:[^:]*:iot:[^:]*:[0-9]+:(thing|thinggroup)\/(.+)$/.exec(arn) ?? []
  if (name === undefined) {
    throw new AwsError('InvalidRequestException', 400, `target "${arn}" is neither a thing nor a thing group`)
  }
  return { kind: kind === 'thing' ? 'thing' : 'group', name }
}
