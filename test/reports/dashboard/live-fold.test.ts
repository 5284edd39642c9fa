import { expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { LiveFold } from '../../../reports/dashboard/live-fold.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import { header as wireHeader } from '../fixtures.ts'

const MINUTE_MS = 60_000
const header: TraceHeader = { ...wireHeader, level: 'model', connections: 'direct', startedAtMs: 0, zone: 'UTC' }

const deployed = (deploymentId: string, version: string): TraceEvent => ({
  kind: 'deployment-created',
  deploymentId,
  target: 'canary',
  revisionId: '2',
  jobId: 'j',
  components: { [FIRMWARE_COMPONENT]: version },
})
const started = (thing: string, version: string): TraceEvent => ({
  kind: 'firmware-started',
  thing,
  version,
  bootId: 'x',
})
const healthy = (thing: string, version: string): TraceEvent => ({
  kind: 'device-healthy',
  thing,
  version,
  bootId: 'x',
})
const received = (thing: string, deploymentId: string): TraceEvent => ({
  kind: 'deployment-received',
  thing,
  deploymentId,
})
const finished = (thing: string, deploymentId: string): TraceEvent => ({
  kind: 'deployment-finished',
  thing,
  deploymentId,
  status: 'SUCCEEDED',
  detailedStatus: 'SUCCESSFUL',
})
const evaluated = (state: string, decision: string, observed = 0): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage: 'canary',
  state,
  verdict: 'healthy',
  decision,
  reason: 'because',
  findings: [
    { rule: 'cycle-time', metric: 'cycleTimeIncreasePct', outcome: 'healthy', observed, baseline: 0, limit: 10, n: 1 },
  ],
})

function fold(...events: readonly (readonly [number, TraceEvent])[]) {
  const live = new LiveFold(header)
  events.forEach(([minute, event], sequence) => {
    live.take({ sequence, atMs: minute * MINUTE_MS, source: 's', ...event })
  })
  const nowMs = (events.at(-1)?.[0] ?? 0) * MINUTE_MS
  return live.state({ nowMs, speedup: 1, pace: 'max', outcome: null })
}

const codes = (state: ReturnType<typeof fold>): string => state.map.map(({ codes }) => codes).join(' ')

it('shows the old firmware everywhere before anything happens', () => {
  expect(codes(fold())).toBe('... ...')
})

it('follows a device through the release and back', () => {
  const release: (readonly [number, TraceEvent])[] = [
    [0, deployed('d', '2.4.0')],
    [1, received('a1', 'd')],
  ]
  expect(codes(fold(...release))).toBe('i.. ...')
  const up = [...release, [3, finished('a1', 'd')], [3, started('a1', '2.4.0')]] as typeof release
  expect(codes(fold(...up))).toBe('n.. ...')
  const well = [...up, [4, healthy('a1', '2.4.0')]] as typeof release
  expect(codes(fold(...well))).toBe('+.. ...')
  const dead = [
    ...well,
    [60, { kind: 'firmware-crashed', thing: 'a1', version: '2.4.0', reason: 'r' }],
  ] as typeof release
  expect(codes(fold(...dead))).toBe('x.. ...')
  const back = [...well, [62, deployed('b', '2.3.1')], [63, received('a1', 'b')]] as typeof release
  expect(codes(fold(...back))).toBe('r.. ...')
  const reverted = [
    ...back,
    [65, finished('a1', 'b')],
    [65, started('a1', '2.3.1')],
    [66, healthy('a1', '2.3.1')],
  ] as typeof release
  const state = fold(...reverted)
  expect(codes(state)).toBe('... ...')
  expect(state.legs).toEqual({
    detectedAtMs: 62 * MINUTE_MS,
    devices: 1,
    received: { count: 1, slowestMinutes: 1 },
    reverted: { count: 1, slowestMinutes: 2 },
    healthy: { count: 1, sinceOnsetMinutes: null },
  })
  expect(state.exposure.devices).toBe(1)
  expect(state.exposure.deviceHours).toBeCloseTo(62 / 60)
})

it('shows a device that is away, over whatever else it does', () => {
  expect(codes(fold([0, { kind: 'device-disconnected', thing: 'b3' }]))).toBe('... ..-')
})

it('runs the window clock from the soak to the promotion', () => {
  const soaking = fold([0, deployed('d', '2.4.0')], [10, evaluated('soaking', 'soak')])
  expect(soaking.stages[0]).toMatchObject({ state: 'soaking', soakingSinceMs: 10 * MINUTE_MS })
  const promoted = fold([10, evaluated('soaking', 'soak')], [1450, evaluated('waiting', 'promote')])
  expect(promoted.stages[0]).toMatchObject({ state: 'promoted', soakingSinceMs: null })
})

it('shows nothing as judged of what a start says could be seen at the least', () => {
  const evaluation = evaluated('waiting', 'wait', 27)
  const state = fold([0, { ...evaluation, handler: 'start' } as TraceEvent])
  expect(state.series).toEqual([])
  expect(state.verdict).toMatchObject({ decision: 'wait', findings: [] })
  expect(fold([0, evaluation]).series).toHaveLength(1)
})

it('keeps a bounded number of points over the whole time', () => {
  const evaluations = Array.from({ length: 1_000 }, (_, i) => [i * 5, evaluated('soaking', 'wait', i)] as const)
  const points = fold(...evaluations).series[0]?.points ?? []
  expect(points.length).toBeGreaterThan(50)
  expect(points.length).toBeLessThanOrEqual(120)
  expect(points[0]?.[0]).toBe(0)
  expect(points.at(-1)?.[0]).toBeGreaterThan(4_900 * MINUTE_MS)
})

it('tells what people did, and what the controller answered', () => {
  const operation = (result: string, answer: string): TraceEvent => {
    return { kind: 'operation', operation: 'pause', actor: 'jo', reason: 'lunch', result, answer }
  }
  const { log } = fold(
    [1, { kind: 'intervention', code: 'OPERATION_INVOKED', data: { operation: 'pause', actor: 'jo' } }],
    [1, operation('accepted', 'held')],
    [2, operation('repeated', 'paused already by jo')],
    [3, operation('refused', 'a way back cannot be paused')],
    [4, { kind: 'intervention', code: 'FAULT_INJECTED', data: { spec: { kind: 'crash', in: { line: 7 } } } }],
  )
  expect(log.map(({ text }) => text)).toEqual([
    'pause by jo: held',
    'pause by jo, as before: paused already by jo',
    'pause by jo REFUSED: a way back cannot be paused',
    'fault crash on line 7',
  ])
})

it('tells that somebody was notified', () => {
  const message = { kind: 'message-published', topic: 't', subject: 'ROLLOUT_HELD: blind' } as const
  const { log } = fold([1, { ...message, reasonCode: 'ROLLOUT_HELD' }], [2, { ...message, reasonCode: null }])
  expect(log.map(({ text }) => text)).toEqual(['notified: ROLLOUT_HELD: blind'])
})

it('counts the devices of a fault, and says once that it began', () => {
  const fault = (thing: string): TraceEvent => ({ kind: 'fault-started', fault: 0, faultKind: 'crash', thing })
  const state = fold([5, fault('a1')], [6, fault('b1')])
  expect(state.faults).toEqual([{ kind: 'crash', onsetAtMs: 5 * MINUTE_MS, devices: 2 }])
  expect(state.log.map(({ text }) => text)).toEqual(['fault: crash begins on a1'])
})
