import type { ForeignDeployment } from '../messages/decisions.ts'
import { groupsOf, type Rollout } from './rollout.ts'

/** The newest deployment of thing groups: its id by the group's name. */
export type NewestDeployments = Readonly<Record<string, string>>

/** Of the groups of a rollout only. */
export const ofGroups = (groups: readonly string[], newest: NewestDeployments): NewestDeployments =>
  Object.fromEntries(groups.flatMap((group) => (newest[group] === undefined ? [] : [[group, newest[group]]])))

/**
 * The newest deployments of the rollout's groups that neither it nor the rollout before has created, and that on-call was
 * not paged for yet. A group is unknown while a request of the rollout for it is pending, because a function that died
 * may have created the deployment; and in a rollout that was started before deployments were kept.
 */
export function foreignDeployments(rollout: Rollout, newest: NewestDeployments): readonly ForeignDeployment[] {
  const { deploymentsAtStart, noticedDeployments = [] } = rollout
  if (deploymentsAtStart === undefined) return []
  return groupsOf(rollout).flatMap((group) => {
    const deploymentId = newest[group]
    if (deploymentId === undefined || isRequested(rollout, group) || noticedDeployments.includes(deploymentId))
      return []
    const stage = rollout.stages.find(({ name }) => name === group)
    const own = [deploymentsAtStart[group], stage?.deployment?.deploymentId, stage?.rollback?.deploymentId]
    return deploymentId === own.findLast((id) => id !== undefined) ? [] : [{ group, deploymentId }]
  })
}

const isRequested = ({ pending }: Rollout, group: string): boolean =>
  pending.some((effect) => 'stage' in effect && effect.stage === group)
