import { describe, expect, it } from 'vitest'
import { DEPLOYMENT_INVARIANTS } from '../../../scenarios/outcome/deployment-invariants.ts'
import { asked, evaluation, failed, header, NEW, OLD, ordered, started, traceOf } from './traces.ts'

type Trace = ReturnType<typeof traceOf>
const broken = (trace: Trace): string[] =>
  Object.entries(DEPLOYMENT_INVARIANTS).flatMap(([name, invariant]) =>
    invariant(header, trace).length > 0 ? [name] : [],
  )

const good = traceOf(
  [0, evaluation({ state: 'deploying', decision: 'deploy' })],
  [0, ordered('canary')],
  [0.1, evaluation({ state: 'soaking', decision: 'soak' })],
  [24.5, evaluation({ state: 'waiting', decision: 'promote' })],
  [25, evaluation({ stage: 'early', state: 'deploying', decision: 'deploy' })],
  [25, ordered('early')],
  [26, evaluation({ stage: 'early', state: 'rolling-back', verdict: 'breach', decision: 'rollback' })],
  [26, ordered('early', OLD)],
  [26, ordered('canary', OLD)],
  [27, evaluation({ stage: 'early', state: 'rolled-back', verdict: 'none', decision: 'confirm' })],
)

describe('each law about orders', () => {
  it('holds for a rollout as it should be', () => {
    expect(broken(good)).toEqual([])
  })

  it.each<[keyof typeof DEPLOYMENT_INVARIANTS, Trace]>([
    ['only the groups of the stages are deployed to', traceOf([0, ordered('a1')])],
    ['nothing is ordered that stands already', traceOf([0, ordered('canary')], [30, ordered('canary')])],
    ['a breach is answered by the way back', traceOf([0, evaluation()], [1, evaluation({ verdict: 'breach' })])],
    [
      'no line is updated as a whole before production is deployed',
      traceOf([0, started('b1', OLD)], [1, ordered('canary')], [1, started('b1')]),
    ],
    [
      'in the end the last order for every stage fits the outcome',
      traceOf([0, ordered('canary', OLD)], [1, ordered('canary')], [2, evaluation({ state: 'rolled-back' })]),
    ],
    [
      'in the end the last order for every stage fits the outcome',
      traceOf([0, ordered('canary')], [1, ordered('canary', OLD)], [2, evaluation({ state: 'completed' })]),
    ],
    ['every decision and every operation says why', traceOf([0, evaluation({ reason: '' })])],
  ])('sees when it is broken that %s', (invariant, trace) => {
    expect(broken(trace)).toContain(invariant)
  })

  it('lets people order anew, even if nobody heard the answer', () => {
    const again = [25, ordered('canary')] as const
    expect(broken(traceOf([0, ordered('canary')], [25, asked('retry')], again))).toEqual([])
    expect(broken(traceOf([0, ordered('canary')], [25, failed('operate', 'StaleRollout')], again))).toEqual([])
    expect(broken(traceOf([0, ordered('canary')], [25, asked('retry', 'refused')], again))).not.toEqual([])
  })

  it('lets a breach pass while the telemetry is down, and after the way back has begun', () => {
    expect(
      broken(
        traceOf([0, evaluation()], [1, evaluation({ verdict: 'breach', reason: 'the telemetry is down for 5 min' })]),
      ),
    ).toEqual([])
    const back = evaluation({ verdict: 'breach', state: 'rolling-back' })
    expect(broken(traceOf([0, evaluation()], [1, back], [2, back]))).toEqual([])
  })

  it('lets a line be whole where somebody moved its devices', () => {
    const moved = { kind: 'membership-changed', thing: 'b1', group: 'early', change: 'added' } as const
    expect(broken(traceOf([0, moved], [0, ordered('canary')], [1, started('b1', NEW)]))).toEqual([])
  })
})
