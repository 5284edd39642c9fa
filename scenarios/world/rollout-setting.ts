import type { Policy } from '../../controller/policy/policy.ts'
import { stageNames } from '../../controller/policy/stages.ts'
import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { TraceDeploymentSpec } from '../../sim/kernel/trace-events.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Scenario } from '../files/scenario.ts'

/** Records what the rollout finds, so that it can be judged without the controller's word. */
export function recordSetting(
  { trace, cloud }: Twin,
  policy: Policy,
  faults: readonly FaultSpec[],
  { fleet, recorded, former }: Pick<Scenario, 'fleet' | 'recorded'> & { readonly former: readonly string[] },
): void {
  const lines = typeof fleet.lines === 'number' ? [] : fleet.lines
  const deployed = Object.fromEntries(
    stageNames(policy).map((stage) => [stage, cloud.greengrass.deployments.inForce(stage)]),
  )
  trace.record('rehearsal', {
    kind: 'rollout-setting',
    policy,
    deployed: deployed as Record<string, TraceDeploymentSpec>,
    faults: faults.map((fault) => ({ ...fault })),
    recordings: recorded?.length ?? 0,
    ...(former.length > 0 && { former: [...former] }),
    isNoisy: recorded !== undefined || [fleet, ...lines].some(({ noise }) => noise !== undefined && noise !== 'quiet'),
  })
}
