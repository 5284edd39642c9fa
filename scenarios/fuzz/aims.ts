import type { ScenarioInput } from '../files/scenario.ts'
import type { FaultDraft, Place } from './fault-arbitraries.ts'
import type { NoiseInput } from './noise-arbitraries.ts'
import type { PolicyInput } from './policy-arbitrary.ts'
import { BREAKING, HOTFIX, NEXT_VERSION, OLD_DOCUMENT } from './releases.ts'
import type { SometimesCode } from './sometimes.ts'

/** What a world has beside what is drawn, so that it reaches situations that a free draw seldom reaches. */
export interface Aim {
  /** Rows of the sometimes-table. */
  readonly rows: readonly SometimesCode[]
  readonly faults?: readonly FaultDraft[]
  /** Besides a window of four hours and open gates. */
  readonly policy?: PolicyInput
  readonly zone?: string
  readonly release?: ScenarioInput['release']
  readonly next?: ScenarioInput['next']
  readonly noise?: NoiseInput
  /** One more device than this on a line is none: a canary, an early one and three in production. */
  readonly lines?: number
  readonly isWhole?: true
  readonly isRecorded?: true
}

const at = (on: Place['on'], line = 1, station = 4): Pick<FaultDraft, 'place'> => ({ place: { on, line, station } })
const ofRelease = at('release')
const operator = (act: string, when: string, id?: string): FaultDraft => ({
  kind: 'operator',
  do: act,
  at: when,
  by: 'jo',
  reason: 'fuzz',
  ...(id !== undefined && { id }),
})
const crash = (after: string): FaultDraft => ({ kind: 'crash', ...ofRelease, after })
const ANY_TIME = [{ from: '00:00', to: '00:00' }]
/** A rollout that starts at 14:00 meets a deny window, then a freeze. */
const CLOSED: PolicyInput = {
  deny: { canary: [{ from: '13:45', to: '14:45' }] },
  freezes: [{ name: 'stock-taking', from: '2026-03-02T14:30', to: '2026-03-02T16:30' }],
}
const LINES_AWAY = [1, 2, 3].map(
  (line): FaultDraft => ({ kind: 'offline', ...at('line', line), from: '12min', for: '5h' }),
)

/**
 * A covering design: worlds of a campaign have these in turn, and each row has an aim, or is met by what other aims end in.
 * Faults here act whatever else is drawn.
 */
export const AIMS: readonly Aim[] = [
  {
    rows: ['ROLLBACK_DURING_PROMOTION'],
    policy: {
      window: '2h',
      gates: { canary: ANY_TIME, early: [{ from: '22:00', to: '02:30' }], production: ANY_TIME },
    },
    faults: [crash('5h')],
  },
  { rows: ['ROLLBACK_FROM_PRODUCTION'], faults: [crash('10h')] },
  {
    rows: ['CRASH_DURING_DEPLOYMENT', 'CANCEL_THROTTLED', 'DEVICE_BACK_AFTER_ROLLBACK'],
    faults: [
      { kind: 'crash', ...ofRelease, at: 'start' },
      { kind: 'api-throttle', in: { api: 'CancelDeployment' }, share: '100 %', from: '0ms', for: '1h' },
      { kind: 'offline', ...at('device'), from: '0ms', for: '3h' },
    ],
  },
  {
    rows: ['DEVICE_OFFLINE_FOR_WINDOW', 'CANARY_FLAPPED', 'COMPLETED_DESPITE_FAULT'],
    faults: [
      { kind: 'offline', ...at('canary', 1), from: '0ms', for: '2d' },
      { kind: 'offline', ...at('canary', 2), from: '30min', for: '1min', every: '1h' },
    ],
    lines: 17,
  },
  {
    rows: ['SCHEDULED_EVENT_LOST', 'CREATE_REPLY_LOST', 'EVENT_DUPLICATED', 'HEALTHY_DESPITE_AWS', 'HOLDBACK_FOLLOWED'],
    faults: [
      { kind: 'event-lost', in: { detailType: 'Scheduled Event' }, share: '50 %', from: '0ms', for: '6h' },
      { kind: 'event-duplicated', in: { events: 'all' }, after: '1min', share: '50 %', from: '0ms', for: '6h' },
      { kind: 'lost-reply', in: { api: 'CreateDeployment' }, share: '100 %', from: '0ms', for: '1h' },
    ],
  },
  {
    rows: ['KILLED_MID_DECISION'],
    // Between the call that stores the decision to promote and the one that creates the deployment.
    faults: [{ kind: 'lambda-killed', in: { lambda: 'promote' }, call: 7, share: '100 %', from: '0ms', for: '2d' }],
  },
  {
    rows: ['INSTANCE_OVERTAKEN'],
    faults: [{ kind: 'lambda-duplicate', in: { lambda: 'analyze' }, share: '100 %', from: '0ms', for: '1d' }],
  },
  {
    rows: ['OLD_HEALTH_DOCUMENT_READ', 'CRASHES_ALLOWED', 'COMPLETED_WITHOUT_HOLDBACK'],
    release: OLD_DOCUMENT,
    policy: { holdback: false, limits: { crashes: 100 } },
    faults: [{ kind: 'crash', ...at('fleet'), every: '1d' }],
  },
  {
    rows: ['LEAK_FOUND_AFTER_12_H'],
    policy: { window: '24h' },
    faults: [{ kind: 'memory-leak', ...ofRelease, rate: '3.2 MiB/h' }],
    lines: 17,
  },
  {
    rows: ['TWO_RULES_BREACHED', 'PAUSED_ROLLOUT_ROLLED_BACK'],
    faults: [
      operator('pause', '30min'),
      { kind: 'error-rise', ...ofRelease, onset: '1h', factor: 10 },
      { kind: 'quality-drop', ...ofRelease, onset: '1h', share: '100 %' },
      { kind: 'units-drop', ...ofRelease, onset: '1h', share: '100 %' },
    ],
  },
  {
    rows: ['CHANGES_FROZEN', 'REQUEST_SENT_AGAIN', 'ID_OF_OTHER_REQUEST'],
    faults: [
      operator('freeze', '1h', 'a'),
      operator('unfreeze', '6h', 'b'),
      operator('freeze', '7h', 'a'),
      operator('pause', '7h', 'b'),
    ],
  },
  {
    rows: ['MEMBERSHIP_CHANGED'],
    faults: [
      { kind: 'wrong-group', ...at('device'), group: 'canary', move: true, at: '1h', for: '2h' },
      operator('resume', '4h'),
    ],
  },
  { rows: ['TELEMETRY_DOWN'], faults: [{ kind: 'offline', ...at('fleet'), from: '2h', for: '2h' }] },
  {
    rows: ['DEVICE_ROLLBACK_FAILED'],
    faults: [
      { kind: 'error-rise', ...ofRelease, onset: '30min', factor: 10 },
      { kind: 'unreadable-state', in: { firmware: '2.3.1' }, writtenBy: '2.4.0' },
    ],
  },
  { rows: ['ROLLOUT_HALTED'], faults: LINES_AWAY, lines: 17 },
  {
    rows: ['LINE_AWAY', 'COMPLETED_DESPITE_OUTAGE'],
    noise: { preset: 'quiet', outages: { line: { every: '1d', median: '3min', spread: 0 } } },
  },
  {
    rows: ['ROLLED_BACK_DURING_OUTAGE'],
    noise: { preset: 'quiet', outages: { device: { every: '3d', median: '3h', spread: 0 } } },
    faults: [crash('1h')],
    lines: 17,
  },
  { rows: ['DENY_WINDOW_WAITED_FOR', 'FREEZE_WAITED_FOR'], policy: CLOSED },
  { rows: ['HOTFIX_DEPLOYED', 'DENY_WINDOW_WAITED_FOR'], policy: CLOSED, release: HOTFIX },
  {
    rows: ['OTHER_EVIDENCE', 'OTHER_QUORUM', 'OTHER_ZONE'],
    policy: { evidence: { falseRollbacks: '5 %', minExtraErrors: 8 }, quorum: '60 %', laterQuorum: '60 %' },
    zone: 'America/Chicago',
  },
  { rows: ['RECORDING_PLAYED'], isRecorded: true },
  // An hour is too short for what the rules ask for.
  { rows: ['WINDOW_EXTENDED'], policy: { window: '1h' } },
  {
    rows: ['START_REFUSED_WHILE_ACTIVE', 'FIXED_FORWARD'],
    policy: { window: '1h' },
    faults: [crash('30min')],
    next: { version: NEXT_VERSION, at: '20min' },
  },
  {
    rows: ['NEXT_RELEASE_COMPLETED'],
    policy: { window: '1h' },
    next: { version: NEXT_VERSION, at: '1h' },
  },
  { rows: ['WHOLE_LINES'], isWhole: true },
  { rows: ['MIGRATION_COMPLETED'], release: BREAKING },
]
