import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY, type Policy } from '../../../controller/policy/policy.ts'
import type { Shown } from '../../../scenarios/outcome/invariant.ts'
import { LIVENESS_INVARIANTS } from '../../../scenarios/outcome/liveness-invariants.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import {
  connected,
  disconnected,
  evaluation,
  HOUR_MS,
  header,
  OLD,
  paged,
  reasonOf,
  requested,
  started,
  traceOf,
} from './traces.ts'

type Code = keyof typeof LIVENESS_INVARIANTS
const CODES = Object.keys(LIVENESS_INVARIANTS) as Code[]

const shown = (
  code: Code,
  trace: ReturnType<typeof traceOf>,
  endHour: number,
  over: Partial<TraceHeader> = {},
): 'held' | 'violated' | 'undecided' => {
  const result: Shown = LIVENESS_INVARIANTS[code]({ ...header, ...over }, trace, endHour * HOUR_MS)
  return (result.violated?.length ?? 0) > 0 ? 'violated' : result.undecided === undefined ? 'held' : 'undecided'
}

/** What the rollout finds: a policy, and nothing else that matters here. */
const setting = (over: Partial<Policy>): TraceEvent => ({
  kind: 'rollout-setting',
  policy: { ...DEFAULT_POLICY, ...over },
  deployed: { canary: { components: {} }, early: { components: {} }, production: { components: {} } },
  faults: [],
  isNoisy: false,
  recordings: 0,
})

describe('ROLLOUT_NEVER_ENDS', () => {
  const code = 'ROLLOUT_NEVER_ENDS'
  const soaking = traceOf([0, evaluation({ state: 'deploying' })], [1, evaluation()], [60, evaluation()])

  it('holds at an end and while an operator holds the rollout', () => {
    expect(shown(code, traceOf([0, evaluation()], [1, evaluation({ state: 'rolled-back' })]), 900)).toBe('held')
    expect(shown(code, traceOf([0, requested('pause')], [1, evaluation()]), 900)).toBe('held')
    expect(shown(code, traceOf([0, requested('freeze')], [1, evaluation()]), 900)).toBe('held')
    expect(shown(code, traceOf([0, evaluation({ decision: 'pause' })], [1, evaluation()]), 900)).toBe('held')
    expect(shown(code, traceOf([0, requested('pause')], [0, requested('resume')], [1, evaluation()]), 900)).toBe(
      'violated',
    )
    expect(shown(code, traceOf([0, requested('pause', 'refused')], [1, evaluation()]), 900)).toBe('violated')
  })

  it('holds under a pause whose invocation was killed, as long as on-call was paged for it', () => {
    const changed = paged('ROLLOUT_HELD', reasonOf('MEMBERSHIP_CHANGED'))
    const down = paged('ROLLOUT_HELD', reasonOf('TELEMETRY_DOWN'))
    expect(shown(code, traceOf([0, changed], [1, evaluation()]), 900)).toBe('held')
    expect(shown(code, traceOf([0, changed], [1, requested('resume')], [2, evaluation()]), 900)).toBe('violated')
    expect(shown(code, traceOf([0, down], [1, evaluation()]), 900)).toBe('violated')
  })

  it('is violated by a state that lasts longer than the limits of the controller', () => {
    expect(shown(code, soaking, 60)).toBe('violated')
    expect(shown(code, traceOf([0, evaluation()], [1, evaluation({ state: 'rolling-back' })]), 3)).toBe('violated')
  })

  it('knows the calendar: waiting through a freeze, however long, is no violation', () => {
    const gates = { ...DEFAULT_POLICY.gates, canary: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '14:00', to: '22:00' }] }
    const waiting = (freezes: Policy['freezes']) =>
      traceOf([0, setting({ zone: 'UTC', gates, freezes })], [1, evaluation({ state: 'waiting' })])
    // Eight days and a window after the gate has opened; the trace begins in 1970.
    const LIMIT_H = 9 * 24
    expect(shown(code, waiting([]), LIMIT_H + 14)).toBe('undecided')
    expect(shown(code, waiting([]), LIMIT_H + 15)).toBe('violated')
    for (const days of [1, 20, 200]) {
      const to = new Date(days * 24 * HOUR_MS).toISOString().slice(0, 16)
      const frozen = waiting([{ name: 'f', from: '1970-01-01T00:00', to }])
      expect(shown(code, frozen, LIMIT_H + days * 24 + 14)).toBe('undecided')
      expect(shown(code, frozen, LIMIT_H + days * 24 + 15)).toBe('violated')
      // Nor does a hotfix wait for it.
      const hotfix = { release: { ...header.release, hotfix: true as const } }
      expect(shown(code, frozen, LIMIT_H + 15, hotfix)).toBe('violated')
    }
  })

  it('lets a soak run for its bake time as well', () => {
    const baking = (hours: number) => [...traceOf([0, setting({ bakeMs: hours * HOUR_MS })]), ...soaking]
    expect(shown(code, baking(2), 51)).toBe('undecided')
    expect(shown(code, baking(2), 60)).toBe('violated')
    expect(shown(code, baking(12), 60)).toBe('undecided')
  })

  it('lets a rollback that nobody can verify stay open for a day', () => {
    const unverified = evaluation({ state: 'rolling-back', reason: reasonOf('ROLLBACK_UNVERIFIED') })
    expect(shown(code, traceOf([0, evaluation()], [1, unverified]), 20)).toBe('undecided')
    expect(shown(code, traceOf([0, evaluation()], [1, unverified]), 27)).toBe('violated')
  })

  it('begins again with every device that comes back during a rollback, and with telemetry that comes back otherwise', () => {
    const back = traceOf([0, evaluation()], [1, evaluation({ state: 'rolling-back' })], [20, connected('a1')])
    expect(shown(code, back, 20.5)).toBe('undecided')
    expect(shown(code, back, 23)).toBe('violated')
    const down = evaluation({ reason: reasonOf('TELEMETRY_DOWN') })
    const returned = traceOf([0, evaluation({ state: 'deploying' })], [1, evaluation()], [40, down], [60, evaluation()])
    expect(shown(code, returned, 60)).toBe('undecided')
    expect(shown(code, returned, 95)).toBe('violated')
  })

  it('is undecided while there is time left, while something disturbs, and if that never ends', () => {
    expect(shown(code, soaking, 40)).toBe('undecided')
    expect(shown(code, soaking, 60, { faultsEndAtMs: 30 * HOUR_MS })).toBe('undecided')
    expect(shown(code, soaking, 900, { faultsEndAtMs: null })).toBe('undecided')
    expect(shown(code, traceOf(), 900)).toBe('undecided')
  })

  it('holds while the telemetry is down only if on-call was paged since the state began', () => {
    const down = evaluation({ reason: reasonOf('TELEMETRY_DOWN') })
    const page = evaluation({ decision: 'page', reason: reasonOf('TELEMETRY_DOWN') })
    expect(shown(code, traceOf([0, evaluation({ state: 'waiting' })], [1, page], [60, down]), 60)).toBe('held')
    expect(shown(code, traceOf([0, evaluation({ state: 'waiting' })], [1, down], [60, down]), 60)).toBe('violated')
  })
})

describe('ON_CALL_NOT_PAGED', () => {
  const code = 'ON_CALL_NOT_PAGED'
  const going = [0, evaluation()] as const
  const halt = evaluation({ state: 'halted', decision: 'halt' })
  const held = evaluation({ decision: 'page' })
  const stuck = evaluation({ state: 'rolling-back', decision: 'escalate' })
  const migration = { ...held, kind: 'migration-evaluated', decision: 'pause' } as TraceEvent

  it.each<[string, TraceEvent, string, string]>([
    ['a halt', halt, 'ROLLOUT_HALTED', 'ROLLOUT_HELD'],
    ['a rollback that is halted', halt, 'ROLLBACK_STUCK', 'ROLLOUT_HELD'],
    ['a halt that was not recorded', evaluation({ state: 'halted' }), 'ROLLOUT_HALTED', 'ROLLOUT_HELD'],
    ['devices that are stuck', stuck, 'ROLLBACK_STUCK', 'ROLLOUT_HALTED'],
    ['a rollout that is held', held, 'ROLLOUT_HELD', 'ROLLBACK_STUCK'],
    ['a pause of a migration', migration, 'ROLLOUT_HELD', 'ROLLOUT_HALTED'],
  ])(
    'holds for %s only with a page of its reason code, before the evaluation ends or later',
    (_, event, reason, other) => {
      expect(shown(code, traceOf(going, [1, event], [1, paged(reason)]), 1)).toBe('held')
      expect(shown(code, traceOf(going, [1, paged(reason)], [1, event]), 1)).toBe('held')
      expect(shown(code, traceOf(going, [1, event], [2, evaluation()], [2, paged(reason)]), 2)).toBe('held')
      expect(shown(code, traceOf(going, [1, event]), 1)).toBe('violated')
      expect(shown(code, traceOf(going, [1, event], [1, paged(other)]), 1)).toBe('violated')
    },
  )

  it('accepts a page of a function that ends after another evaluation', () => {
    const duplicate = [1.02, evaluation()] as const
    expect(shown(code, traceOf(going, [1, paged('ROLLOUT_HELD')], duplicate, [1.05, held]), 2)).toBe('held')
    expect(shown(code, traceOf(going, [0.9, paged('ROLLOUT_HELD')], duplicate, [1.05, held]), 2)).toBe('violated')
  })

  it('demands a page for each, but not for what is halted already', () => {
    const first = [going, [1, paged('ROLLOUT_HALTED')], [1, halt], [2, evaluation({ state: 'halted' })]] as const
    expect(shown(code, traceOf(...first), 2)).toBe('held')
    expect(shown(code, traceOf(...first, [3, halt]), 3)).toBe('violated')
  })

  it('is undecided while a page may still be retried, or a disturbance never ends', () => {
    const trace = traceOf(going, [1, halt])
    const until = (hour: number) => ({ faultsEndAtMs: hour * HOUR_MS })
    expect(shown(code, trace, 2.5, until(2))).toBe('undecided')
    expect(shown(code, trace, 3, until(2))).toBe('violated')
    expect(shown(code, trace, 900, { faultsEndAtMs: null })).toBe('undecided')
  })

  it('demands nothing where no operator is needed', () => {
    expect(shown(code, traceOf(going, [1, requested('pause')], [2, evaluation({ state: 'rolled-back' })]), 9)).toBe(
      'held',
    )
  })
})

describe.each<[Code, readonly TraceEvent[]]>([
  ['RELEASE_LEFT_AFTER_ROLLBACK', [started('a1')]],
  ['DEPLOYMENT_LEFT_OPEN', [{ kind: 'job-execution', thing: 'a1', deploymentId: 'd', status: 'QUEUED' }]],
])('%s', (code, events) => {
  const trace = (state: string, ...more: readonly (readonly [number, TraceEvent])[]) =>
    traceOf([0, connected('a1')], ...events.map((event) => [1, event] as const), [2, evaluation({ state })], ...more)

  it('is violated by a connected device that had an hour', () => {
    expect(shown(code, trace('rolled-back'), 3)).toBe('violated')
  })

  it('is undecided for one that had less, since the end, since it came back, or since the disturbance', () => {
    expect(shown(code, trace('rolled-back'), 2.5)).toBe('undecided')
    expect(shown(code, trace('rolled-back', [3, disconnected('a1')], [4, connected('a1')]), 4.5)).toBe('undecided')
    expect(shown(code, trace('rolled-back'), 3, { faultsEndAtMs: 2.5 * HOUR_MS })).toBe('undecided')
    expect(shown(code, trace('rolled-back'), 900, { faultsEndAtMs: null })).toBe('undecided')
  })

  it('holds where no device can be reached, or the rollout is halted', () => {
    expect(shown(code, trace('rolled-back', [3, disconnected('a1')]), 900)).toBe('held')
    expect(shown(code, trace('halted'), 900)).toBe('held')
  })
})

it('a finished deployment and a device that rolled back violate nothing', () => {
  const done = { kind: 'job-execution', thing: 'a1', deploymentId: 'd', status: 'SUCCEEDED' } as const
  const trace = traceOf(
    [0, connected('a1')],
    [1, started('a1')],
    [1, done],
    [2, started('a1', OLD)],
    [2, evaluation({ state: 'rolled-back' })],
  )
  for (const code of CODES) expect(shown(code, trace, 900)).toBe('held')
})
