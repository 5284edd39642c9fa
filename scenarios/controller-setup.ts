import { shiftBoundaries } from '../controller/calendar.ts'
import { ROLLOUT_EVENT_SOURCE, STAGE_PASSED_EVENT } from '../controller/contract.ts'
import { parseHealth } from '../controller/health.ts'
import { makeAnalyze } from '../controller/lambda/analyze.ts'
import { makeOperate } from '../controller/lambda/operate.ts'
import { makePromote } from '../controller/lambda/promote.ts'
import { makeStart } from '../controller/lambda/start.ts'
import type { Policy } from '../controller/policy.ts'
import type { Ports } from '../controller/ports.ts'
import { record } from '../controller/records.ts'
import type { HealthSample } from '../controller/snapshot.ts'
import { minuteOf } from '../sim/plant/shifts.ts'
import type { Twin } from '../sim/twin.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { Fleet } from './twin-plan.ts'

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

/** Registers the functions and the rules that call them. */
export function installController(twin: Twin, host: LambdaHost, ports: Ports, policy: Policy): void {
  const functions = {
    analyze: makeAnalyze(ports, policy),
    promote: makePromote(ports, policy),
    start: makeStart(ports, policy),
    operate: makeOperate(ports, policy, () => twin.clock.nowMs()),
  }
  host.install(functions, twin.trace)
  const { PutRule, PutTargets } = twin.cloud.events.operations
  PutRule?.({ Name: 'analyze', ScheduleExpression: rateOf(policy.tickMs) })
  PutTargets?.({ Rule: 'analyze', Targets: [{ Id: 'analyze', Arn: host.arnOf('analyze') }] })
  const pattern = { source: [ROLLOUT_EVENT_SOURCE], 'detail-type': [STAGE_PASSED_EVENT] }
  PutRule?.({ Name: 'promote', EventPattern: JSON.stringify(pattern) })
  PutTargets?.({ Rule: 'promote', Targets: [{ Id: 'promote', Arn: host.arnOf('promote') }] })
}

/** EventBridge wants the singular for one. [eb: rate expressions] */
const rateOf = (tickMs: number): string => `rate(${tickMs / 60_000} ${tickMs === 60_000 ? 'minute' : 'minutes'})`
