import { expect, it } from 'vitest'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { TraceEvent } from '../../../sim/kernel/trace-events.ts'
import { evaluation as anyLook, asked, failed, header, NEW, OLD, ordered, started } from './traces.ts'

const MINUTE_MS = 60_000

const evaluation = (decision: string, handler = 'analyze', stage: 'canary' | 'early' = 'canary'): TraceEvent =>
  anyLook({ decision, handler, stage })

const violated = (
  invariant: string,
  ...events: readonly (readonly [atMinute: number, event: TraceEvent])[]
): string[] =>
  checkInvariants(
    { ...header, windowHours: 4 },
    events.map(([atMinute, event], sequence) => ({ sequence, atMs: atMinute * MINUTE_MS, source: 's', ...event })),
  ).violated.filter((text) => text.startsWith(invariant))

const WINDOW = 'no window ends before its time'
const BACK = 'a way back is confirmed by every device that is connected'

it('sees a window that is one look short, and none that is whole', () => {
  expect(violated(WINDOW, [10, evaluation('soak')], [250, evaluation('promote')])).toEqual([])
  expect(violated(WINDOW, [10, evaluation('soak')], [245, evaluation('promote')])).toHaveLength(1)
  expect(violated(WINDOW, [10, evaluation('soak')], [245, evaluation('complete')])).toHaveLength(1)
})

it('lets a person do without the rest of a window', () => {
  expect(violated(WINDOW, [10, evaluation('soak')], [60, evaluation('promote', 'operate')])).toEqual([])
})

it('counts the last soak of a stage, and the one that soaks', () => {
  expect(
    violated(WINDOW, [10, evaluation('soak')], [200, evaluation('soak')], [260, evaluation('promote')]),
  ).toHaveLength(1)
  const passed = anyLook({ decision: 'promote', state: 'waiting' })
  const early = evaluation('promote', 'analyze', 'early')
  expect(violated(WINDOW, [10, evaluation('soak')], [250, passed], [260, early])).toHaveLength(1)
  expect(violated(WINDOW, [10, evaluation('soak')], [250, passed], [490, early])).toEqual([])
})

it('asks no second window of those that were let go', () => {
  const releaseHoldback = anyLook({ decision: 'release-holdback', stage: 'production' })
  const passed = anyLook({ decision: 'promote', stage: 'production', state: 'waiting' })
  const done = anyLook({ decision: 'complete', stage: 'production', state: 'completed' })
  const whole = [[10, anyLook({ decision: 'soak', stage: 'production' })] as const, [250, passed] as const]
  expect(violated(WINDOW, ...whole, [300, releaseHoldback], [480, done])).toEqual([])
})

const fault = (faultKind: string): TraceEvent => ({
  kind: 'fault-started',
  fault: 0,
  faultKind,
  thing: null,
  target: 'x',
})
const deploying = anyLook({ state: 'deploying' })

it.each(['api-latency', 'lost-reply', 'lambda-timeout'])(
  'begins windows at the look before where looks are told late, by %s',
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

it('begins a window that nobody told of at the last look without it', () => {
  expect(violated(WINDOW, [5, deploying], [30, evaluation('wait')], [244, evaluation('promote')])).toHaveLength(1)
  expect(violated(WINDOW, [5, deploying], [30, evaluation('wait')], [245, evaluation('promote')])).toEqual([])
  expect(violated(WINDOW, [5, deploying], [245, evaluation('promote')])).toEqual([])
})

it('sees a stage that is ordered too soon after the one before, whatever was told', () => {
  expect(violated(WINDOW, [0, ordered('canary')], [239, ordered('early')])).toHaveLength(1)
  expect(violated(WINDOW, [0, ordered('canary')], [240, ordered('early')])).toEqual([])
})

it('lets people skip a window between two orders, even if nobody heard the answer, and no other', () => {
  const orders = [[0, ordered('canary')] as const, [60, ordered('early')] as const]
  expect(violated(WINDOW, orders[0]!, [60, asked('skip')], orders[1]!)).toEqual([])
  expect(violated(WINDOW, orders[0]!, [60, failed('operate', 'StaleRollout')], orders[1]!)).toEqual([])
  expect(violated(WINDOW, orders[0]!, [60, asked('skip', 'refused')], orders[1]!)).toHaveLength(1)
  expect(violated(WINDOW, ...orders, [90, asked('skip')], [90, ordered('production')])).toHaveLength(1)
})

it('sees a device that still runs the release when its way back is confirmed', () => {
  const connected = [0, { kind: 'device-connected', thing: 'a1' }] as const
  expect(violated(BACK, connected, [5, started('a1', NEW)], [60, evaluation('confirm')])).toHaveLength(1)
  expect(
    violated(BACK, connected, [5, started('a1', NEW)], [50, started('a1', OLD)], [60, evaluation('confirm')]),
  ).toEqual([])
})

it('does not blame a way back for devices that are away, have just come, or were moved', () => {
  const came = { kind: 'device-connected', thing: 'a1' } as const
  const left = { kind: 'device-disconnected', thing: 'a1' } as const
  const moved = { kind: 'membership-changed', thing: 'a1', group: 'early', change: 'added' } as const
  const confirmed = [60, evaluation('confirm')] as const
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], [55, came], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, moved], confirmed)).toEqual([])
})
