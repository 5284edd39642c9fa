import type { StageName } from '../../controller/contract.ts'
import type { ClientActivity } from '../../sim/kernel/client-activity.ts'
import type { Connections, TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { notificationText } from '../messages/notification-text.ts'
import { type ReportedMessage, reported } from '../messages/reported.ts'
import { isoTime, rounded } from '../numbers/format.ts'
import { hadForeignHand, isForeignDeployment, type ReportedClient, reportedClient } from './clients.ts'
import { ABORTED_BY, type Detection, foldDetection } from './detection.ts'
import { type Exposure, foldExposure } from './exposure.ts'
import { foldHoldback, foldLeadTime, type HoldbackReport } from './holdback.ts'
import { foldNotStarted } from './not-started.ts'
import { notificationsOf } from './notifications.ts'
import { foldPlantMetrics, plantMetricsOf, type ReportedPlantMetric } from './plant-metrics.ts'
import { isOfRelease, releaseOnsetMs } from './release-faults.ts'
import { foldRollback, type Rollback } from './rollback.ts'
import { smallestEffects } from './smallest-effects.ts'
import { foldStages, type StageReport } from './stages.ts'

/** `refused`: by the preflight, so that nothing was deployed. */
export type ReportOutcome = 'promoted' | 'rolled-back' | 'halted' | 'inconclusive' | 'refused'

/** Facts of the run that the trace does not hold: real time, calls and messages, the digest. */
export interface RunSummary {
  readonly endedAtMs: number
  readonly wallSeconds: number
  /** How often a function of the controller ran, and the real time that all its runs took. */
  readonly evaluations: number
  readonly evaluationMs: number
  readonly awsCalls: Readonly<Record<string, number>>
  readonly messages: { readonly published: number; readonly delivered: number }
  readonly digest: string
  readonly digestsByHour: readonly string[]
  /** What clients from outside did, by client; empty where there were none. */
  readonly clients: readonly ClientActivity[]
}

/** `data` is null where the notification was published with a reason code only. */
export interface ReportedNotification {
  readonly at: string
  readonly code: string
  readonly data: object | null
  readonly text: string
}

/** `observed` is the smallest effect in the unit of the metric; null where any effect is detected, or none can be computed. */
export interface SmallestEffect {
  readonly metric: string
  readonly observed: number | null
  readonly reason?: ReportedMessage
}

/** One item of what the scenario expects. */
export interface ExpectedItem {
  /** Such as `outcome`. */
  readonly what: string
  readonly expected: string
  readonly actual: string
  readonly met: boolean
}

/** What the next release in the same world came to; `digest` is of both releases. */
export interface NextReport {
  readonly version: string
  readonly replaces: string
  readonly outcome: ReportOutcome
  readonly notStarted?: readonly ReportedMessage[]
  readonly digest: string
}

/** report.json, schemaVersion 2. Times are ISO 8601 in UTC; what did not happen is null. */
export interface Report {
  readonly schemaVersion: 2
  readonly scenario: string
  readonly seed: number
  readonly level: 'wire' | 'model'
  readonly connections: Connections
  readonly profile: string
  readonly windowHours: number
  readonly fleet: { readonly devices: number; readonly lines: number }
  readonly outcome: ReportOutcome
  /** Why no rollout was started: the refusals of the preflight, or `START_FAILED`; absent where one was. */
  readonly notStarted?: readonly ReportedMessage[]
  /** The last stage that the release had come to when it was rolled back. */
  readonly caughtIn: StageName | null
  readonly stages: readonly StageReport[]
  /**
   * From the canary's deployment to full production: the last device on the new firmware but those held back as its
   * controls, whose own lead time is `holdback.leadTimeHours`. Null unless the whole fleet ran it.
   */
  readonly leadTimeHours: number | null
  /** Production devices that followed a window later; absent where none was held back. */
  readonly holdback?: HoldbackReport
  /**
   * `ofRelease`: whether it is a fault of the release itself, by which detection is judged; `target`: the part of AWS that a
   * fault acts on, where it acts on no device.
   */
  readonly faults: readonly {
    readonly kind: string
    readonly onsetAt: string
    readonly ofRelease: boolean
    readonly devices: number
    readonly target?: string
  }[]
  /** What the windows of the stages can detect at all; empty where no rollout was started. */
  readonly smallestEffects: readonly SmallestEffect[]
  readonly detection: Detection
  readonly rollback: Rollback | null
  readonly exposure: Exposure
  /** What devices measured of the plant's own metrics, by firmware version; absent where it has none. */
  readonly plantMetrics?: readonly ReportedPlantMetric[]
  /**
   * Rolled back although no fault of the release had begun; null (undecided) where a client from outside had changed something before,
   * which may be the cause.
   */
  readonly falseAlarm: boolean | null
  /** The next release in the same world; absent where none was started. Its invariants are among those below. */
  readonly next?: NextReport
  readonly expectation: {
    readonly met: boolean
    /** `EXPECTATION_NOT_MET` per expected item that was not met. */
    readonly failures: readonly ReportedMessage[]
    /** Every expected item with its actual value. */
    readonly checked: readonly ExpectedItem[]
  }
  readonly invariants: {
    /** Codes of all invariants. */
    readonly checked: readonly string[]
    readonly violated: readonly ReportedMessage[]
    /** Invariants that this run cannot show to hold. */
    readonly undecided: readonly ReportedMessage[]
  }
  /** What was done to the run from outside the scenario; absent where nothing was, so that its seed alone reproduces it. */
  readonly interventions?: readonly (ReportedMessage & { readonly at: string })[]
  /** What each client from outside did; absent where there was none. */
  readonly clients?: readonly ReportedClient[]
  /** What on-call was notified of; absent where there was nothing. */
  readonly notifications?: readonly ReportedNotification[]
  /** In simulated time. */
  readonly simulated: { readonly startedAt: string; readonly endedAt: string; readonly hours: number }
  readonly wall: {
    readonly seconds: number
    readonly speedup: number
    /** Real time that the controller took per simulated hour. */
    readonly controllerMsPerSimulatedHour: number
  }
  /** Evaluations by the controller, and their cost in AWS calls. */
  readonly controller: { readonly evaluations: number; readonly awsCallsPerEvaluation: number }
  readonly awsCalls: Readonly<Record<string, number>>
  readonly messages: { readonly published: number; readonly delivered: number }
  readonly digest: string
  readonly digestsByHour: readonly string[]
}

/** The report before it is compared with what was expected. */
export type OpenReport = Omit<Report, 'expectation' | 'invariants' | 'next'>

const HOUR_MS = 3_600_000

/** Folds a trace: what the twin recorded, not what the controller concluded. Pure. */
export function foldReport(header: TraceHeader, all: readonly TraceRecord[], run: RunSummary): OpenReport {
  // What somebody else deployed is no deed of the controller.
  const records = all.filter((record) => !isForeignDeployment(record))
  const stages = foldStages(header, records)
  const faultStarts = records.filter((record) => record.kind === 'fault-started')
  const onsetAtMs = releaseOnsetMs(header, records)
  const rollback = foldRollback(header, records, onsetAtMs)
  const holdback = foldHoldback(header, records)
  const detection = foldDetection(records, onsetAtMs, rollback?.detectedAtMs ?? null)
  const notStarted = foldNotStarted(records)
  const simulatedMs = run.endedAtMs - header.startedAtMs
  return {
    schemaVersion: 2,
    scenario: header.scenario,
    seed: header.seed,
    level: header.level,
    connections: header.connections,
    profile: header.profile,
    windowHours: header.windowHours,
    fleet: { devices: Object.keys(header.lines).length, lines: new Set(Object.values(header.lines)).size },
    outcome: notStarted?.isRefused ? 'refused' : outcomeOf(records),
    ...(notStarted !== null && { notStarted: notStarted.reasons }),
    caughtIn: rollback === null ? null : (stages.findLast(({ startedAt }) => startedAt !== null)?.name ?? null),
    stages,
    leadTimeHours: foldLeadTime(header, records),
    ...(holdback !== null && { holdback }),
    faults: faultsOf(header, faultStarts),
    smallestEffects: smallestEffects(records).map(smallestEffect),
    detection,
    rollback: rollback?.report ?? null,
    exposure: foldExposure(header, records, run.endedAtMs),
    ...(header.metrics !== undefined && { plantMetrics: plantMetricsOf(foldPlantMetrics(header, records)) }),
    falseAlarm: rollback !== null && isFalseAlarm(records, onsetAtMs, rollback.detectedAtMs, detection),
    simulated: {
      startedAt: isoTime(header.startedAtMs),
      endedAt: isoTime(run.endedAtMs),
      hours: rounded(simulatedMs / HOUR_MS),
    },
    wall: {
      seconds: rounded(run.wallSeconds, 1),
      speedup: Math.round(simulatedMs / 1000 / run.wallSeconds),
      // A refused release ends in the instant in which it starts.
      controllerMsPerSimulatedHour: simulatedMs === 0 ? 0 : rounded(run.evaluationMs / (simulatedMs / HOUR_MS), 1),
    },
    controller: {
      evaluations: run.evaluations,
      awsCallsPerEvaluation: rounded(sum(Object.values(run.awsCalls)) / Math.max(run.evaluations, 1), 1),
    },
    awsCalls: run.awsCalls,
    messages: run.messages,
    digest: run.digest,
    digestsByHour: run.digestsByHour,
    ...interventionsIn(records),
    ...(run.clients.length > 0 && { clients: run.clients.map(reportedClient) }),
    ...notificationsIn(records),
  }
}

/** Null where a client from outside may be the cause of the rollback. */
function isFalseAlarm(
  records: readonly TraceRecord[],
  onsetAtMs: number | null,
  detectedAtMs: number,
  { by }: Detection,
): boolean | null {
  if (by === ABORTED_BY || (onsetAtMs !== null && onsetAtMs <= detectedAtMs)) return false
  return hadForeignHand(records, detectedAtMs) ? null : true
}

const smallestEffect = ({ metric, observed, reason }: TraceFinding): SmallestEffect => ({
  metric,
  observed,
  ...(reason !== undefined && { reason: reported(reason) }),
})

function notificationsIn(records: readonly TraceRecord[]): Pick<Report, 'notifications'> {
  const notifications = notificationsOf(records).map((one) => ({
    at: isoTime(one.atMs),
    code: one.code,
    data: one.data,
    text: notificationText(one),
  }))
  return notifications.length === 0 ? {} : { notifications }
}

function interventionsIn(records: readonly TraceRecord[]): Pick<Report, 'interventions'> {
  const interventions = records.flatMap((record) =>
    record.kind === 'intervention' ? [{ at: isoTime(record.atMs), ...reported(record) }] : [],
  )
  return interventions.length === 0 ? {} : { interventions }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const OUTCOMES: Readonly<Record<string, ReportOutcome>> = {
  completed: 'promoted',
  'rolled-back': 'rolled-back',
  halted: 'halted',
}

function outcomeOf(records: readonly TraceRecord[]): ReportOutcome {
  const last = records.findLast((record) => record.kind === 'evaluated')
  return (last?.kind === 'evaluated' ? OUTCOMES[last.state] : undefined) ?? 'inconclusive'
}

/** Each fault of the scenario that acted: its first onset and its number of devices, which is 0 where it acts on AWS. */
function faultsOf({ release }: TraceHeader, starts: readonly TraceRecord[]): Report['faults'] {
  type Draft = Omit<Report['faults'][number], 'devices'> & { readonly things: Set<string> }
  const byFault = new Map<number, Draft>()
  for (const record of starts) {
    if (record.kind !== 'fault-started') continue
    const known = byFault.get(record.fault)
    if (known === undefined) {
      const things = new Set(record.thing === null ? [] : [record.thing])
      const { faultKind: kind, atMs, target } = record
      const onsetAt = isoTime(atMs)
      const ofRelease = isOfRelease(record, release.version)
      byFault.set(record.fault, { kind, onsetAt, ofRelease, things, ...(target !== undefined && { target }) })
    } else if (record.thing !== null) known.things.add(record.thing)
  }
  return [...byFault.values()].map(({ things, ...fault }) => ({ ...fault, devices: things.size }))
}
