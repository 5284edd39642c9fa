import { expect, it } from 'vitest'
import { checkInvariants } from '../../scenarios/invariants.ts'
import type { TraceEvent } from '../../sim/trace-events.ts'
import { look as anyLook, header, NEW, OLD, started } from './traces.ts'

const MINUTE_MS = 60_000

const look = (decision: string, handler = 'analyze', stage: 'canary' | 'early' = 'canary'): TraceEvent =>
  anyLook({ decision, handler, stage })

const violated = (law: string, ...events: readonly (readonly [atMinute: number, event: TraceEvent])[]): string[] =>
  checkInvariants(
    { ...header, windowHours: 4 },
    events.map(([atMinute, event], sequence) => ({ sequence, atMs: atMinute * MINUTE_MS, source: 's', ...event })),
  ).violated.filter((text) => text.startsWith(law))

const WINDOW = 'no window ends before its time'
const BACK = 'a way back is confirmed by every device that is connected'

it('sees a window that is one look short, and none that is whole', () => {
  expect(violated(WINDOW, [10, look('soak')], [250, look('promote')])).toEqual([])
  expect(violated(WINDOW, [10, look('soak')], [245, look('promote')])).toHaveLength(1)
  expect(violated(WINDOW, [10, look('soak')], [245, look('complete')])).toHaveLength(1)
})

it('lets a person do without the rest of a window', () => {
  expect(violated(WINDOW, [10, look('soak')], [60, look('promote', 'operate')])).toEqual([])
})

it('counts the window of the stage that soaks, and of its last soak', () => {
  expect(violated(WINDOW, [10, look('soak')], [20, look('promote', 'analyze', 'early')])).toEqual([])
  expect(violated(WINDOW, [10, look('soak')], [200, look('soak')], [260, look('promote')])).toHaveLength(1)
})

it('says nothing of windows where looks are told late', () => {
  const fault: TraceEvent = { kind: 'fault-started', fault: 0, faultKind: 'api-latency', thing: null, target: 'iot' }
  expect(violated(WINDOW, [0, fault], [12, look('soak')], [250, look('promote')])).toEqual([])
})

it('sees a device that still runs the release when its way back is confirmed', () => {
  const connected = [0, { kind: 'device-connected', thing: 'a1' }] as const
  expect(violated(BACK, connected, [5, started('a1', NEW)], [60, look('confirm')])).toHaveLength(1)
  expect(violated(BACK, connected, [5, started('a1', NEW)], [50, started('a1', OLD)], [60, look('confirm')])).toEqual(
    [],
  )
})

it('does not blame a way back for devices that are away, have just come, or were moved', () => {
  const came = { kind: 'device-connected', thing: 'a1' } as const
  const left = { kind: 'device-disconnected', thing: 'a1' } as const
  const moved = { kind: 'membership-changed', thing: 'a1', group: 'early', change: 'added' } as const
  const confirmed = [60, look('confirm')] as const
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, left], [55, came], confirmed)).toEqual([])
  expect(violated(BACK, [0, came], [5, started('a1', NEW)], [40, moved], confirmed)).toEqual([])
})
