import { ROLLOUT_EVENT_SOURCE, STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import { makeAnalyze } from '../../controller/lambda/analyze.ts'
import { makeOperate } from '../../controller/lambda/operate.ts'
import { makePromote } from '../../controller/lambda/promote.ts'
import { makeStart } from '../../controller/lambda/start.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { Ports } from '../../controller/ports/ports.ts'
import { type FaultSpec, makeFaultsOf } from '../../sim/faults/catalogue.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Functions } from './functions.ts'
import { LambdaFaults } from './lambda-faults.ts'
import type { LambdaHost } from './lambda-host.ts'

/** Creates the topic that on-call subscribes to; returns its ARN. */
export function createTopic({ cloud }: Twin): string {
  return cloud.services.sns.CreateTopic({ Name: 'firmware-rollouts' }).TopicArn as string
}

/**
 * Registers the controller's functions, the faults that act on them, and the EventBridge rules that
 * invoke them. `ports`: with the faults of the scenario, and without them, for questions about the status.
 */
export function installController(
  twin: Twin,
  host: LambdaHost,
  ports: { readonly faulty: Ports; readonly own: Ports },
  policy: Policy,
  faults: readonly FaultSpec[],
): void {
  const nowMs = (): number => twin.clock.nowMs()
  const functionsOn = (own: Ports): Functions => ({
    analyze: makeAnalyze(own, policy, nowMs),
    promote: makePromote(own, policy, nowMs),
    start: makeStart(own, policy, nowMs),
    operate: makeOperate(own, policy, nowMs),
  })
  const ofLambda = makeFaultsOf(faults, 'lambda')
  const world = { world: twin.faultWorld, inFlight: twin.inFlight }
  const lambdaFaults = ofLambda.length === 0 ? null : new LambdaFaults(ofLambda, world, ports.faulty, functionsOn)
  host.install(functionsOn(ports.faulty), twin, lambdaFaults, functionsOn(ports.own).operate)
  const { PutRule, PutTargets } = twin.cloud.services.events
  PutRule({ Name: 'analyze', ScheduleExpression: rateOf(policy.tickMs) })
  PutTargets({ Rule: 'analyze', Targets: [{ Id: 'analyze', Arn: host.arnOf('analyze') }] })
  const pattern = { source: [ROLLOUT_EVENT_SOURCE], 'detail-type': [STAGE_PASSED_EVENT] }
  PutRule({ Name: 'promote', EventPattern: JSON.stringify(pattern) })
  PutTargets({ Rule: 'promote', Targets: [{ Id: 'promote', Arn: host.arnOf('promote') }] })
}

/** EventBridge requires the singular for one. [source: rate-expressions] */
const rateOf = (tickMs: number): string => `rate(${tickMs / 60_000} ${tickMs === 60_000 ? 'minute' : 'minutes'})`
