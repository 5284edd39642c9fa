import { ROLLOUT_EVENT_SOURCE, STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import { parseHealth } from '../../controller/evidence/health.ts'
import type { HealthSample } from '../../controller/evidence/snapshot.ts'
import { makeAnalyze } from '../../controller/lambda/analyze.ts'
import { makeOperate } from '../../controller/lambda/operate.ts'
import { makePromote } from '../../controller/lambda/promote.ts'
import { makeStart } from '../../controller/lambda/start.ts'
import { shiftBoundaries } from '../../controller/policy/calendar.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { Ports } from '../../controller/ports/ports.ts'
import { record } from '../../controller/reconcile/records.ts'
import { type FaultSpec, isLambdaFault } from '../../sim/faults/catalogue.ts'
import { placed } from '../../sim/faults/families/fault-world.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import { minuteOf } from '../../sim/plant/shifts.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Functions } from './functions.ts'
import { LambdaFaults } from './lambda-faults.ts'
import type { LambdaHost } from './lambda-host.ts'
import { faultyStore } from './store-faults.ts'
import type { Fleet } from './twin-plan.ts'
import { VirtualRetryStrategy } from './virtual-retry.ts'

/** The controller's memory of the week before: the same records that its analyzer would have kept at every shift. */
export async function recordHistory(
  twin: Twin,
  ports: Ports,
  policy: Policy,
  fleet: Fleet,
  signal: AbortSignal | undefined,
): Promise<void> {
  const toMs = twin.clock.nowMs()
  const groupsOf = new Map(fleet.map(({ thing, stage, line }) => [thing, { groups: [stage], line }]))
  const boundaries = shiftBoundaries(policy, toMs - policy.baselineMs - longestShiftMs(policy), toMs)
  const fromMs = Math.min(boundaries[0] ?? toMs, toMs)
  for (const { atMs, documents } of twin.history(fromMs, boundaries)) {
    const devices: Record<string, HealthSample> = {}
    for (const thing of groupsOf.keys()) devices[thing] = parseHealth(documents.get(thing))
    await twin.inFlight.during('history', () => record(ports.store, policy, { atMs, devices }))
    await twin.inFlight.settled() // a turn of the event loop, so that an interrupt is heard in a long history
    signal?.throwIfAborted()
  }
}

const longestShiftMs = ({ shifts }: Policy): number =>
  Math.max(...shifts.map(({ from, to }) => (minuteOf(to) - minuteOf(from) + 1440) % 1440 || 1440)) * 60_000

/** The topic that whoever is on duty subscribes to; returns its ARN. */
export function createTopic({ cloud }: Twin): string {
  const created = cloud.topics.operations.CreateTopic?.({ Name: 'firmware-rollouts' }) as { TopicArn: string }
  return created.TopicArn
}

/** The store lies outside the twin, so its faults are put before it here; the week of memory was written without them. */
export function withStoreFaults(ports: Ports, twin: Twin, seed: Seed): Ports {
  if (!twin.apiFaults.concern('dynamodb')) return ports
  const { clock, inFlight, apiFaults } = twin
  const retryStrategy = new VirtualRetryStrategy('store', { clock, inFlight, seed })
  return { ...ports, store: faultyStore(ports.store, apiFaults, retryStrategy) }
}

/** Registers the functions, with the faults that act on them, and the rules that call them. */
export function installController(
  twin: Twin,
  host: LambdaHost,
  ports: Ports,
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
  const ofLambda = placed(faults, isLambdaFault)
  const world = { world: twin.faultWorld, inFlight: twin.inFlight }
  const lambdaFaults = ofLambda.length === 0 ? null : new LambdaFaults(ofLambda, world, ports, functionsOn)
  host.install(functionsOn(ports), twin, lambdaFaults)
  const { PutRule, PutTargets } = twin.cloud.events.operations
  PutRule?.({ Name: 'analyze', ScheduleExpression: rateOf(policy.tickMs) })
  PutTargets?.({ Rule: 'analyze', Targets: [{ Id: 'analyze', Arn: host.arnOf('analyze') }] })
  const pattern = { source: [ROLLOUT_EVENT_SOURCE], 'detail-type': [STAGE_PASSED_EVENT] }
  PutRule?.({ Name: 'promote', EventPattern: JSON.stringify(pattern) })
  PutTargets?.({ Rule: 'promote', Targets: [{ Id: 'promote', Arn: host.arnOf('promote') }] })
}

/** EventBridge wants the singular for one. [eb: rate expressions] */
const rateOf = (tickMs: number): string => `rate(${tickMs / 60_000} ${tickMs === 60_000 ? 'minute' : 'minutes'})`
