import { expect, it } from 'vitest'
import type { InvariantCode, Violation } from '../../../reports/messages/invariants.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { TraceEvent } from '../../../sim/kernel/trace-events.ts'
import { evaluation as anyEvaluation, deployed, failed, header, NEW, OLD, requested, started } from './traces.ts'

const MINUTE_MS = 60_000

const evaluation = (decision: string, handler = 'analyze', stage: 'canary' | 'early' = 'canary'): TraceEvent =>
  anyEvaluation({ decision, handler, stage })

const violated = (
  code: InvariantCode,
  ...events: readonly (readonly [atMinute: number, event: TraceEvent])[]
): readonly Violation[] =>
  checkInvariants(
    { ...header, windowHours: 4 },
    events.map(([atMinute, event], sequence) => ({ sequence, atMs: atMinute * MINUTE_MS, source: 's', ...event })),
  ).violated.filter((one) => one.code === code)

const WINDOW = 'WINDOW_ENDED_EARLY'
const BACK = 'ROLLBACK_CONFIRMED_EARLY'

it('detects a window that is one evaluation short, and none that is whole', () => {
  expect(violated(WINDOW, [10, evaluation('soak')], [250, evaluation('promote')])).toEqual([])
  expect(violated(WINDOW, [10, evaluation('soak')], [245, evaluation('promote')])).toHaveLength(1)
  expect(violated(WINDOW, [10, evaluation('soak')], [245, evaluation('complete')])).toHaveLength(1)
})

it('allows an operator to promote before the window has passed', () => {
  expect(violated(WINDOW, [10, evaluation('soak')], [60, evaluation('promote', 'operate')])).toEqual([])
})

it('counts the last soak of a stage, and the one that soaks', () => {
  expect(
    violated(WINDOW, [10, evaluation('soak')], [200, evaluation('soak')], [260, evaluation('promote')]),
  ).toHaveLength(1)
  const passed = anyEvaluation({ decision: 'promote', state: 'waiting' })
  const early = evaluation('promote', 'analyze', 'early')
  expect(violated(WINDOW, [10, evaluation('soak')], [250, passed], [260, early])).toHaveLength(1)
  expect(violated(WINDOW, [10, evaluation('soak')], [250, passed], [490, early])).toEqual([])
})

it('demands no second window of a released holdback', () => {
  const releaseHoldback = anyEvaluation({ decision: 'release-holdback', stage: 'production' })
  const passed = anyEvaluation({ decision: 'promote', stage: 'production', state: 'waiting' })
  const done = anyEvaluation({ decision: 'complete', stage: 'production', state: 'completed' })
  const whole = [[10, anyEvaluation({ decision: 'soak', stage: 'production' })] as const, [250, passed] as const]
  expect(violated(WINDOW, ...whole, [300, releaseHoldback], [480, done])).toEqual([])
})

it('takes a stage that waits after its soak for passed, where the record of that is lost', () => {
  const of = (decision: string, state: string) => anyEvaluation({ decision, stage: 'production', state })
  const rest = [
    [300, of('wait', 'soaking')],
    [380, of('complete', 'completed')],
  ] as const
  const [soak, waiting] = [of('soak', 'soaking'), of('wait', 'waiting')]
  expect(violated(WINDOW, [10, soak], [255, waiting], ...rest)).toEqual([])
  expect(violated(WINDOW, [10, soak], [200, waiting], ...rest)).toHaveLength(1)
})

const fault = (faultKind: string): TraceEvent => ({
  kind: 'fault-started',
  fault: 0,
  faultKind,
  thing: null,
  target: 'x',
})
const deploying = anyEvaluation({ state: 'deploying' })

it.each(['api-latency', 'lost-reply', 'lambda-timeout'])(
  'begins windows at the evaluation before where evaluations are recorded late, by %s',
  (kind) => {
    const trace = [[0, fault(kind)] as const, [5, deploying] as const, [12, evaluation('soak')] as const]
    expect(violated(WINDOW, ...trace, [250, evaluation('promote')])).toEqual([])
    expect(violated(WINDOW, ...trace, [244, evaluation('promote')])).toHaveLength(1)
  },
)

it.each(['event-reordered', 'event-late', 'stale-index', 'lambda-killed'])(
  'counts to the second where only the event is late, or nothing, by %s',
  (kind) => {
    const trace = [[0, fault(kind)] as const, [5, deploying] as const, [12, evaluation('soak')] as const]
    expect(violated(WINDOW, ...trace, [250, evaluation('promote')])).toHaveLength(1)
    expect(violated(WINDOW, ...trace, [252, evaluation('promote')])).toEqual([])
  },
)

it('begins a window that was not recorded at the last evaluation without it', () => {
  expect(violated(WINDOW, [5, deploying], [30, evaluation('wait')], [244, evaluation('promote')])).toHaveLength(1)
  expect(violated(WINDOW, [5, deploying], [30, evaluation('wait')], [245, evaluation('promote')])).toEqual([])
  expect(violated(WINDOW, [5, deploying], [245, evaluation('promote')])).toEqual([])
})

it('detects a stage that is deployed too soon after the one before, whatever was recorded', () => {
  expect(violated(WINDOW, [0, deployed('canary')], [239, deployed('early')])).toHaveLength(1)
  expect(violated(WINDOW, [0, deployed('canary')], [240, deployed('early')])).toEqual([])
})

it('allows operators to skip a window between two deployments, even if the answer was lost, and no other', () => {
  const deployments = [[0, deployed('canary')] as const, [60, deployed('early')] as const]
  expect(violated(WINDOW, deployments[0]!, [60, requested('skip')], deployments[1]!)).toEqual([])
  expect(violated(WINDOW, deployments[0]!, [60, failed('operate', 'StaleRollout')], deployments[1]!)).toEqual([])
  expect(violated(WINDOW, deployments[0]!, [60, requested('skip', 'refused')], deployments[1]!)).toHaveLength(1)
  expect(violated(WINDOW, ...deployments, [90, requested('skip')], [90, deployed('production')])).toHaveLength(1)
})

it('detects a device that still runs the release when its rollback is confirmed', () => {
  const connected = [0, { kind: 'device-connected', thing: 'a1' }] as const
  expect(violated(BACK, connected, [5, started('a1', NEW)], [60, evaluation('confirm')])).toHaveLength(1)
  expect(
    violated(BACK, connected, [5, started('a1', NEW)], [50, started('a1', OLD)], [60, evaluation('confirm')]),
  ).toEqual([])
})

it('ignores devices that are offline, have just connected, or were moved', () => {
  const came = { kind: 'device-connected', thing: 'a1' } as const
  const left = { kind: 'device-disconnected', thing: 'a1' } as const
  const moved = { kind: 'membership-changed', thing: 'a1', group: 'early', change: 'added' } as const
  const confirmed = [60, evaluation('confirm')] as const
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], [55, came], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, moved], confirmed)).toEqual([])
})
