import { makeFaultsOf } from '../../sim/faults/catalogue.ts'
import { Priority } from '../../sim/kernel/clock.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Scenario } from '../files/scenario.ts'
import type { LambdaHost } from './lambda-host.ts'

/**
 * Schedules the operator requests of the scenario. The returned function is true while some are still to come: until
 * then the rehearsal is not over, even if the rollout is, since a retry may resume it.
 */
export function scheduleOperators(twin: Twin, host: LambdaHost, { faults }: Scenario): () => boolean {
  const { clock } = twin
  let left = 0
  for (const { fault } of makeFaultsOf(faults, 'operator')) {
    const { atMs, ...request } = fault
    left += 1
    clock.at(
      clock.nowMs() + atMs,
      () => {
        left -= 1
        host.invoke(host.arnOf('operate'), request)
      },
      Priority.schedule,
    )
  }
  return () => left > 0
}
