import { expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import type { InvariantCode } from '../../../reports/messages/invariants.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import {
  acted,
  connected,
  deployed,
  disconnected,
  evaluation,
  header,
  NEW,
  OLD,
  paged,
  policyOf,
  reasonOf,
  requested,
  settingWith,
  started,
  traceOf,
} from './traces.ts'

type Trace = ReturnType<typeof traceOf>

const setting = settingWith()
const healthy = (thing: string, version = NEW): TraceEvent => ({ kind: 'device-healthy', thing, version, bootId: 'b' })
const crashed = (thing: string): TraceEvent => ({
  kind: 'firmware-crashed',
  thing,
  version: NEW,
  reason: reasonOf('EXITED'),
})
const rollback = evaluation({ state: 'rolling-back', decision: 'rollback', reason: reasonOf('RULE_BREACHED') })
const soak = evaluation({ decision: 'soak' })
const promote = evaluation({ state: 'waiting', decision: 'promote' })
const withToken = (clientToken: string | null): TraceEvent => ({ ...deployed('canary'), clientToken }) as TraceEvent
const withSpec = (version: string, more: object = {}, job: object = {}): TraceEvent =>
  ({
    ...deployed('canary', version),
    spec: { components: { [FIRMWARE_COMPONENT]: { componentVersion: version, ...more } }, iotJobConfiguration: job },
  }) as TraceEvent
const again: TraceEvent = { kind: 'deployment-requested-again', deploymentId: 'd', target: 'canary', clientToken: 't' }
const withId = (operation: string, id: string, result = 'accepted') =>
  ({ ...requested(operation, result), id }) as TraceEvent
const line = (kind: string, actor = 'controller'): TraceEvent => ({
  kind: 'audit-written',
  key: 'k',
  entry: { kind, actor },
})
const all = ['a1', 'a2', 'a3', 'b1']
const breach = { rule: 'error-rate', metric: 'm', outcome: 'breach', observed: 1, baseline: 0, limit: 0, n: 1 }
const onTrial = policyOf({ rules: [{ name: 'error-rate', criticality: 'dry-run' }] })
const denied = policyOf({ deny: { canary: [{ days: [4], from: '23:00', to: '02:00' }] } })
const errors = { kind: 'error-rise', in: { firmware: NEW }, factor: 2 }
const rolloutStarted: TraceEvent = {
  kind: 'rollout-started',
  handler: 'start',
  rolloutId: 'r',
  stage: 'canary',
  reason: reasonOf('START_REQUESTED'),
  smallestEffects: [
    {
      ...breach,
      metric: 'errorRateIncreasePct',
      outcome: 'healthy',
      observed: 50,
      reason: { code: 'X', data: { stage: 'canary' } },
    },
  ],
}
const onset = (thing: string): TraceEvent => ({ ...acted('error-rise'), thing, firmware: NEW }) as TraceEvent
/** The window of the canary, with a fault of this factor from its beginning on. */
const withErrors = (factor: number): Trace =>
  traceOf(
    [0, settingWith({ faults: [{ ...errors, factor }] })],
    [0, rolloutStarted],
    [0, onset('a1')],
    [0, onset('b1')],
    [1, soak],
    [25, promote],
  )

/** For each invariant a trace that violates it, and one that nearly does. */
const CASES: Partial<Record<InvariantCode, readonly [violating: Trace, near: Trace, over?: Partial<TraceHeader>]>> = {
  TOKEN_NOT_UNIQUE: [
    traceOf([0, withToken('t')], [1, withToken('t')]),
    traceOf([0, withToken('t')], [1, withToken('u')]),
  ],
  RETRY_WITHOUT_NEW_TOKEN: [
    traceOf([0, withToken('t')], [1, requested('retry')], [1, again]),
    traceOf([0, withToken('t')], [1, again], [2, requested('retry')]),
  ],
  ROLLBACK_CAN_STOP: [
    traceOf([0, withSpec(NEW)], [1, withSpec(OLD, {}, { abortConfig: {} })]),
    traceOf([0, withSpec(NEW, {}, { abortConfig: {} })], [1, withSpec(OLD)]),
  ],
  ROLLBACK_NOT_AS_BEFORE: [
    traceOf([0, setting], [0, withSpec(NEW)], [1, withSpec(OLD, { configurationUpdate: {} })]),
    traceOf([0, setting], [0, withSpec(NEW)], [1, withSpec(OLD)]),
  ],
  RELEASE_CHANGES_MORE: [
    traceOf([0, setting], [0, withSpec(NEW, { configurationUpdate: {} })]),
    traceOf([0, setting], [0, withSpec(NEW)]),
  ],
  // Hour 0 is Thursday 1970-01-01T00:00Z: the window of Wednesday would cover it, that of Thursday covers hour 24 to 26.
  DEPLOYED_OUTSIDE_CALENDAR: [
    traceOf([0, settingWith({ policy: denied })], [25, deployed('canary')]),
    traceOf([0, settingWith({ policy: denied })], [26, deployed('canary')]),
  ],
  OPERATION_DONE_TWICE: [
    traceOf([0, withId('pause', 'a')], [1, withId('pause', 'a')]),
    traceOf([0, withId('pause', 'a')], [1, withId('pause', 'a', 'repeated')]),
  ],
  ANSWERED_FOR_OTHER_OPERATION: [
    traceOf([0, withId('pause', 'a')], [1, withId('abort', 'a', 'repeated')]),
    traceOf([0, withId('pause', 'a')], [1, withId('abort', 'a', 'refused')]),
  ],
  SKIPPED_WITHOUT_HEALTH: [
    traceOf([0, evaluation({ verdict: 'inconclusive' })], [1, requested('skip')]),
    traceOf([0, evaluation()], [1, requested('skip')]),
  ],
  AUDIT_LINE_MISSING: [
    traceOf([0, setting], [0, evaluation({ decision: 'pause' })], [1, line('pause')]),
    traceOf([0, setting], [0, evaluation({ decision: 'pause' })], [0, line('pause')]),
  ],
  PAGED_AGAIN: [
    traceOf(
      [0, evaluation()],
      [0, paged('ROLLOUT_HELD', reasonOf('TELEMETRY_DOWN'))],
      [1, evaluation()],
      [1, paged('ROLLOUT_HELD', reasonOf('TELEMETRY_DOWN'))],
    ),
    traceOf(
      [0, evaluation()],
      [0, paged('ROLLOUT_HELD', reasonOf('TELEMETRY_DOWN'))],
      [1, requested('resume')],
      [2, paged('ROLLOUT_HELD', reasonOf('TELEMETRY_DOWN'))],
    ),
  ],
  COUNTED_AFTER_ONE_REPORT: [
    traceOf([0, setting], [0, started('a1')], [0, healthy('a1')], [0, started('b1')], [0, healthy('b1')], [1, soak]),
    traceOf(
      [0, setting],
      [0, started('a1')],
      [0, healthy('a1')],
      [0, started('b1')],
      [0, healthy('b1')],
      [1, evaluation()],
      [2, soak],
    ),
  ],
  BLIND_TIME_COUNTED: [
    traceOf(
      [0, setting],
      [1, soak],
      ...all.map((thing) => [2, disconnected(thing)] as const),
      ...all.map((thing) => [5, connected(thing)] as const),
      [25, promote],
    ),
    traceOf(
      [0, setting],
      [1, soak],
      ...all.map((thing) => [2, disconnected(thing)] as const),
      ...all.map((thing) => [5, connected(thing)] as const),
      [28, promote],
    ),
  ],
  STRAGGLER_FORGOTTEN: [
    traceOf(
      [0, setting],
      [0, connected('a3')],
      [1, evaluation({ stage: 'production', decision: 'soak' })],
      [20, started('a3')],
      [25, evaluation({ stage: 'production', state: 'completed', decision: 'complete' })],
    ),
    traceOf(
      [0, setting],
      [0, connected('a3')],
      [1, evaluation({ stage: 'production', decision: 'soak' })],
      [5, started('a3')],
      [25, evaluation({ stage: 'production', state: 'completed', decision: 'complete' })],
    ),
  ],
  ROLLED_BACK_BY_OTHER_RULE: [
    traceOf([0, settingWith({ policy: onTrial })], [1, { ...rollback, findings: [breach] } as TraceEvent]),
    traceOf([0, setting], [1, { ...rollback, findings: [breach] } as TraceEvent]),
  ],
  ROLLED_BACK_WITHOUT_ONSET: [
    traceOf([0, setting], [1, acted('api-throttle', 'PutItem')], [2, rollback]),
    traceOf([0, setting], [1, acted('crash')], [2, rollback]),
  ],
  LARGE_FAULT_PASSED: [withErrors(2), withErrors(1.9)],
  CRASHES_NOT_ACTED_ON: [
    traceOf([0, setting], ...['a1', 'b1', 'a2'].map((thing) => [1, crashed(thing)] as const), [2, evaluation()]),
    traceOf(
      [0, setting],
      ...['a1', 'b1', 'a2'].map((thing) => [1, crashed(thing)] as const),
      [1, rollback],
      [2, evaluation()],
    ),
  ],
  EVENT_DELIVERED_AT_ONCE: [
    traceOf(
      [1, { kind: 'event-put', eventSource: 's', detailType: 'Firmware Rollout Stage Passed' }],
      [1, evaluation({ handler: 'promote' })],
    ),
    traceOf(
      [1, { kind: 'event-put', eventSource: 's', detailType: 'Firmware Rollout Stage Passed' }],
      // Put once more by the function that it invoked.
      [1.001, { kind: 'event-put', eventSource: 's', detailType: 'Firmware Rollout Stage Passed' }],
      [1.001, evaluation({ handler: 'promote' })],
    ),
  ],
}

it.each(Object.entries(CASES))('tells a trace that violates it from one that nearly does: %s', (code, [bad, near]) => {
  const violated = (trace: Trace): readonly string[] => checkInvariants(header, trace).violated.map((one) => one.code)
  expect(violated(bad)).toContain(code)
  expect(violated(near)).not.toContain(code)
})

const violatedIn = (...records: readonly (readonly [hour: number, event: TraceEvent])[]): readonly string[] =>
  checkInvariants(header, traceOf(...records)).violated.map(({ code }) => code)

it('what was read before a record that came late is not known', () => {
  expect(violatedIn([0, setting], [1, soak])).toContain('COUNTED_AFTER_ONE_REPORT')
  expect(violatedIn([0, setting], [0, acted('event-late', 'x')], [1, soak])).toContain('COUNTED_AFTER_ONE_REPORT')
  expect(violatedIn([0, setting], [0, acted('api-latency', 'PutItem')], [1, soak])).not.toContain(
    'COUNTED_AFTER_ONE_REPORT',
  )
})

it('what a fault did before a release may last: its onset is in no record of it', () => {
  const ofPlant = { kind: 'error-rise', in: { line: 3 } }
  const ofFirmware = { kind: 'crash', in: { firmware: '2.3.9' } }
  const after = (fault: typeof ofPlant | typeof ofFirmware, former?: readonly string[]) =>
    violatedIn([0, settingWith({ faults: [fault], ...(former !== undefined && { former }) })], [1, rollback])
  expect(after(ofPlant)).toContain('ROLLED_BACK_WITHOUT_ONSET')
  expect(after(ofPlant, ['2.3.9'])).not.toContain('ROLLED_BACK_WITHOUT_ONSET')
  expect(after(ofFirmware, ['2.3.9'])).toContain('ROLLED_BACK_WITHOUT_ONSET')
})

it('a window began before a soak that was recorded late', () => {
  const lines = Object.keys(header.lines)
  const windowOf = (...faults: readonly (readonly [hour: number, event: TraceEvent])[]) =>
    violatedIn(
      [0, setting],
      ...faults,
      [0.5, evaluation()],
      [1, soak],
      ...lines.map((thing) => [2, disconnected(thing)] as const),
      ...lines.map((thing) => [5, connected(thing)] as const),
      [27.5, promote],
    )
  expect(windowOf()).toContain('BLIND_TIME_COUNTED')
  expect(windowOf([0, acted('api-latency', 'PutItem')])).not.toContain('BLIND_TIME_COUNTED')
})
