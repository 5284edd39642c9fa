import { HOLDBACK_GROUP, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TracePolicy, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { isRecordedLate, isSlowed, ofKind, placeOf, type RecordOf, settingOf, windowMsOf } from './trace-records.ts'

/** What a decision must have seen, by what the devices did. */
export const EVIDENCE_INVARIANTS = {
  COUNTED_AFTER_ONE_REPORT: (header: TraceHeader, records: readonly TraceRecord[]) => {
    const policy = settingOf(records)?.policy
    // What a device said before a record that came late, it may say no more.
    if (policy === undefined || hasActed(records, 'stale-index') || isRecordedLate(records)) return []
    const reports = new Reports(header)
    return records.flatMap((record) => {
      reports.take(record)
      if (record.kind !== 'evaluated' || record.handler !== 'analyze') return []
      if (record.decision === 'confirm') {
        const hasty = reports.seenOnceOn(header.release.replaces)
        return hasty.length === 0 ? [] : [{ decision: 'confirm', counted: hasty.length, needed: 0, ...placeOf(record) }]
      }
      const { stage } = record
      if (record.decision !== 'soak' || stage === null) return []
      const members = (header.stages[stage] ?? []).filter((thing) => !reports.isHeld(thing))
      const counted = reports.seenTwice(members).length
      const needed = quorumOf(policy, stage, members.length)
      return counted >= needed ? [] : [{ decision: 'soak', counted, needed, ...placeOf(record) }]
    })
  },

  BLIND_TIME_COUNTED: (header, records) => {
    const policy = settingOf(records)?.policy
    if (policy === undefined) return []
    const blind = blindSpans(header, records, policy)
    if (blind.length === 0) return []
    const soaks = new Map<StageName, number>()
    const isLate = isRecordedLate(records)
    // A window began between the record before and one that came late.
    let beforeMs = header.startedAtMs
    return ofKind(records, 'evaluated').flatMap(({ stage, decision, handler, ...record }) => {
      const earliestMs = isLate ? beforeMs : record.atMs
      beforeMs = record.atMs
      if (stage === null) return []
      if (decision === 'soak') soaks.set(stage, earliestMs)
      const sinceMs = soaks.get(stage)
      if (sinceMs === undefined || handler === 'operate' || !(decision === 'promote' || decision === 'complete'))
        return []
      soaks.delete(stage)
      const blindMs = blind.reduce(
        (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, record.atMs) - Math.max(fromMs, sinceMs)),
        0,
      )
      const observedMs = record.atMs - sinceMs - blindMs
      return observedMs >= windowMsOf(policy, stage) ? [] : [{ stage, observedMs, blindMs, ...placeOf(record) }]
    })
  },

  STRAGGLER_FORGOTTEN: (header, records) => {
    const policy = settingOf(records)?.policy
    if (policy === undefined || isSlowed(records)) return []
    const reports = new Reports(header)
    const soaks = new Map<StageName, number>()
    return records.flatMap((record) => {
      reports.take(record)
      if (record.kind !== 'evaluated' || record.stage === null) return []
      if (record.decision === 'soak') soaks.set(record.stage, record.atMs)
      if (record.decision !== 'complete' || record.handler !== 'analyze') return []
      const sinceMs = soaks.get(record.stage)
      // After a whole extension no device is waited for.
      const windowMs = windowMsOf(policy, record.stage)
      if (sinceMs === undefined || record.atMs - sinceMs >= windowMs + LONGEST_EXTENSION_MS) return []
      const neededMs = policy.deviceExposureShare * windowMs - 3 * policy.tickMs
      const things = Object.values(header.stages).flatMap((members) =>
        members.filter((thing) => {
          const ranMs = record.atMs - (reports.onReleaseSinceMs(thing) ?? Number.NEGATIVE_INFINITY)
          return ranMs < neededMs && reports.isKnown(thing, record.atMs)
        }),
      )
      return things.length === 0 ? [] : [{ things, ...placeOf(record) }]
    })
  },

  ROLLED_BACK_BY_OTHER_RULE: (_, records) => {
    const rules = settingOf(records)?.policy.rules
    if (rules === undefined) return []
    const idle = new Set(rules.filter(({ criticality }) => criticality !== 'decides').map(({ name }) => name))
    return ofKind(records, 'evaluated').flatMap(({ decision, reason, findings, ...record }) => {
      if (decision !== 'rollback' || reason.code !== 'RULE_BREACHED') return []
      const breached = findings.filter(({ outcome }) => outcome === 'breach').map(({ rule }) => rule)
      const isWrong = breached.length > 0 && breached.every((rule) => idle.has(rule))
      return isWrong ? [{ rule: breached[0] as string, ...placeOf(record) }] : []
    })
  },
} satisfies Partial<SafetyTable>

/** The time that a controller may extend a window for want of evidence. */
const LONGEST_EXTENSION_MS = 24 * 3_600_000
/** A fleet index may be some minutes behind; a device that was connected for so long is known to be. */
const KNOWN_CONNECTED_MS = 30 * 60_000
/** Of the fleet: whoever cannot see so many, whichever they are, is blind. */
const BLIND_SHARE = 0.9

const hasActed = (records: readonly TraceRecord[], kind: string): boolean =>
  ofKind(records, 'fault-started').some(({ faultKind }) => faultKind === kind)

function quorumOf(policy: TracePolicy, stage: StageName, devices: number): number {
  const index = policy.stages.findIndex(({ name }) => name === stage)
  const usual = index === 0 ? policy.quorumShare : policy.laterQuorumShare
  return Math.ceil((policy.stages[index]?.quorumShare ?? usual) * devices)
}

/** What devices have reported, and how often somebody has looked since. */
class Reports {
  readonly #header: TraceHeader
  readonly #held = new Set<string>()
  readonly #moved = new Set<string>()
  readonly #connectedSinceMs = new Map<string, number>()
  readonly #running = new Map<string, string>()
  readonly #releaseSinceMs = new Map<string, number>()
  /** By device: its first good report in its present version, and the looks since. */
  readonly #seen = new Map<string, { readonly version: string; readonly looks: number; readonly atMs: number }>()

  #lookedAtMs: number | null = null

  constructor(header: TraceHeader) {
    this.#header = header
  }

  take(record: TraceRecord): void {
    switch (record.kind) {
      case 'device-moved':
        if (record.group === HOLDBACK_GROUP && record.change === 'added') this.#held.add(record.thing)
        return
      case 'membership-changed':
        this.#moved.add(record.thing)
        return
      case 'device-connected':
        this.#connectedSinceMs.set(record.thing, record.atMs)
        return
      case 'device-disconnected':
        this.#connectedSinceMs.delete(record.thing)
        return
      case 'firmware-started':
        return this.#started(record)
      case 'device-healthy':
        return this.#healthy(record)
      case 'evaluated':
      case 'handler-failed':
        if (record.handler === 'analyze') this.#look(record.atMs)
        return
      default:
    }
  }

  isHeld(thing: string): boolean {
    return this.#held.has(thing)
  }

  /** Devices that run the release, or did, and reported well at least twice to somebody who looked. */
  seenTwice(things: readonly string[]): readonly string[] {
    const { version } = this.#header.release
    return things.filter((thing) => {
      const seen = this.#seen.get(thing)
      return seen !== undefined && seen.version === version && seen.looks >= 2
    })
  }

  /** Connected devices that left the release and have been looked at less than twice since they report this version. */
  seenOnceOn(version: string): readonly string[] {
    return [...this.#seen].flatMap(([thing, seen]) => {
      const isBack = seen.version === version && this.#releaseSinceMs.has(thing)
      const isReachable = (this.#connectedSinceMs.get(thing) ?? Number.POSITIVE_INFINITY) <= seen.atMs
      return isBack && isReachable && seen.looks < 2 && !this.#moved.has(thing) ? [thing] : []
    })
  }

  /** Since when a device runs the release without a break; null if it does not. */
  onReleaseSinceMs(thing: string): number | null {
    if (this.#running.get(thing) !== this.#header.release.version) return null
    return this.#releaseSinceMs.get(thing) ?? null
  }

  /** Whether a device must be known: of the plan, and connected for some time. */
  isKnown(thing: string, nowMs: number): boolean {
    const sinceMs = this.#connectedSinceMs.get(thing)
    const isPlanned = !this.#held.has(thing) && !this.#moved.has(thing)
    return isPlanned && sinceMs !== undefined && nowMs - sinceMs >= KNOWN_CONNECTED_MS
  }

  #started({ thing, version, atMs }: RecordOf<'firmware-started'>): void {
    const { version: release } = this.#header.release
    if (version === release && this.#running.get(thing) !== release) this.#releaseSinceMs.set(thing, atMs)
    this.#running.set(thing, version)
    this.#seen.delete(thing)
  }

  /** The order of records within a millisecond says nothing: a look of that instant may have seen it. */
  #healthy({ thing, version, atMs }: RecordOf<'device-healthy'>): void {
    this.#seen.set(thing, { version, looks: atMs === this.#lookedAtMs ? 1 : 0, atMs })
  }

  #look(atMs: number): void {
    this.#lookedAtMs = atMs
    for (const [thing, seen] of this.#seen) {
      if (seen.looks < 2 && seen.atMs <= atMs) this.#seen.set(thing, { ...seen, looks: seen.looks + 1 })
    }
  }
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** When nearly all of the fleet was away, from when that must have been noticed. */
function blindSpans(header: TraceHeader, records: readonly TraceRecord[], policy: TracePolicy): readonly Span[] {
  const devices = Object.keys(header.lines).length
  const away = new Set<string>()
  const spans: Span[] = []
  let sinceMs: number | null = null
  for (const record of records) {
    if (record.kind === 'device-connected') away.delete(record.thing)
    if (record.kind === 'device-disconnected') away.add(record.thing)
    const isBlind = away.size > Math.max(BLIND_SHARE, policy.telemetry.silentShare) * devices
    if (isBlind) sinceMs ??= record.atMs
    else if (sinceMs !== null) {
      const fromMs = sinceMs + policy.lostAfterMs + 2 * policy.tickMs
      if (fromMs < record.atMs) spans.push({ fromMs, toMs: record.atMs })
      sinceMs = null
    }
  }
  return spans
}
