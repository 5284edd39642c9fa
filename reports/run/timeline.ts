import { STAGES, type StageName } from '../../controller/contract.ts'
import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'
import { numberText } from '../numbers/format.ts'
import { type Deployments, sortDeployments } from './deployments.ts'
import { isBad } from './evaluations.ts'

/** What happened on one device with the release, in the order in which it usually does; null: it did not. */
export interface DeviceTimeline {
  readonly thing: string
  readonly line: number
  readonly stage: StageName
  readonly faultKind: string | null
  readonly onsetAtMs: number | null
  /**
   * The first thing after the onset by which anybody could have noticed: a crash, a component in error, a deployment that
   * failed, a lost connection, or a look of the controller with a bad finding about this device or its line.
   */
  readonly firstSign: { readonly atMs: number; readonly what: string } | null
  readonly receivedAtMs: number | null
  readonly startedAtMs: number | null
  readonly crashedAtMs: number | null
  readonly rollbackReceivedAtMs: number | null
  /** First start of the old firmware after the release had been touched. */
  readonly revertedAtMs: number | null
  /** First healthy report on the old firmware after the release had been touched. */
  readonly healthyAtMs: number | null
}

type Draft = { -readonly [key in keyof DeviceTimeline]: DeviceTimeline[key] } & {
  isTouched: boolean
}

/** A timeline for every device, as the header lists them. Pure. */
export function foldTimelines(header: TraceHeader, records: readonly TraceRecord[]): readonly DeviceTimeline[] {
  const deployments = sortDeployments(header, records)
  const drafts = new Map(
    STAGES.flatMap((stage) =>
      header.stages[stage].map((thing): [string, Draft] => [thing, begin(thing, header.lines[thing] as number, stage)]),
    ),
  )
  // A fault that begins with its symptom stands after it within one millisecond, so onsets must be known before.
  for (const record of records) {
    const draft = record.kind === 'fault-started' ? drafts.get(record.thing ?? '') : undefined
    if (draft?.onsetAtMs === null && record.kind === 'fault-started') {
      Object.assign(draft, { onsetAtMs: record.atMs, faultKind: record.faultKind })
    }
  }
  for (const record of records) {
    const draft = 'thing' in record ? drafts.get(record.thing ?? '') : undefined
    if (draft !== undefined) {
      follow(draft, header, deployments, record)
      note(draft, record.atMs, signOf(record))
    }
    if (record.kind === 'evaluated' && record.findings.some(isBad)) {
      for (const one of drafts.values()) note(one, record.atMs, signInLook(one, record.findings))
    }
  }
  return [...drafts.values()].map(({ isTouched, ...timeline }) => timeline)
}

const begin = (thing: string, line: number, stage: StageName): Draft => ({
  thing,
  line,
  stage,
  faultKind: null,
  onsetAtMs: null,
  firstSign: null,
  receivedAtMs: null,
  startedAtMs: null,
  crashedAtMs: null,
  rollbackReceivedAtMs: null,
  revertedAtMs: null,
  healthyAtMs: null,
  isTouched: false,
})

function follow(draft: Draft, header: TraceHeader, deployments: Deployments, record: TraceRecord): void {
  const { atMs } = record
  const { version, replaces } = header.release
  switch (record.kind) {
    case 'deployment-received':
      if (deployments.bringing.has(record.deploymentId)) draft.receivedAtMs ??= atMs
      else if (deployments.takingBack.has(record.deploymentId)) draft.rollbackReceivedAtMs ??= atMs
      return
    case 'component-state':
      draft.isTouched ||= record.version === version
      return
    case 'firmware-started':
      if (record.version === version) draft.startedAtMs ??= atMs
      else if (record.version === replaces && draft.isTouched) draft.revertedAtMs ??= atMs
      return
    case 'firmware-crashed':
      if (record.version === version) draft.crashedAtMs ??= atMs
      return
    case 'device-healthy':
      if (record.version === replaces && draft.isTouched) draft.healthyAtMs ??= atMs
  }
}

/** The first sign counts, and only from the onset on. */
function note(draft: Draft, atMs: number, what: string | null): void {
  if (what === null || draft.onsetAtMs === null || atMs < draft.onsetAtMs) return
  draft.firstSign ??= { atMs, what }
}

/** What the device itself shows. */
function signOf(record: TraceRecord): string | null {
  switch (record.kind) {
    case 'firmware-crashed':
      return textOf(record.reason)
    case 'component-state':
      return record.state === 'ERRORED' || record.state === 'BROKEN' ? `component ${record.state}` : null
    case 'deployment-finished':
      return record.status === 'SUCCEEDED' ? null : `deployment ${record.detailedStatus}`
    case 'device-disconnected':
      return 'connection lost'
    default:
      return null
  }
}

/** A finding about the whole stage names no device. */
function signInLook({ thing, line }: Draft, findings: readonly TraceFinding[]): string | null {
  const named = findings.find((one) => isBad(one) && (one.thing === thing || (!one.thing && one.line === line)))
  if (named === undefined) return null
  const where = named.thing ?? `line ${named.line}`
  return `look: ${named.metric} ${numberText(named.observed)}, limit ${numberText(named.limit)}, ${where}`
}

/** First to last moment; 0 when nothing happened. */
const spanMs = (timeline: DeviceTimeline): number => {
  const moments = momentsOf(timeline)
  return moments.length === 0 ? 0 : (moments.at(-1)?.atMs ?? 0) - (moments[0]?.atMs ?? 0)
}

export interface Moment {
  readonly atMs: number
  readonly what: string
  readonly detail: string
}

/** The timeline as its moments in order of time. */
export function momentsOf(timeline: DeviceTimeline): readonly Moment[] {
  const { firstSign, faultKind } = timeline
  const moments: readonly (readonly [number | null, string, string?])[] = [
    [timeline.receivedAtMs, 'deployment received'],
    [timeline.startedAtMs, 'firmware started'],
    [timeline.onsetAtMs, 'fault onset', faultKind ?? ''],
    [timeline.crashedAtMs, 'crashed'],
    [firstSign?.atMs ?? null, 'first sign', firstSign?.what],
    [timeline.rollbackReceivedAtMs, 'rollback received'],
    [timeline.revertedAtMs, 'reverted'],
    [timeline.healthyAtMs, 'healthy again'],
  ]
  return moments
    .flatMap(([atMs, what, detail = '']) => (atMs === null ? [] : [{ atMs, what, detail }]))
    .sort((a, b) => a.atMs - b.atMs)
}

/**
 * The devices worth a look, among those that the release or a fault reached: first the ones that were sent back and never
 * got well, then those that crashed, then those with a fault, and among equals the slowest.
 */
export function mostTelling(timelines: readonly DeviceTimeline[], limit: number): readonly DeviceTimeline[] {
  const rank = (one: DeviceTimeline): readonly number[] => [
    Number(one.rollbackReceivedAtMs !== null && one.healthyAtMs === null),
    Number(one.crashedAtMs !== null),
    Number(one.onsetAtMs !== null),
    spanMs(one),
  ]
  return timelines
    .filter(({ receivedAtMs, onsetAtMs }) => receivedAtMs !== null || onsetAtMs !== null)
    .map((timeline) => ({ timeline, rank: rank(timeline) }))
    .sort((a, b) => compareRanks(b.rank, a.rank))
    .slice(0, limit)
    .map(({ timeline }) => timeline)
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number)
}
