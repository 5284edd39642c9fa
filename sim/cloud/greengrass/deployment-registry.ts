import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { CloudContext } from '../base/cloud-context.ts'
import type { JobTarget } from '../jobs/job.ts'
import type { DocumentIdentity } from './deployment-document.ts'
import type { DeviceOutcome } from './effective-deployments.ts'
import { notFound } from './validate.ts'

/** The names of a revision, known before it exists. */
export interface RevisionIdentity extends DocumentIdentity {
  /** Null for a thing deployment, which has no job. */
  readonly jobId: string | null
}

/** One revision of the deployment of a target. */
export interface Deployment extends RevisionIdentity {
  readonly input: CreateDeploymentRequest
  status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'FAILED' | 'INACTIVE'
  /** Of a thing deployment, as the device last reported it. */
  thingOutcome: DeviceOutcome | null
}

/** Every revision of every target, by its id, its target and its job. */
export class DeploymentRegistry {
  readonly #ctx: CloudContext
  readonly #deployments = new Map<string, Deployment>()
  /** Revisions of each target, oldest first; deleted ones as well, because a revision number is never used again. */
  readonly #byTarget = new Map<string, Deployment[]>()
  readonly #byJob = new Map<string, Deployment>()

  constructor(ctx: CloudContext) {
    this.#ctx = ctx
  }

  exists(deploymentId: string): boolean {
    return this.#deployments.has(deploymentId)
  }

  byJob(jobId: string): Deployment | undefined {
    return this.#byJob.get(jobId)
  }

  /** The job was deleted: another one that gets its id is not the deployment's. */
  forgetJob(jobId: string): void {
    this.#byJob.delete(jobId)
  }

  /** Every revision of a target, oldest first, deleted ones as well. */
  revisionsOf(target: JobTarget): readonly Deployment[] {
    return this.#byTarget.get(keyOf(target)) ?? []
  }

  isLatest(deployment: Deployment): boolean {
    return this.revisionsOf(deployment.target).at(-1) === deployment
  }

  /** Target by target, the revisions that were not deleted, newest first: all of them, or the first of each target. */
  list(history: 'ALL' | 'LATEST_ONLY'): readonly Deployment[] {
    return [...this.#byTarget.values()].flatMap((revisions) => {
      const kept = revisions.filter(({ deploymentId }) => this.exists(deploymentId)).reverse()
      return history === 'ALL' ? kept : kept.slice(0, 1)
    })
  }

  /** @throws AwsError ResourceNotFoundException */
  deploymentOrThrow(id: string | undefined): Deployment {
    const deployment = this.#deployments.get(id ?? '')
    if (deployment === undefined) throw notFound(id ?? '', 'Deployment')
    return deployment
  }

  /** Names of the target's next revision, from a random stream of its own so that nothing else changes them. */
  identify(target: JobTarget): RevisionIdentity {
    const revision = this.revisionsOf(target).length + 1
    const ids = this.#ctx.stream(`greengrass/${target.kind}/${target.name}/${revision}`)
    return {
      deploymentId: ids.uuid(),
      jobId: target.kind === 'group' ? ids.uuid() : null,
      target,
      revision,
      region: this.#ctx.region,
      accountId: this.#ctx.accountId,
      createdAtMs: this.#ctx.clock.nowMs(),
    }
  }

  add(input: CreateDeploymentRequest, identity: RevisionIdentity): Deployment {
    const deployment: Deployment = { ...identity, input, status: 'ACTIVE', thingOutcome: null }
    this.#deployments.set(deployment.deploymentId, deployment)
    this.#byTarget.set(keyOf(deployment.target), [...this.revisionsOf(deployment.target), deployment])
    if (deployment.jobId !== null) this.#byJob.set(deployment.jobId, deployment)
    return deployment
  }

  delete({ deploymentId }: Deployment): void {
    this.#deployments.delete(deploymentId)
  }

  arnOf({ deploymentId }: DocumentIdentity): string {
    return `arn:aws:greengrass:${this.#ctx.region}:${this.#ctx.accountId}:deployments:${deploymentId}`
  }
}

const keyOf = ({ kind, name }: JobTarget): string => `${kind}/${name}`
