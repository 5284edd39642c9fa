import { describe, expect, it } from 'vitest'
import { LIVENESS_INVARIANTS, type Shown } from '../../../scenarios/outcome/liveness-invariants.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import { asked, called, connected, disconnected, evaluation, HOUR_MS, header, OLD, started, traceOf } from './traces.ts'

const shown = (
  invariant: string,
  trace: ReturnType<typeof traceOf>,
  endHour: number,
  over: Partial<TraceHeader> = {},
): 'held' | 'violated' | 'undecided' => {
  const result = LIVENESS_INVARIANTS[invariant]?.({ ...header, ...over }, trace, endHour * HOUR_MS) as Shown
  return (result.violated?.length ?? 0) > 0 ? 'violated' : result.undecided === undefined ? 'held' : 'undecided'
}

describe('a rollout ends, or waits for somebody', () => {
  const invariant = 'a rollout ends, or waits for somebody'
  const soaking = traceOf([0, evaluation({ state: 'deploying' })], [1, evaluation()], [60, evaluation()])

  it('is held by an end and by whoever holds the rollout', () => {
    expect(shown(invariant, traceOf([0, evaluation()], [1, evaluation({ state: 'rolled-back' })]), 900)).toBe('held')
    expect(shown(invariant, traceOf([0, asked('pause')], [1, evaluation()]), 900)).toBe('held')
    expect(shown(invariant, traceOf([0, asked('freeze')], [1, evaluation()]), 900)).toBe('held')
    expect(shown(invariant, traceOf([0, evaluation({ decision: 'pause' })], [1, evaluation()]), 900)).toBe('held')
    expect(shown(invariant, traceOf([0, asked('pause')], [0, asked('resume')], [1, evaluation()]), 900)).toBe(
      'violated',
    )
    expect(shown(invariant, traceOf([0, asked('pause', 'refused')], [1, evaluation()]), 900)).toBe('violated')
  })

  it('is held by a pause whose look was killed, as long as somebody was notified of it', () => {
    const notified = (subject: string): TraceEvent => ({ ...called('ROLLOUT_HELD'), subject }) as TraceEvent
    const changed = notified('ROLLOUT_HELD: release 2.4.0, canary: line-01-01 is in canary and production')
    const down = notified('ROLLOUT_HELD: release 2.4.0, canary: the telemetry is down for 15 min')
    expect(shown(invariant, traceOf([0, changed], [1, evaluation()]), 900)).toBe('held')
    expect(shown(invariant, traceOf([0, changed], [1, asked('resume')], [2, evaluation()]), 900)).toBe('violated')
    expect(shown(invariant, traceOf([0, down], [1, evaluation()]), 900)).toBe('violated')
  })

  it('is violated by a state that lasts longer than the controller lets it', () => {
    expect(shown(invariant, soaking, 60)).toBe('violated')
    expect(shown(invariant, traceOf([0, evaluation()], [1, evaluation({ state: 'rolling-back' })]), 3)).toBe('violated')
  })

  it('is undecided while there is time left, while something disturbs, and for good if that never ends', () => {
    expect(shown(invariant, soaking, 40)).toBe('undecided')
    expect(shown(invariant, soaking, 60, { faultsEndAtMs: 30 * HOUR_MS })).toBe('undecided')
    expect(shown(invariant, soaking, 900, { faultsEndAtMs: null })).toBe('undecided')
    expect(shown(invariant, traceOf(), 900)).toBe('undecided')
  })

  it('is held by a call for somebody only since the state began', () => {
    const down = evaluation({ reason: 'the telemetry is down for 30 min, everything is held' })
    const page = evaluation({ decision: 'page', reason: 'the telemetry is down for 15 min, everything is held' })
    expect(shown(invariant, traceOf([0, evaluation({ state: 'waiting' })], [1, page], [60, down]), 60)).toBe('held')
    expect(shown(invariant, traceOf([0, evaluation({ state: 'waiting' })], [1, down], [60, down]), 60)).toBe('violated')
  })
})

describe('whoever a rollout waits for has been called', () => {
  const invariant = 'whoever a rollout waits for has been called'
  const going = [0, evaluation()] as const
  const halt = evaluation({ state: 'halted', decision: 'halt' })
  const held = evaluation({ decision: 'page' })
  const stuck = evaluation({ state: 'rolling-back', decision: 'escalate' })
  const migration = { ...held, kind: 'migration-evaluated', decision: 'pause' } as TraceEvent

  it.each<[string, TraceEvent, string, string]>([
    ['a halt', halt, 'ROLLOUT_HALTED', 'ROLLOUT_HELD'],
    ['a way back that is halted', halt, 'ROLLBACK_STUCK', 'ROLLOUT_HELD'],
    ['a halt that nobody told of', evaluation({ state: 'halted' }), 'ROLLOUT_HALTED', 'ROLLOUT_HELD'],
    ['devices that are stuck', stuck, 'ROLLBACK_STUCK', 'ROLLOUT_HALTED'],
    ['a rollout that is held', held, 'ROLLOUT_HELD', 'ROLLBACK_STUCK'],
    ['a pause of a migration', migration, 'ROLLOUT_HELD', 'ROLLOUT_HALTED'],
  ])('holds for %s only with a call of its kind, before the look ends or later', (_, event, code, other) => {
    expect(shown(invariant, traceOf(going, [1, event], [1, called(code)]), 1)).toBe('held')
    expect(shown(invariant, traceOf(going, [1, called(code)], [1, event]), 1)).toBe('held')
    expect(shown(invariant, traceOf(going, [1, event], [2, evaluation()], [2, called(code)]), 2)).toBe('held')
    expect(shown(invariant, traceOf(going, [1, event]), 1)).toBe('violated')
    expect(shown(invariant, traceOf(going, [1, event], [1, called(other)]), 1)).toBe('violated')
  })

  it('knows a call whose function ends after another one has looked', () => {
    const duplicate = [1.02, evaluation()] as const
    expect(shown(invariant, traceOf(going, [1, called('ROLLOUT_HELD')], duplicate, [1.05, held]), 2)).toBe('held')
    expect(shown(invariant, traceOf(going, [0.9, called('ROLLOUT_HELD')], duplicate, [1.05, held]), 2)).toBe('violated')
  })

  it('wants a call for each, but not for what is halted already', () => {
    const first = [going, [1, called('ROLLOUT_HALTED')], [1, halt], [2, evaluation({ state: 'halted' })]] as const
    expect(shown(invariant, traceOf(...first), 2)).toBe('held')
    expect(shown(invariant, traceOf(...first, [3, halt]), 3)).toBe('violated')
  })

  it('is undecided while a call may still be tried again, or something disturbs for good', () => {
    const trace = traceOf(going, [1, halt])
    const until = (hour: number) => ({ faultsEndAtMs: hour * HOUR_MS })
    expect(shown(invariant, trace, 2.5, until(2))).toBe('undecided')
    expect(shown(invariant, trace, 3, until(2))).toBe('violated')
    expect(shown(invariant, trace, 900, { faultsEndAtMs: null })).toBe('undecided')
  })

  it('asks nothing of what needs nobody', () => {
    expect(shown(invariant, traceOf(going, [1, asked('pause')], [2, evaluation({ state: 'rolled-back' })]), 9)).toBe(
      'held',
    )
  })
})

describe.each<[string, readonly TraceEvent[]]>([
  ['after a way back every device that can be reached runs the version before', [started('a1')]],
  [
    'no deployment is left open on a device that can be reached',
    [{ kind: 'job-execution', thing: 'a1', deploymentId: 'd', status: 'QUEUED' }],
  ],
])('%s', (invariant, events) => {
  const trace = (state: string, ...more: readonly (readonly [number, TraceEvent])[]) =>
    traceOf([0, connected('a1')], ...events.map((event) => [1, event] as const), [2, evaluation({ state })], ...more)

  it('is violated by a connected device that had an hour', () => {
    expect(shown(invariant, trace('rolled-back'), 3)).toBe('violated')
  })

  it('is undecided for one that had less, since the end, since it came back, or since the disturbance', () => {
    expect(shown(invariant, trace('rolled-back'), 2.5)).toBe('undecided')
    expect(shown(invariant, trace('rolled-back', [3, disconnected('a1')], [4, connected('a1')]), 4.5)).toBe('undecided')
    expect(shown(invariant, trace('rolled-back'), 3, { faultsEndAtMs: 2.5 * HOUR_MS })).toBe('undecided')
    expect(shown(invariant, trace('rolled-back'), 900, { faultsEndAtMs: null })).toBe('undecided')
  })

  it('is held where nobody can be reached, or a person is called', () => {
    expect(shown(invariant, trace('rolled-back', [3, disconnected('a1')]), 900)).toBe('held')
    expect(shown(invariant, trace('halted'), 900)).toBe('held')
  })
})

it('a deployment that was finished, and a device that went back, are no reproach', () => {
  const done = { kind: 'job-execution', thing: 'a1', deploymentId: 'd', status: 'SUCCEEDED' } as const
  const trace = traceOf(
    [0, connected('a1')],
    [1, started('a1')],
    [1, done],
    [2, started('a1', OLD)],
    [2, evaluation({ state: 'rolled-back' })],
  )
  for (const invariant of Object.keys(LIVENESS_INVARIANTS)) expect(shown(invariant, trace, 900)).toBe('held')
})
