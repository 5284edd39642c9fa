import { HOLDBACK_GROUP } from './contract.ts'
import { releaseSpec, wayBackSpec } from './deployment-spec.ts'
import { HELD_FROM } from './holdback.ts'
import type { CreatedDeployment, Deployments, Ports, Stored } from './ports.ts'
import { saveAudit, saveRollout } from './records.ts'
import { cargoOf, type Effect, type Rollout, type Stage, withDone } from './rollout.ts'

/**
 * How long an order of new firmware may still be under way in an instance that a breach has overtaken: whether a stage
 * was ordered is only known when no function that could order it is left. No function may run longer than this.
 */
const LAST_ORDER_MS = 5 * 60_000

/** The rollout with its effects done as far as the world allowed. */
export interface Acted {
  readonly stored: Stored<Rollout>
  /** What effects failed with; they are still pending. */
  readonly failures: readonly unknown[]
}

/**
 * Does every pending effect, saving after each. One that fails stays pending and does not hold up the others: the way
 * back of one stage must not wait for that of another. An order of new firmware stays pending too while it may not be
 * placed: a pause or a stopped line came between its decision and its success; so does what must not come before another.
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

/** Nobody who is held back may be in production while its newest deployment is the release. */
function isDue(effect: Effect, { pending, holdback }: Rollout, nowMs: number, mayDeploy: boolean): boolean {
  switch (effect.kind) {
    case 'hold-back':
      return mayDeploy
    case 'deploy':
      return mayDeploy && pending.every(({ kind }) => kind !== 'hold-back')
    case 'let-go':
      if (effect.into === 'release') return mayDeploy
      // An instance that a breach has overtaken may still be holding devices back.
      if (nowMs - (holdback?.sinceMs ?? nowMs) < LAST_ORDER_MS) return false
      return pending.every((one) => one.kind !== 'roll-back' || one.stage !== HELD_FROM)
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
      const spec = releaseSpec(stageNamed(rollout, effect.stage).previous, cargoOf(rollout))
      return ports.deployments.create(effect.stage, spec, effect.clientToken)
    }
    case 'roll-back': {
      const stage = stageNamed(rollout, effect.stage)
      const isUnknown = stage.deployment === null && stage.rollback === null
      if (isUnknown && !(await wasOrdered(ports.deployments, stage, rollout))) {
        return nowMs - rollout.stateSinceMs < LAST_ORDER_MS ? 'later' : null
      }
      return ports.deployments.create(effect.stage, wayBackSpec(stage.previous), effect.clientToken)
    }
    case 'cancel':
      await ports.deployments.cancel(effect.deploymentId)
      return null
    case 'hold-back':
      for (const thing of effect.things) await ports.deployments.move(thing, HELD_FROM, HOLDBACK_GROUP)
      return null
    case 'let-go':
      for (const thing of effect.things) await ports.deployments.move(thing, HOLDBACK_GROUP, HELD_FROM)
      return null
    case 'announce':
      await ports.events.put(effect.detailType, effect.detail)
      return null
    case 'audit':
      await saveAudit(ports.store, rollout.id, effect.sequence, effect.entry)
      return null
  }
}

/** Whether a deployment that nobody lived to tell of was created after all. */
async function wasOrdered(deployments: Deployments, { name }: Stage, rollout: Rollout): Promise<boolean> {
  const { component, version } = cargoOf(rollout)
  const current = await deployments.current(name)
  return current?.spec.components[component]?.componentVersion === version
}

const stageNamed = (rollout: Rollout, name: Stage['name']): Stage =>
  rollout.stages.find((stage) => stage.name === name) as Stage
