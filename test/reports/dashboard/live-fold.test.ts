import { expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import type { Message } from '../../../controller/messages/message.ts'
import { LiveFold } from '../../../reports/dashboard/live-fold.ts'
import { logText } from '../../../reports/dashboard/log-text.ts'
import { textOf } from '../../../reports/messages/registry.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import { notified, published, REASON, rolloutStarted, header as wireHeader } from '../fixtures.ts'

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
  reason: REASON,
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
    [60, { kind: 'firmware-crashed', thing: 'a1', version: '2.4.0', reason: REASON }],
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

it('shows a device that is offline, whatever else it does', () => {
  expect(codes(fold([0, { kind: 'device-disconnected', thing: 'b3' }]))).toBe('... ..-')
})

it('tells devices apart that are held back, until they follow', () => {
  const moved = (change: 'added' | 'removed'): TraceEvent => ({
    kind: 'device-moved',
    thing: 'b3',
    group: 'holdback',
    change,
  })
  const held = fold([0, moved('added')])
  expect(codes(held)).toBe('... ..h')
  expect(held.stages.map((stage) => stage.held).reduce((a, b) => a + b)).toBe(1)
  expect(codes(fold([0, moved('added')], [1, started('b3', '2.4.0')], [2, healthy('b3', '2.4.0')]))).toBe('... ..+')
  const followed = fold([0, moved('added')], [1, moved('removed')])
  expect(codes(followed)).toBe('... ...')
  expect(followed.stages.every((stage) => stage.held === 0)).toBe(true)
})

it('runs the window clock from the soak to the promotion', () => {
  const soaking = fold([0, deployed('d', '2.4.0')], [10, evaluated('soaking', 'soak')])
  expect(soaking.stages[0]).toMatchObject({ state: 'soaking', soakingSinceMs: 10 * MINUTE_MS })
  const promoted = fold([10, evaluated('soaking', 'soak')], [1450, evaluated('waiting', 'promote')])
  expect(promoted.stages[0]).toMatchObject({ state: 'promoted', soakingSinceMs: null })
})

it('shows the start of the rollout, and none of its smallest effects as a finding', () => {
  const state = fold([0, rolloutStarted()])
  expect(state.series).toEqual([])
  expect(state.verdict).toMatchObject({ decision: 'start', reason: REASON, findings: [] })
  expect(state.stages.map((one) => one.state)).toEqual(['waiting', 'ahead', 'ahead'])
  expect(fold([0, rolloutStarted('migration')])).toMatchObject({ verdict: null, stages: [{ state: 'ahead' }, {}, {}] })
  expect(fold([0, evaluated('waiting', 'wait', 27)]).series).toHaveLength(1)
})

it('plots the whole stage before its lines, and every metric of a rule by itself', () => {
  const finding = (metric: string, observed: number, line?: number) => ({
    ...{ rule: 'r', metric, outcome: 'healthy', observed, baseline: 0, limit: 10, n: 1 },
    ...(line !== undefined && { line }),
  })
  const evaluation = (...findings: ReturnType<typeof finding>[]) =>
    ({ ...evaluated('soaking', 'wait'), findings }) as TraceEvent
  const state = fold(
    [0, evaluation(finding('a', 1, 1), finding('b', 5))],
    [5, evaluation(finding('a', 9, 1), finding('a', 2))],
  )
  expect(state.series.map(({ metric, points }) => [metric, points.map(([, observed]) => observed)])).toEqual([
    ['a', [1, 2]],
    ['b', [5]],
  ])
})

it('keeps a bounded number of points over the whole time', () => {
  const evaluations = Array.from({ length: 1_000 }, (_, i) => [i * 5, evaluated('soaking', 'wait', i)] as const)
  const points = fold(...evaluations).series[0]?.points ?? []
  expect(points.length).toBeGreaterThan(50)
  expect(points.length).toBeLessThanOrEqual(120)
  expect(points[0]?.[0]).toBe(0)
  expect(points.at(-1)?.[0]).toBeGreaterThan(4_900 * MINUTE_MS)
})

const lines = (state: ReturnType<typeof fold>): string[] => state.log.map(logText)
const EXAMPLE = (n: number): Message => ({ code: 'EXAMPLE', data: { n } })

it('logs what operators did, and the answers of the controller', () => {
  const operation = (result: string, answer: Message): TraceEvent => {
    return { kind: 'operation', operation: 'pause', actor: 'jo', reason: 'lunch', result, answer }
  }
  const spec = { kind: 'crash', in: { line: 7 } }
  const state = fold(
    [1, { kind: 'intervention', code: 'OPERATION_INVOKED', data: { operation: 'pause', actor: 'jo' } }],
    [1, operation('accepted', EXAMPLE(1))],
    [2, operation('repeated', EXAMPLE(2))],
    [3, operation('refused', EXAMPLE(3))],
    [4, { kind: 'intervention', code: 'FAULT_INJECTED', data: { spec } }],
  )
  expect(lines(state)).toEqual([
    'pause by jo: EXAMPLE {"n":1}',
    'pause by jo (repeated): EXAMPLE {"n":2}',
    'pause by jo REFUSED: EXAMPLE {"n":3}',
    `injected: ${textOf({ code: 'FAULT_INJECTED', data: { spec } })}`,
  ])
})

it('logs what on-call was notified of', () => {
  const state = fold([1, notified({ n: 1 })], [2, published('of another service')])
  expect(lines(state)).toEqual(['notified: EXAMPLE: EXAMPLE {"n":1}'])
})

it('logs deployments, decisions, failures and the end', () => {
  const live = new LiveFold(header)
  const events: readonly TraceEvent[] = [
    deployed('d', '2.4.0'),
    evaluated('deploying', 'deploy'),
    evaluated('deploying', 'wait'),
    { kind: 'handler-failed', handler: 'analyze', error: 'Timeout', message: 'm' },
    deployed('b', '2.3.1'),
  ]
  events.forEach((event, sequence) => {
    live.take({ sequence, atMs: sequence, source: 's', ...event })
  })
  const end = { nowMs: 9, speedup: 1, pace: 'max', outcome: 'rolled-back' }
  live.state(end)
  expect(lines(live.state(end))).toEqual([
    '2.4.0 deployed to canary',
    'canary: deploy: EXAMPLE {}',
    'analyze failed: Timeout',
    'rollback to 2.3.1 deployed to canary',
    'the rehearsal has ended: rolled-back',
  ])
})

it('logs one line per burst of crashes', () => {
  const crash = (thing: string): TraceEvent => ({ kind: 'firmware-crashed', thing, version: '2.4.0', reason: REASON })
  const state = fold([1, crash('a1')], [1.5, crash('a2')], [2, crash('a3')], [2.1, crash('b1')], [4, crash('b2')])
  expect(lines(state)).toEqual(['a1 crashed: EXAMPLE {}', 'b1 crashed: EXAMPLE {}', 'b2 crashed: EXAMPLE {}'])
})

it('counts the devices of a fault, and logs its first onset', () => {
  const fault = (thing: string): TraceEvent => ({
    kind: 'fault-started',
    fault: 0,
    faultKind: 'crash',
    thing,
    firmware: '2.4.0',
  })
  const state = fold([5, fault('a1')], [6, fault('b1')])
  expect(state.faults).toEqual([{ kind: 'crash', onsetAtMs: 5 * MINUTE_MS, ofRelease: true, devices: 2 }])
  expect(lines(state)).toEqual(['fault crash began on a1'])
})

it('shows a fault of AWS with its target and without devices', () => {
  const state = fold([
    5,
    { kind: 'fault-started', fault: 0, faultKind: 'throttling', thing: null, target: 'SearchIndex' },
  ])
  expect(state.faults).toEqual([
    { kind: 'throttling', onsetAtMs: 5 * MINUTE_MS, ofRelease: false, devices: 0, target: 'SearchIndex' },
  ])
  expect(lines(state)).toEqual(['fault throttling began on SearchIndex'])
})
