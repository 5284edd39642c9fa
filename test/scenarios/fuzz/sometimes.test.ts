import { describe, expect, it } from 'vitest'
import { SOMETIMES_CODES, type SometimesCode, sometimesHit } from '../../../scenarios/fuzz/sometimes.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import {
  acted,
  connected,
  deployed,
  disconnected,
  evaluation,
  failed,
  header,
  policyOf,
  reasonOf,
  requested,
  settingWith,
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
const crashed: TraceEvent = { kind: 'firmware-crashed', thing: 'a1', version: '2.4.0', reason: reasonOf('EXITED') }
const breach = (rule: string) => ({ rule, metric: 'm', outcome: 'breach', observed: 1, baseline: 0, limit: 0, n: 1 })
const rollback = evaluation({ state: 'rolling-back', decision: 'rollback', verdict: 'breach' })
const migrated: TraceEvent = {
  kind: 'migration-evaluated',
  handler: 'analyze',
  stage: 'production',
  state: 'completed',
  decision: 'complete',
  reason: reasonOf('NO_ROLLOUT'),
}
const leak = acted('memory-leak')
/** From hour 0 on. */
const outage = (scope: 'device' | 'line', hours: number): TraceEvent => ({
  kind: 'plant-outage',
  scope,
  name: 'x',
  devices: 1,
  endsAtMs: (traceOf([hours, evaluation()])[0] as { readonly atMs: number }).atMs,
})
const window = [
  [1, evaluation({ decision: 'soak' })],
  [25, evaluation({ state: 'waiting', decision: 'promote' })],
] as const

/** For each row a trace that hits it, and one that nearly does. */
const closedBy = (code: string): TraceEvent =>
  evaluation({ state: 'waiting', reason: { code: 'GATE_CLOSED', data: { closedBy: { code, data: {} } } } })
const completed = evaluation({ state: 'completed', decision: 'complete' })
const withId = (operation: string, id: string, result = 'accepted') =>
  ({ ...requested(operation, result), id }) as TraceEvent

const refusedAs = (code: string): Trace =>
  traceOf([0, { ...failed('start', 'PreflightRefused'), refusals: [reasonOf(code)] } as TraceEvent])

const CASES: Readonly<Record<SometimesCode, readonly [hit: Trace, near: Trace, over?: Partial<TraceHeader>]>> = {
  ROLLBACK_DURING_PROMOTION: [
    traceOf([0, evaluation({ stage: 'early', state: 'waiting' })], [1, rollback]),
    traceOf([0, evaluation({ state: 'waiting' })], [1, rollback]),
  ],
  ROLLBACK_FROM_PRODUCTION: [traceOf([0, { ...rollback, stage: 'production' } as TraceEvent]), traceOf([0, rollback])],
  CRASH_DURING_DEPLOYMENT: [
    traceOf([0, received], [1, crashed], [2, finished]),
    traceOf([0, received], [1, finished], [2, crashed]),
  ],
  DEVICE_OFFLINE_FOR_WINDOW: [
    traceOf([0, disconnected('a1')], ...window, [26, connected('a1')]),
    traceOf([0, disconnected('a1')], [0.5, connected('a1')], [2, disconnected('a1')], ...window.slice(1), [
      26,
      evaluation(),
    ]),
  ],
  CANARY_FLAPPED: [
    traceOf([0, disconnected('b1')], [1, disconnected('b1')], [2, disconnected('b1')]),
    traceOf([0, disconnected('a2')], [1, disconnected('a2')], [2, disconnected('a2')]),
  ],
  DEVICE_BACK_AFTER_ROLLBACK: [
    traceOf([0, evaluation({ state: 'rolled-back' })], [1, connected('a1')]),
    traceOf([0, connected('a1')], [1, evaluation({ state: 'rolled-back' })]),
  ],
  EVENT_DUPLICATED: [traceOf([0, acted('event-duplicated', 'x')]), traceOf([0, acted('event-late', 'x')])],
  SCHEDULED_EVENT_LOST: [traceOf([0, acted('event-lost', 'Scheduled Event')]), traceOf([0, acted('event-lost', 'x')])],
  CANCEL_THROTTLED: [
    traceOf([0, acted('api-throttle', 'CancelDeployment')]),
    traceOf([0, acted('api-throttle', 'CreateDeployment')]),
  ],
  CREATE_REPLY_LOST: [
    traceOf([0, acted('lost-reply', 'CreateDeployment')]),
    traceOf([0, acted('api-error', 'CreateDeployment')]),
  ],
  KILLED_MID_DECISION: [
    traceOf([0, failed('analyze', 'Runtime.ExitError')], [1, deployed('canary')]),
    traceOf(
      [0, failed('analyze', 'Runtime.ExitError')],
      [1, evaluation({ decision: 'deploy' })],
      [1, deployed('canary')],
    ),
  ],
  INSTANCE_OVERTAKEN: [
    traceOf([0, failed('analyze', 'StaleRollout')]),
    traceOf([0, failed('analyze', 'ThrottlingException')]),
  ],
  OLD_HEALTH_DOCUMENT_READ: [traceOf([0, evaluation()]), traceOf(), { previousShadow: '1.0' }],
  LEAK_FOUND_AFTER_12_H: [traceOf([0, leak], [12, rollback]), traceOf([0, leak], [11.9, rollback])],
  TWO_RULES_BREACHED: [
    traceOf([0, evaluation({ findings: [breach('cycle-time'), breach('error-rate')] })]),
    traceOf([0, evaluation({ findings: [breach('error-rate'), breach('error-rate')] })]),
  ],
  PAUSED_ROLLOUT_ROLLED_BACK: [
    traceOf([0, requested('pause')], [1, rollback]),
    traceOf([0, requested('pause')], [1, requested('resume')], [2, rollback]),
  ],
  CHANGES_FROZEN: [
    traceOf([0, evaluation({ reason: reasonOf('CHANGES_FROZEN') })]),
    traceOf([0, evaluation({ reason: reasonOf('PAUSED') })]),
  ],
  MEMBERSHIP_CHANGED: [
    traceOf([0, evaluation({ reason: reasonOf('MEMBERSHIP_CHANGED') })]),
    traceOf([0, evaluation()]),
  ],
  TELEMETRY_DOWN: [traceOf([0, evaluation({ reason: reasonOf('TELEMETRY_DOWN') })]), traceOf([0, evaluation()])],
  DEVICE_ROLLBACK_FAILED: [
    traceOf([0, evaluation({ reason: reasonOf('ROLLBACK_FAILED') })]),
    traceOf([0, evaluation()]),
  ],
  WINDOW_EXTENDED: [traceOf([0, evaluation({ reason: reasonOf('WINDOW_EXTENDED') })]), traceOf([0, evaluation()])],
  ROLLOUT_HALTED: [traceOf([0, evaluation({ state: 'halted' })]), traceOf([0, evaluation()])],
  COMPLETED_DESPITE_FAULT: [
    traceOf([0, leak], [1, evaluation({ state: 'completed' })]),
    traceOf([1, evaluation({ state: 'completed' })]),
  ],
  LINE_AWAY: [traceOf([0, outage('line', 2)]), traceOf([0, outage('device', 2)])],
  COMPLETED_DESPITE_OUTAGE: [
    traceOf([0, outage('device', 2)], [1, evaluation({ state: 'completed' })]),
    traceOf([0, outage('device', 2)], [1, evaluation({ state: 'halted' })]),
  ],
  ROLLED_BACK_DURING_OUTAGE: [
    traceOf([0, outage('line', 2)], [1, rollback]),
    traceOf([0, outage('line', 2)], [3, rollback]),
  ],
  DENY_WINDOW_WAITED_FOR: [traceOf([0, closedBy('DENY_WINDOW')]), traceOf([0, closedBy('FREEZE_CALENDAR')])],
  FREEZE_WAITED_FOR: [traceOf([0, closedBy('FREEZE_CALENDAR')]), traceOf([0, closedBy('DENY_WINDOW')])],
  HOTFIX_DEPLOYED: [
    traceOf([0, deployed('canary')]),
    traceOf([0, deployed('canary', '2.3.1')]),
    { release: { ...header.release, hotfix: true } },
  ],
  HOLDBACK_FOLLOWED: [traceOf([0, evaluation({ decision: 'release-holdback' })]), traceOf([0, evaluation()])],
  COMPLETED_WITHOUT_HOLDBACK: [
    traceOf([0, settingWith({ policy: policyOf({ holdback: false }) })], [1, completed]),
    traceOf([0, settingWith()], [1, completed]),
  ],
  CRASHES_ALLOWED: [
    traceOf([0, settingWith({ policy: policyOf({ limits: { ...policyOf().limits, crashes: 1 } }) })], [1, crashed]),
    traceOf([0, settingWith()], [1, crashed]),
  ],
  OTHER_EVIDENCE: [
    traceOf([0, settingWith({ policy: policyOf({ evidence: { ...policyOf().evidence, minExtraErrors: 8 } }) })]),
    traceOf([0, settingWith()]),
  ],
  OTHER_QUORUM: [
    traceOf([0, settingWith({ policy: policyOf({ quorumShare: 0.6 }) })], [1, evaluation({ decision: 'soak' })]),
    traceOf([0, settingWith({ policy: policyOf({ quorumShare: 0.6 }) })], [1, evaluation()]),
  ],
  RECORDING_PLAYED: [traceOf([0, settingWith({ recordings: 1 })]), traceOf([0, settingWith()])],
  OTHER_ZONE: [traceOf([0, deployed('canary')]), traceOf([0, evaluation()])],
  WHOLE_LINES: [
    traceOf([0, deployed('canary')]),
    traceOf([0, evaluation()]),
    { lines: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}`, 1])) },
  ],
  REQUEST_SENT_AGAIN: [
    traceOf([0, withId('pause', 'a')], [1, withId('pause', 'a', 'repeated')]),
    traceOf([0, withId('pause', 'a')], [1, requested('pause', 'repeated')]),
  ],
  ID_OF_OTHER_REQUEST: [
    traceOf([0, withId('pause', 'a')], [1, withId('resume', 'a', 'refused')]),
    traceOf([0, withId('pause', 'a')], [1, withId('resume', 'b')]),
  ],
  HEALTHY_DESPITE_AWS: [
    traceOf([0, settingWith()], [1, acted('api-throttle', 'PutItem')], [2, completed]),
    traceOf([0, settingWith()], [1, acted('api-throttle', 'PutItem')], [2, acted('crash')], [3, completed]),
  ],
  START_REFUSED_WHILE_ACTIVE: [refusedAs('ROLLOUT_ACTIVE'), refusedAs('GROUP_EMPTY')],
  FIXED_FORWARD: [
    traceOf([0, settingWith({ former: ['2.3.9'] })], [1, deployed('canary')]),
    traceOf([0, settingWith({ former: ['2.3.1'] })], [1, deployed('canary')]),
  ],
  NEXT_RELEASE_COMPLETED: [
    traceOf([0, settingWith({ former: ['2.3.1'] })], [1, completed]),
    traceOf([0, settingWith()], [1, completed]),
  ],
  WIRE_LEVEL: [traceOf([0, deployed('canary')]), traceOf([0, evaluation()]), { level: 'wire' }],
  MIGRATION_COMPLETED: [traceOf([0, migrated]), traceOf([0, { ...migrated, state: 'soaking' } as TraceEvent])],
}

describe('the table of what a campaign must reach', () => {
  it.each(SOMETIMES_CODES)('is hit and nearly missed: %s', (code) => {
    const [hit, near, over = {}] = CASES[code]
    expect(sometimesHit({ ...header, ...over }, hit)).toContain(code)
    expect(sometimesHit({ ...header, ...over }, near)).not.toContain(code)
  })

  it('has no row for a health document that every fleet writes', () => {
    expect(sometimesHit(header, traceOf([0, evaluation()]))).toEqual([])
  })
})
