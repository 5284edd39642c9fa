import type { Message } from '../../controller/messages/message.ts'
import type { ReleaseRow } from '../../reports/campaign/history.ts'
import type { RunSummary } from '../../reports/run/report.ts'
import type { TraceEvent, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'

/** A message of no registry: its text is its code with its data, whatever the words of the others are. */
export const REASON: Message = { code: 'EXAMPLE', data: {} }

export const START_MS = Date.parse('2026-03-02T13:00:00Z')
export const MINUTE_MS = 60_000

export const header: TraceHeader = {
  schemaVersion: 2,
  scenario: 'tiny',
  story: 'Two lines of three devices.',
  seed: 7,
  level: 'wire',
  connections: 'per-device',
  profile: 'default',
  windowHours: 24,
  startedAtMs: START_MS,
  zone: 'Europe/Berlin',
  release: { version: '2.4.0', replaces: '2.3.1' },
  stages: { canary: ['a1', 'b1'], early: ['a2', 'b2'], production: ['a3', 'b3'] },
  lines: { a1: 1, a2: 1, a3: 1, b1: 2, b2: 2, b3: 2 },
}
export const run: RunSummary = {
  clients: [],
  endedAtMs: START_MS + 120 * MINUTE_MS,
  wallSeconds: 2,
  evaluations: 2,
  evaluationMs: 60,
  awsCalls: { SearchIndex: 4 },
  messages: { published: 10, delivered: 5 },
  digest: 'a'.repeat(64),
  digestsByHour: ['b'.repeat(64)],
}

/** A trace out of `[minute, event]`. */
export const trace = (...events: readonly (readonly [number, TraceEvent])[]): TraceRecord[] =>
  events.map(([minute, event], sequence) => ({ sequence, atMs: START_MS + minute * MINUTE_MS, source: 's', ...event }))

export const created = (target: string, version: string, deploymentId = `${target}-${version}`): TraceEvent => ({
  kind: 'deployment-created',
  deploymentId,
  target,
  revisionId: '2',
  jobId: 'j',
  components: { firmware: version },
})
export const installed = (thing: string): TraceEvent => ({
  kind: 'component-state',
  thing,
  component: 'firmware',
  version: '2.4.0',
  state: 'NEW',
})
export const started = (thing: string, version: string): TraceEvent => ({
  kind: 'firmware-started',
  thing,
  version,
  bootId: 'x',
})
export const healthy = (thing: string, version: string): TraceEvent => ({
  kind: 'device-healthy',
  thing,
  version,
  bootId: 'x',
})
export const received = (thing: string, deploymentId: string): TraceEvent => ({
  kind: 'deployment-received',
  thing,
  deploymentId,
})
export const evaluated = (
  decision: string,
  state: string,
  stage: 'canary' | 'early' | 'production' = 'canary',
): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage,
  state,
  verdict: decision === 'rollback' ? 'breach' : 'healthy',
  decision,
  reason: REASON,
  findings: [
    {
      rule: 'component-crash',
      metric: 'crashes',
      outcome: 'breach',
      observed: 1,
      baseline: 0,
      limit: 0,
      n: 2,
      line: 2,
    },
  ],
})

/** A notification with the reason code `EXAMPLE`. */
export const notified = (data: object): TraceEvent => ({
  kind: 'message-published',
  topic: 'firmware-rollouts',
  reasonCode: 'EXAMPLE',
  message: { code: 'EXAMPLE', data },
  subject: null,
})

/** A publication without a message. */
export const published = (subject: string | null, reasonCode: string | null = null): TraceEvent => ({
  kind: 'message-published',
  topic: 'firmware-rollouts',
  reasonCode,
  message: null,
  subject,
})

/** The start of the rollout, with one smallest effect per stage. */
export const rolloutStarted = (subject?: 'migration'): TraceEvent => ({
  kind: 'rollout-started',
  handler: 'start',
  rolloutId: 'r',
  ...(subject !== undefined && { subject }),
  stage: 'canary',
  reason: REASON,
  smallestEffects: ['canary', 'early', 'production'].map((stage) => ({
    rule: 'smallest-effect',
    metric: 'cycleTimeIncreasePct',
    outcome: 'healthy',
    observed: 27,
    baseline: null,
    limit: 10,
    n: 2,
    reason: { code: 'EXAMPLE', data: { stage } },
  })),
})

/** A fault on one of two canaries, detected five minutes later. */
export const rolledBack = trace(
  [0, created('canary', '2.4.0')],
  [1, installed('a1')],
  [2, installed('b1')],
  [4, started('a1', '2.4.0')],
  [6, started('b1', '2.4.0')],
  [30, { kind: 'fault-started', fault: 0, faultKind: 'crash', thing: 'b1', firmware: '2.4.0' }],
  [35, created('canary', '2.3.1', 'back')],
  [35, evaluated('rollback', 'rolling-back')],
  [35.5, received('a1', 'back')],
  [36, received('b1', 'back')],
  [38, started('a1', '2.3.1')],
  [38.5, healthy('a1', '2.3.1')],
  [39, started('b1', '2.3.1')],
  [39.5, healthy('b1', '2.3.1')],
  [40, evaluated('confirm', 'rolled-back')],
)

/** A release that was promoted after four days. */
export const release = (over: Partial<ReleaseRow> = {}): ReleaseRow => ({
  version: '2.1.0',
  replaces: '2.0.0',
  startedAt: '2025-01-06T13:00:00Z',
  endedAt: '2025-01-10T13:00:00Z',
  isFaulty: false,
  outcome: 'promoted',
  caughtIn: null,
  falseAlarm: false,
  leadTimeHours: 96,
  onsetToAllHealthyMinutes: null,
  violated: [],
  ...over,
})
