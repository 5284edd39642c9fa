import { HOLDBACK_GROUP } from '../contract.ts'
import type {
  CreatedDeployment,
  CurrentDeployment,
  DeploymentSpec,
  Deployments,
  Ports,
  Stored,
} from '../ports/ports.ts'
import { releaseSpec, rollbackSpec } from '../rollout/deployment-spec.ts'
import {
  type DeploymentRequest,
  type Effect,
  lastStage,
  type Rollout,
  type Stage,
  targetComponentOf,
  withDone,
} from '../rollout/rollout.ts'
import { saveAudit, saveRollout } from './records.ts'

/**
 * How long a request for new firmware may still be in progress in an instance that a breach has overtaken: whether a
 * stage was deployed is only known when no function that could deploy it is left. No function may run longer than this.
 */
const LAST_REQUEST_MS = 5 * 60_000

/**
 * So long the token alone keeps a deployment from being created twice, whatever can be read; AWS: "up to 8 hours".
 * [source: client-token]
 */
const TOKEN_LIFE_MS = 7 * 3_600_000

/** The rollout with its effects done as far as the world allowed. */
export interface Acted {
  readonly stored: Stored<Rollout>
  /** What effects failed with; they are still pending. */
  readonly failures: readonly unknown[]
}

/**
 * Does every pending effect, saving after each. One that fails stays pending and does not hold up the others: the
 * rollback of one stage must not wait for that of another. A request for new firmware stays pending too while it is
 * held: a pause or a change freeze came between its decision and its success; so does what must not come before
 * another.
 * @throws StaleRollout when another instance is at work
 */
export async function act(ports: Ports, stored: Stored<Rollout>, nowMs: number, mayDeploy: boolean): Promise<Acted> {
  let { value: rollout, version } = stored
  const failures: unknown[] = []
  for (const effect of stored.value.pending) {
    if (!isDue(effect, rollout, nowMs, mayDeploy)) continue
    const result = await perform(ports, rollout, effect, nowMs).catch((error: unknown) => {
      failures.push(error)
      return 'later' as const
    })
    if (result === 'later') continue
    rollout = withDone(rollout, effect, result, nowMs)
    version = await saveRollout(ports.store, rollout, version)
  }
  return { stored: { value: rollout, version }, failures }
}

/** No device of the holdback may be in production while its newest deployment is the release. */
function isDue(effect: Effect, rollout: Rollout, nowMs: number, mayDeploy: boolean): boolean {
  const { pending, holdback } = rollout
  switch (effect.kind) {
    case 'hold-back':
      return mayDeploy
    case 'deploy':
      return mayDeploy && pending.every(({ kind }) => kind !== 'hold-back')
    case 'release-holdback':
      if (effect.into === 'release') return mayDeploy
      // An instance that a breach has overtaken may still be holding devices back.
      if (nowMs - (holdback?.sinceMs ?? nowMs) < LAST_REQUEST_MS) return false
      return pending.every((one) => one.kind !== 'rollback' || one.stage !== lastStage(rollout).name)
    default:
      return true
  }
}

async function perform(
  ports: Ports,
  rollout: Rollout,
  effect: Effect,
  nowMs: number,
): Promise<CreatedDeployment | null | 'later'> {
  switch (effect.kind) {
    case 'deploy': {
      const spec = releaseSpec(stageNamed(rollout, effect.stage).previous, targetComponentOf(rollout))
      return create(ports.deployments, effect, spec, nowMs)
    }
    case 'rollback': {
      const stage = stageNamed(rollout, effect.stage)
      const spec = rollbackSpec(stage.previous)
      if (stage.deployment !== null || stage.rollback !== null) return create(ports.deployments, effect, spec, nowMs)
      // A function that died may have left something to roll back, or not.
      const current = await ports.deployments.current(effect.stage)
      const created = createdBy(effect, current)
      if (created !== null) return created
      if (isRelease(current, rollout)) return ports.deployments.create(effect.stage, spec, effect.clientToken)
      return nowMs - rollout.stateSinceMs < LAST_REQUEST_MS ? 'later' : null
    }
    case 'cancel':
      await ports.deployments.cancel(effect.deploymentId)
      return null
    case 'hold-back':
      for (const thing of effect.things) await ports.deployments.move(thing, lastStage(rollout).name, HOLDBACK_GROUP)
      return null
    case 'release-holdback':
      for (const thing of effect.things) await ports.deployments.move(thing, HOLDBACK_GROUP, lastStage(rollout).name)
      return null
    case 'announce':
      await ports.events.put(effect.detailType, effect.detail)
      return null
    case 'notify':
      await ports.notifications.notify(effect.notification)
      return null
    case 'audit':
      await saveAudit(ports.store, rollout.id, effect.sequence, effect.entry)
      return null
  }
}

/**
 * Creates the deployment, unless an earlier try has and its answer was lost: then it is the newest of its group, and is
 * taken for what it is. The first try need not check.
 */
async function create(
  deployments: Deployments,
  request: DeploymentRequest,
  spec: DeploymentSpec,
  nowMs: number,
): Promise<CreatedDeployment> {
  const ageMs = nowMs - request.decidedAtMs
  const current = ageMs <= 0 ? null : await currentOf(deployments, request.stage, ageMs)
  return createdBy(request, current) ?? deployments.create(request.stage, spec, request.clientToken)
}

/** A rollback does not wait for a reading that it can do without. */
const currentOf = (deployments: Deployments, stage: Stage['name'], ageMs: number): Promise<CurrentDeployment | null> =>
  deployments.current(stage).catch((error: unknown) => {
    if (ageMs >= TOKEN_LIFE_MS) throw error
    return null
  })

/** The newest deployment of its group, if it was created by this request; null if by another. */
const createdBy = ({ clientToken }: DeploymentRequest, current: CurrentDeployment | null): CreatedDeployment | null =>
  current?.clientToken === clientToken ? { deploymentId: current.deploymentId, jobId: current.jobId } : null

/** Whether the newest deployment of a group brings what is rolled out. */
function isRelease(current: CurrentDeployment | null, rollout: Rollout): boolean {
  const { component, version } = targetComponentOf(rollout)
  return current?.spec.components[component]?.componentVersion === version
}

const stageNamed = (rollout: Rollout, name: Stage['name']): Stage =>
  rollout.stages.find((stage) => stage.name === name) as Stage
