import { describe, expect, it } from 'vitest'
import { DEPLOYMENT_INVARIANTS } from '../../../scenarios/outcome/deployment-invariants.ts'
import { deployed, evaluation, failed, header, NEW, OLD, reasonOf, requested, started, traceOf } from './traces.ts'

type Trace = ReturnType<typeof traceOf>
const violated = (trace: Trace): string[] =>
  Object.entries(DEPLOYMENT_INVARIANTS).flatMap(([code, invariant]) =>
    invariant(header, trace).length > 0 ? [code] : [],
  )

const good = traceOf(
  [0, evaluation({ state: 'deploying', decision: 'deploy' })],
  [0, deployed('canary')],
  [0.1, evaluation({ state: 'soaking', decision: 'soak' })],
  [24.5, evaluation({ state: 'waiting', decision: 'promote' })],
  [25, evaluation({ stage: 'early', state: 'deploying', decision: 'deploy' })],
  [25, deployed('early')],
  [26, evaluation({ stage: 'early', state: 'rolling-back', verdict: 'breach', decision: 'rollback' })],
  [26, deployed('early', OLD)],
  [26, deployed('canary', OLD)],
  [27, evaluation({ stage: 'early', state: 'rolled-back', verdict: 'none', decision: 'confirm' })],
)

describe('each invariant about deployments', () => {
  it('holds for a correct rollout', () => {
    expect(violated(good)).toEqual([])
  })

  it.each<[keyof typeof DEPLOYMENT_INVARIANTS, Trace]>([
    ['DEPLOYED_TO_OTHER_GROUP', traceOf([0, deployed('a1')])],
    ['DEPLOYMENT_REPEATED', traceOf([0, deployed('canary')], [30, deployed('canary')])],
    ['BREACH_WITHOUT_ROLLBACK', traceOf([0, evaluation()], [1, evaluation({ verdict: 'breach' })])],
    [
      'WHOLE_LINE_BEFORE_PRODUCTION',
      traceOf([0, deployed('canary')], [1, started('a1')], [1, started('a2')], [1, started('a3')]),
    ],
    [
      'LAST_DEPLOYMENT_CONTRADICTS_OUTCOME',
      traceOf([0, deployed('canary', OLD)], [1, deployed('canary')], [2, evaluation({ state: 'rolled-back' })]),
    ],
    [
      'LAST_DEPLOYMENT_CONTRADICTS_OUTCOME',
      traceOf([0, deployed('canary')], [1, deployed('canary', OLD)], [2, evaluation({ state: 'completed' })]),
    ],
    ['DECISION_WITHOUT_REASON', traceOf([0, evaluation({ reason: reasonOf('SAID_SO') })])],
  ])('detects %s', (code, trace) => {
    expect(violated(trace)).toContain(code)
  })

  it('allows an operator to deploy again, even if the answer was lost', () => {
    const again = [25, deployed('canary')] as const
    expect(violated(traceOf([0, deployed('canary')], [25, requested('retry')], again))).toEqual([])
    expect(violated(traceOf([0, deployed('canary')], [25, failed('operate', 'StaleRollout')], again))).toEqual([])
    expect(violated(traceOf([0, deployed('canary')], [25, requested('retry', 'refused')], again))).not.toEqual([])
  })

  it('allows a breach while the telemetry is down, and after the rollback has begun', () => {
    expect(
      violated(traceOf([0, evaluation()], [1, evaluation({ verdict: 'breach', reason: reasonOf('TELEMETRY_DOWN') })])),
    ).toEqual([])
    const back = evaluation({ verdict: 'breach', state: 'rolling-back' })
    expect(violated(traceOf([0, evaluation()], [1, back], [2, back]))).toEqual([])
  })

  it('allows a whole line where its devices were moved between groups', () => {
    const moved = { kind: 'membership-changed', thing: 'b1', group: 'early', change: 'added' } as const
    expect(violated(traceOf([0, moved], [0, deployed('canary')], [1, started('b1', NEW)]))).toEqual([])
  })
})
