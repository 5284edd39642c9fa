import { describe, expect, it } from 'vitest'
import { SOMETIMES_ROWS, type SometimesRow, sometimesHit } from '../../../scenarios/fuzz/sometimes.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import {
  acted,
  asked,
  connected,
  disconnected,
  evaluation,
  failed,
  header,
  ordered,
  traceOf,
} from '../outcome/traces.ts'

type Trace = ReturnType<typeof traceOf>

const received: TraceEvent = { kind: 'deployment-received', thing: 'a1', deploymentId: 'd' }
const finished: TraceEvent = {
  kind: 'deployment-finished',
  thing: 'a1',
  deploymentId: 'd',
  status: 'SUCCEEDED',
  detailedStatus: 'SUCCESSFUL',
}
const crashed: TraceEvent = { kind: 'firmware-crashed', thing: 'a1', version: '2.4.0', reason: 'r' }
const breach = (rule: string) => ({ rule, metric: 'm', outcome: 'breach', observed: 1, baseline: 0, limit: 0, n: 1 })
const rollback = evaluation({ state: 'rolling-back', decision: 'rollback', verdict: 'breach' })
const migrated: TraceEvent = {
  kind: 'migration-evaluated',
  handler: 'analyze',
  stage: 'production',
  state: 'completed',
  decision: 'complete',
  reason: 'r',
}
const leak = acted('memory-leak')
const window = [
  [1, evaluation({ decision: 'soak' })],
  [25, evaluation({ state: 'waiting', decision: 'promote' })],
] as const

/** For each row a trace that hits it, and one that is near it and does not. */
const CASES: Readonly<Record<SometimesRow, readonly [hit: Trace, near: Trace, over?: Partial<TraceHeader>]>> = {
  'rollback during a promotion': [
    traceOf([0, evaluation({ stage: 'early', state: 'waiting' })], [1, rollback]),
    traceOf([0, evaluation({ state: 'waiting' })], [1, rollback]),
  ],
  'rollback from production': [
    traceOf([0, { ...rollback, stage: 'production' } as TraceEvent]),
    traceOf([0, rollback]),
  ],
  'crash while downloading or installing': [
    traceOf([0, received], [1, crashed], [2, finished]),
    traceOf([0, received], [1, finished], [2, crashed]),
  ],
  'device offline through a whole window': [
    traceOf([0, disconnected('a1')], ...window, [26, connected('a1')]),
    traceOf([0, disconnected('a1')], [0.5, connected('a1')], [2, disconnected('a1')], ...window.slice(1), [
      26,
      evaluation(),
    ]),
  ],
  'flapping canary': [
    traceOf([0, disconnected('b1')], [1, disconnected('b1')], [2, disconnected('b1')]),
    traceOf([0, disconnected('a2')], [1, disconnected('a2')], [2, disconnected('a2')]),
  ],
  'device back only after the way back': [
    traceOf([0, evaluation({ state: 'rolled-back' })], [1, connected('a1')]),
    traceOf([0, connected('a1')], [1, evaluation({ state: 'rolled-back' })]),
  ],
  'event twice': [traceOf([0, acted('event-duplicated', 'x')]), traceOf([0, acted('event-late', 'x')])],
  'tick lost': [traceOf([0, acted('event-lost', 'Scheduled Event')]), traceOf([0, acted('event-lost', 'x')])],
  'cancel throttled': [
    traceOf([0, acted('api-throttle', 'CancelDeployment')]),
    traceOf([0, acted('api-throttle', 'CreateDeployment')]),
  ],
  'nobody knows whether a deployment was created': [
    traceOf([0, acted('lost-reply', 'CreateDeployment')]),
    traceOf([0, acted('api-error', 'CreateDeployment')]),
  ],
  'killed with a decision half carried out': [
    traceOf([0, failed('analyze', 'Runtime.ExitError')], [1, ordered('canary')]),
    traceOf(
      [0, failed('analyze', 'Runtime.ExitError')],
      [1, evaluation({ decision: 'deploy' })],
      [1, ordered('canary')],
    ),
  ],
  'instance overtaken by another': [
    traceOf([0, failed('analyze', 'StaleRollout')]),
    traceOf([0, failed('analyze', 'ThrottlingException')]),
  ],
  'health document of version N-1 read': [traceOf([0, evaluation()]), traceOf(), { previousShadow: '1.0' }],
  'leak found only after 12 h': [traceOf([0, leak], [12, rollback]), traceOf([0, leak], [11.9, rollback])],
  'two rules breached in one look': [
    traceOf([0, evaluation({ findings: [breach('cycle-time'), breach('error-rate')] })]),
    traceOf([0, evaluation({ findings: [breach('error-rate'), breach('error-rate')] })]),
  ],
  'paused rollout rolled back': [
    traceOf([0, asked('pause')], [1, rollback]),
    traceOf([0, asked('pause')], [1, asked('resume')], [2, rollback]),
  ],
  'line stopped at a gate': [
    traceOf([0, evaluation({ reason: 'the line was stopped by jo: r' })]),
    traceOf([0, evaluation({ reason: 'paused by jo: r' })]),
  ],
  'group changed under a rollout': [
    traceOf([0, evaluation({ reason: 'the thing groups differ from the plan: a1' })]),
    traceOf([0, evaluation()]),
  ],
  'telemetry down': [
    traceOf([0, evaluation({ reason: 'the telemetry is down for 5 min' })]),
    traceOf([0, evaluation()]),
  ],
  'device that failed to go back': [
    traceOf([0, evaluation({ reason: '1 devices failed to go back: a1 FAILED' })]),
    traceOf([0, evaluation()]),
  ],
  'window extended for want of evidence': [
    traceOf([0, evaluation({ reason: 'the window is extended: no data' })]),
    traceOf([0, evaluation()]),
  ],
  'halted for want of evidence or devices': [traceOf([0, evaluation({ state: 'halted' })]), traceOf([0, evaluation()])],
  'promoted beside a fault': [
    traceOf([0, leak], [1, evaluation({ state: 'completed' })]),
    traceOf([1, evaluation({ state: 'completed' })]),
  ],
  'migration first': [traceOf([0, migrated]), traceOf([0, { ...migrated, state: 'soaking' } as TraceEvent])],
}

describe('what a campaign should meet', () => {
  it.each(SOMETIMES_ROWS)('%s', (row) => {
    const [hit, near, over = {}] = CASES[row]
    expect(sometimesHit({ ...header, ...over }, hit)).toContain(row)
    expect(sometimesHit({ ...header, ...over }, near)).not.toContain(row)
  })

  it('is not a health document that every fleet writes', () => {
    expect(sometimesHit(header, traceOf([0, evaluation()]))).toEqual([])
  })
})
