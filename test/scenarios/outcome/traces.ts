import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import type { Message } from '../../../controller/messages/message.ts'
import { SEED_STAGES } from '../../../controller/policy/policy.ts'
import type { RolloutSetting, TraceEvent, TraceHeader, TraceRecord } from '../../../sim/kernel/trace-events.ts'

export const HOUR_MS = 3_600_000
export const OLD = '2.3.1'
export const NEW = '2.4.0'

/** Two lines of a canary each; the first has a device of every stage. */
export const header: TraceHeader = {
  schemaVersion: 2,
  scenario: 's',
  story: 's',
  seed: 1,
  level: 'model',
  connections: 'direct',
  profile: 'default',
  windowHours: 24,
  startedAtMs: 0,
  zone: 'UTC',
  release: { version: NEW, replaces: OLD },
  stages: { canary: ['a1', 'b1'], early: ['a2'], production: ['a3'] },
  lines: { a1: 1, a2: 1, a3: 1, b1: 2 },
  faultsEndAtMs: 0,
}

/** A message whose data no invariant reads. */
export const reasonOf = (code: string): Message => ({ code, data: {} })

type At = readonly [hour: number, event: TraceEvent]

/** A trace of events at hours after the start. */
export const traceOf = (...events: readonly At[]): readonly TraceRecord[] =>
  events.map(([hour, event], sequence) => ({ sequence, atMs: hour * HOUR_MS, source: 's', ...event }))

export const deployed = (target: string, version = NEW): TraceEvent => ({
  kind: 'deployment-created',
  deploymentId: 'd',
  target,
  revisionId: '1',
  jobId: null,
  components: { [FIRMWARE_COMPONENT]: version },
})

type Evaluated = Extract<TraceEvent, { kind: 'evaluated' }>

/** An evaluation of the canary that waits while it soaks; `over` changes it. */
export const evaluation = (over: Partial<Evaluated> = {}): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage: 'canary',
  state: 'soaking',
  verdict: 'healthy',
  decision: 'wait',
  reason: reasonOf('NO_ROLLOUT'),
  findings: [],
  ...over,
})

export const requested = (operation: string, result = 'accepted'): TraceEvent => ({
  kind: 'operation',
  operation,
  actor: 'jo',
  reason: 'r',
  result,
  answer: reasonOf('STATUS_GIVEN'),
})

export const acted = (faultKind: string, target?: string): TraceEvent => ({
  kind: 'fault-started',
  fault: 0,
  faultKind,
  thing: target === undefined ? 'a1' : null,
  ...(target !== undefined && { target }),
})

export const started = (thing: string, version = NEW): TraceEvent => ({
  kind: 'firmware-started',
  thing,
  version,
  bootId: 'b',
})

export const connected = (thing: string): TraceEvent => ({ kind: 'device-connected', thing })
export const disconnected = (thing: string): TraceEvent => ({ kind: 'device-disconnected', thing })

export const paged = (reasonCode: string, reason?: Message): TraceEvent => ({
  kind: 'message-published',
  topic: 't',
  reasonCode,
  message: reason === undefined ? null : { code: reasonCode, data: { reason } },
  subject: null,
})

export const failed = (handler: string, error: string): TraceEvent => ({
  kind: 'handler-failed',
  handler,
  error,
  message: 'm',
})

const ALWAYS = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }]
const RUNS_OLD = { components: { [FIRMWARE_COMPONENT]: { componentVersion: OLD } } }

/** A policy in UTC without a calendar; `over` changes it. */
export const policyOf = (over: Partial<RolloutSetting['policy']> = {}): RolloutSetting['policy'] => ({
  zone: 'UTC',
  profile: 'default',
  holdback: true,
  tickMs: 300_000,
  windowMs: 24 * HOUR_MS,
  stages: SEED_STAGES,
  gates: { canary: ALWAYS, early: ALWAYS, production: ALWAYS },
  deny: {},
  freezes: [],
  limits: {
    connectionFailurePct: 2,
    cycleTimeIncreasePct: 10,
    errorRateIncreasePct: 5,
    errorRateMode: 'relative',
    outputDecreasePct: 10,
    crashes: 0,
    failedDeploymentPct: 2,
  },
  rules: ['component-crash', 'error-rate'].map((name) => ({ name, criticality: 'decides' })),
  evidence: { falseRollbackShare: 0.01, rollingMs: HOUR_MS, minExtraErrors: 4 },
  quorumShare: 0.88,
  laterQuorumShare: 0.9,
  deviceExposureShare: 0.8,
  telemetry: { silentShare: 0.3 },
  lostAfterMs: 600_000,
  ...over,
})

/** What the rollout finds: every group runs the old version; `over` changes it. */
export const settingWith = (over: Partial<RolloutSetting> = {}): TraceEvent => ({
  kind: 'rollout-setting',
  policy: policyOf(),
  deployed: { canary: RUNS_OLD, early: RUNS_OLD, production: RUNS_OLD },
  faults: [],
  isNoisy: false,
  recordings: 0,
  ...over,
})
