import type { StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isForward, isSlowed, ofKind, settingOf } from '../outcome/trace-records.ts'
import { isHealthyWorld } from '../outcome/truth-invariants.ts'
import { HOME } from './policy-arbitrary.ts'

const HOUR_MS = 3_600_000

type Predicate = (header: TraceHeader, records: readonly TraceRecord[]) => boolean

/** A situation that a campaign must reach. */
interface Row {
  /** For people; the code is what counts. */
  readonly meaning: string
  readonly isHit: Predicate
}

const row = (meaning: string, isHit: Predicate): Row => ({ meaning, isHit })

/**
 * What a campaign must reach at least once, or it has not tested what it claims: a row that no scenario hit fails the
 * campaign, never a scenario. [source: sometimes-assertions]
 */
export const SOMETIMES = {
  ROLLBACK_DURING_PROMOTION: row('rollback during a promotion', (_, records) =>
    rollbacks(records).some(
      ({ stage, before }) => before === 'waiting' || (stage !== 'canary' && before === 'deploying'),
    ),
  ),
  ROLLBACK_FROM_PRODUCTION: row('rollback from production', (_, records) =>
    rollbacks(records).some(({ stage }) => stage === 'production'),
  ),
  CRASH_DURING_DEPLOYMENT: row('crash during download or installation', (_, records) => {
    const busy = new Set<string>()
    return records.some((record) => {
      if (record.kind === 'deployment-received') busy.add(record.thing)
      if (record.kind === 'deployment-finished') busy.delete(record.thing)
      return record.kind === 'firmware-crashed' && busy.has(record.thing)
    })
  }),
  DEVICE_OFFLINE_FOR_WINDOW: row('device offline for a whole window', (header, records) =>
    soaks(records).some(({ stage, fromMs, toMs }) =>
      (header.stages[stage] ?? []).some((thing) => offlineFor(records, thing, fromMs, toMs)),
    ),
  ),
  CANARY_FLAPPED: row('flapping canary', (header, records) => {
    const canaries = new Set(header.stages.canary)
    const cuts = new Map<string, number>()
    for (const { thing } of ofKind(records, 'device-disconnected')) cuts.set(thing, (cuts.get(thing) ?? 0) + 1)
    return [...cuts].some(([thing, count]) => canaries.has(thing) && count >= 3)
  }),
  DEVICE_BACK_AFTER_ROLLBACK: row('device back online only after the rollback', (_, records) => {
    const endMs = ofKind(records, 'evaluated').findLast(({ state }) => state === 'rolled-back')?.atMs
    return endMs !== undefined && ofKind(records, 'device-connected').some(({ atMs }) => atMs > endMs)
  }),
  EVENT_DUPLICATED: row('event delivered twice', (_, records) => hasActed(records, 'event-duplicated')),
  SCHEDULED_EVENT_LOST: row('scheduled event lost', (_, records) => hasActed(records, 'event-lost', 'Scheduled Event')),
  CANCEL_THROTTLED: row('CancelDeployment throttled', (_, records) =>
    hasActed(records, 'api-throttle', 'CancelDeployment'),
  ),
  CREATE_REPLY_LOST: row('reply to CreateDeployment lost', (_, records) =>
    hasActed(records, 'lost-reply', 'CreateDeployment'),
  ),
  KILLED_MID_DECISION: row('invocation killed in the middle of a decision', (_, records) =>
    ofKind(records, 'handler-failed').some(({ sequence, error }) => {
      const next = records.slice(sequence + 1).find(({ kind }) => kind === 'evaluated' || kind === 'deployment-created')
      return error === 'Runtime.ExitError' && next?.kind === 'deployment-created'
    }),
  ),
  INSTANCE_OVERTAKEN: row('instance overtaken by another', (_, records) =>
    ofKind(records, 'handler-failed').some(({ error }) => error === 'StaleRollout'),
  ),
  OLD_HEALTH_DOCUMENT_READ: row(
    'health document of version N-1 read',
    (header, records) =>
      header.previousShadow === '1.0' && ofKind(records, 'evaluated').some(({ verdict }) => verdict === 'healthy'),
  ),
  LEAK_FOUND_AFTER_12_H: row('memory leak found only after 12 h', (_, records) => {
    const onsetMs = ofKind(records, 'fault-started').find(({ faultKind }) => faultKind === 'memory-leak')?.atMs
    const found = rollbacks(records)[0]?.atMs
    return onsetMs !== undefined && found !== undefined && found - onsetMs >= 12 * HOUR_MS
  }),
  TWO_RULES_BREACHED: row('two rules in breach in one evaluation', (_, records) =>
    ofKind(records, 'evaluated').some(
      ({ findings }) =>
        new Set(findings.filter(({ outcome }) => outcome === 'breach').map(({ rule }) => rule)).size >= 2,
    ),
  ),
  PAUSED_ROLLOUT_ROLLED_BACK: row('paused rollout rolled back', (_, records) => {
    let isPaused = false
    return records.some((record) => {
      if (record.kind === 'operation' && record.result === 'accepted') {
        if (record.operation === 'pause') isPaused = true
        if (record.operation === 'resume') isPaused = false
      }
      return record.kind === 'evaluated' && record.decision === 'rollback' && isPaused
    })
  }),
  CHANGES_FROZEN: row('changes frozen at a gate', (_, records) =>
    ofKind(records, 'evaluated').some(({ reason }) => reason.code === 'CHANGES_FROZEN'),
  ),
  MEMBERSHIP_CHANGED: row('thing group changed during a rollout', (_, records) =>
    ofKind(records, 'evaluated').some(({ reason }) => reason.code === 'MEMBERSHIP_CHANGED'),
  ),
  TELEMETRY_DOWN: row('telemetry down', (_, records) =>
    ofKind(records, 'evaluated').some(({ reason }) => reason.code === 'TELEMETRY_DOWN'),
  ),
  DEVICE_ROLLBACK_FAILED: row('device that failed to roll back', (_, records) =>
    ofKind(records, 'evaluated').some(({ reason }) => FAILED_ROLLBACKS.has(reason.code)),
  ),
  WINDOW_EXTENDED: row('window extended for lack of evidence', (_, records) =>
    ofKind(records, 'evaluated').some(({ reason }) => reason.code === 'WINDOW_EXTENDED'),
  ),
  ROLLOUT_HALTED: row('halted for lack of evidence or devices', (_, records) =>
    ofKind(records, 'evaluated').some(({ state }) => state === 'halted'),
  ),
  COMPLETED_DESPITE_FAULT: row(
    'completed despite a fault',
    (_, records) =>
      ofKind(records, 'fault-started').length > 0 && ofKind(records, 'evaluated').at(-1)?.state === 'completed',
  ),
  LINE_AWAY: row("outage of a line or of the plant by the plant's noise", (_, records) =>
    ofKind(records, 'plant-outage').some(({ scope }) => scope !== 'device'),
  ),
  COMPLETED_DESPITE_OUTAGE: row(
    "completed despite an outage by the plant's noise",
    (_, records) =>
      ofKind(records, 'plant-outage').length > 0 && ofKind(records, 'evaluated').at(-1)?.state === 'completed',
  ),
  ROLLED_BACK_DURING_OUTAGE: row("rollback while devices are away by the plant's noise", (_, records) =>
    rollbacks(records).some(({ atMs }) =>
      ofKind(records, 'plant-outage').some((outage) => outage.atMs <= atMs && atMs < outage.endsAtMs),
    ),
  ),
  DENY_WINDOW_WAITED_FOR: row('gate closed by a deny window', (_, records) => isClosedBy(records, 'DENY_WINDOW')),
  FREEZE_WAITED_FOR: row('gate closed by a dated freeze', (_, records) => isClosedBy(records, 'FREEZE_CALENDAR')),
  HOTFIX_DEPLOYED: row('hotfix deployed', (header, records) =>
    ofKind(records, 'deployment-created').some((one) => header.release.hotfix === true && isForward(one, header)),
  ),
  HOLDBACK_FOLLOWED: row('devices that were held back followed', (_, records) =>
    ofKind(records, 'evaluated').some(({ decision }) => decision === 'release-holdback'),
  ),
  COMPLETED_WITHOUT_HOLDBACK: row(
    'completed without a holdback',
    (_, records) =>
      settingOf(records)?.policy.holdback === false && ofKind(records, 'evaluated').at(-1)?.state === 'completed',
  ),
  CRASHES_ALLOWED: row(
    'crashes under a policy that allows for some',
    (_, records) =>
      (settingOf(records)?.policy.limits.crashes ?? 0) > 0 && ofKind(records, 'firmware-crashed').length > 0,
  ),
  OTHER_EVIDENCE: row('rollout with evidence settings of its own', (_, records) => {
    const evidence = settingOf(records)?.policy.evidence
    return (
      evidence !== undefined &&
      Object.entries(USUAL_EVIDENCE).some(([name, usual]) => evidence[name as keyof typeof evidence] !== usual)
    )
  }),
  OTHER_QUORUM: row('window begun under a quorum of its own', (_, records) => {
    const share = settingOf(records)?.policy.quorumShare ?? USUAL_QUORUM
    return share !== USUAL_QUORUM && ofKind(records, 'evaluated').some(({ decision }) => decision === 'soak')
  }),
  RECORDING_PLAYED: row('recording of a line played', (_, records) => (settingOf(records)?.recordings ?? 0) > 0),
  OTHER_ZONE: row(
    'stage deployed in a zone other than that of the default policy',
    ({ zone }, records) => zone !== HOME && ofKind(records, 'deployment-created').length > 0,
  ),
  WHOLE_LINES: row('stage of lines of 20 devices deployed', ({ lines }, records) => {
    const first = Object.values(lines).filter((line) => line === 1)
    return first.length >= 20 && ofKind(records, 'deployment-created').length > 0
  }),
  REQUEST_SENT_AGAIN: row('request answered as done before, by its id', (_, records) =>
    ofKind(records, 'operation').some(({ id, result }) => id !== undefined && result === 'repeated'),
  ),
  ID_OF_OTHER_REQUEST: row('id of another operation used again', (_, records) => {
    const requests = ofKind(records, 'operation').filter(({ id }) => id !== undefined)
    return requests.some((one) => requests.some(({ id, operation }) => id === one.id && operation !== one.operation))
  }),
  HEALTHY_DESPITE_AWS: row(
    'healthy release completed while something was wrong with AWS, events or functions',
    (_, records) =>
      isSlowed(records) && isHealthyWorld(records) && ofKind(records, 'evaluated').at(-1)?.state === 'completed',
  ),
  START_REFUSED_WHILE_ACTIVE: row('release refused while another was active', (_, records) =>
    ofKind(records, 'handler-failed').some(({ refusals = [] }) =>
      refusals.some(({ code }) => code === 'ROLLOUT_ACTIVE'),
    ),
  ),
  FIXED_FORWARD: row('release deployed in the world of one that was rolled back', (header, records) => {
    const before = settingOf(records)?.former ?? []
    return (
      before.length > 0 &&
      before.at(-1) !== header.release.replaces &&
      ofKind(records, 'deployment-created').some((one) => isForward(one, header))
    )
  }),
  NEXT_RELEASE_COMPLETED: row(
    'second release of a world completed',
    (_, records) =>
      settingOf(records)?.former !== undefined && ofKind(records, 'evaluated').at(-1)?.state === 'completed',
  ),
  WIRE_LEVEL: row(
    'stage deployed at wire level',
    ({ level }, records) => level === 'wire' && ofKind(records, 'deployment-created').length > 0,
  ),
  MIGRATION_COMPLETED: row('migration completed before its firmware', (_, records) =>
    ofKind(records, 'migration-evaluated').some(({ state }) => state === 'completed'),
  ),
}

/** Those of the default policy, and its quorum of canaries. */
const USUAL_EVIDENCE = { falseRollbackShare: 0.01, rollingMs: HOUR_MS, minExtraErrors: 4 }
const USUAL_QUORUM = 0.88

const isClosedBy = (records: readonly TraceRecord[], code: string): boolean =>
  ofKind(records, 'evaluated').some(({ reason }) => {
    const { closedBy } = reason.data as { readonly closedBy?: { readonly code: string } | null }
    return reason.code === 'GATE_CLOSED' && closedBy?.code === code
  })

/** Decisions about devices on which the rollback failed. */
const FAILED_ROLLBACKS = new Set(['ROLLBACK_FAILED_ON_DEVICES', 'ROLLBACK_FAILED'])

export type SometimesCode = keyof typeof SOMETIMES
export const SOMETIMES_CODES = Object.keys(SOMETIMES) as readonly SometimesCode[]

/** The codes of the rows that a run hit. */
export const sometimesHit = (header: TraceHeader, records: readonly TraceRecord[]): readonly SometimesCode[] =>
  SOMETIMES_CODES.filter((code) => SOMETIMES[code].isHit(header, records))

const hasActed = (records: readonly TraceRecord[], kind: string, on?: string): boolean =>
  ofKind(records, 'fault-started').some(
    ({ faultKind, target }) => faultKind === kind && (on === undefined || target === on),
  )

/** Every rollback that was decided, with the state that it was decided in. */
function rollbacks(
  records: readonly TraceRecord[],
): readonly { readonly atMs: number; readonly stage: StageName | null; readonly before: string }[] {
  let before = 'waiting'
  let stageBefore: StageName | null = 'canary'
  return ofKind(records, 'evaluated').flatMap(({ atMs, stage, state, decision }) => {
    // The first stage waits as well, but nothing was promoted then.
    const own = { atMs, stage, before: before === 'waiting' && stageBefore === 'canary' ? 'first gate' : before }
    before = state
    stageBefore = stage
    return decision === 'rollback' ? [own] : []
  })
}

/** The monitoring windows, from the soak to what ended it. */
function soaks(
  records: readonly TraceRecord[],
): readonly { readonly stage: StageName; readonly fromMs: number; readonly toMs: number }[] {
  const evaluations = ofKind(records, 'evaluated')
  const stages = [...new Set(evaluations.flatMap(({ stage }) => (stage === null ? [] : [stage])))]
  return stages.flatMap((stage) => {
    const from = evaluations.find((evaluation) => evaluation.stage === stage && evaluation.decision === 'soak')
    const to = evaluations.find(
      (evaluation) =>
        evaluation.stage === stage && (evaluation.decision === 'promote' || evaluation.decision === 'complete'),
    )
    return from === undefined || to === undefined ? [] : [{ stage, fromMs: from.atMs, toMs: to.atMs }]
  })
}

function offlineFor(records: readonly TraceRecord[], thing: string, fromMs: number, toMs: number): boolean {
  let isConnected = true
  for (const record of records) {
    if (record.atMs > toMs) break
    if (record.kind !== 'device-connected' && record.kind !== 'device-disconnected') continue
    if (record.thing !== thing) continue
    isConnected = record.kind === 'device-connected'
    if (isConnected && record.atMs > fromMs) return false
  }
  return !isConnected
}
