import type { StageName } from '../../controller/contract.ts'
import type { Message } from '../../controller/messages/message.ts'
import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { type DeploymentsByDirection, deploymentsByDirection } from './deployments-by-direction.ts'
import { isBad } from './evaluations.ts'

/** What happened on one device with the release, in the order in which it usually does; null: it did not. */
export interface DeviceTimeline {
  readonly thing: string
  readonly line: number
  readonly stage: StageName
  readonly faultKind: string | null
  readonly onsetAtMs: number | null
  /** The first observable effect of the fault, from the onset on. */
  readonly firstSign: Sign | null
  readonly receivedAtMs: number | null
  readonly startedAtMs: number | null
  readonly crashedAtMs: number | null
  readonly rollbackReceivedAtMs: number | null
  /** First start of the previous firmware after the device had the release. */
  readonly revertedAtMs: number | null
  /** First healthy report on the previous firmware after the device had the release. */
  readonly healthyAtMs: number | null
}

/**
 * An observable effect: a crash, a component in error, a deployment that failed, a lost connection, or an evaluation with
 * a bad finding of the device or its line.
 */
export type Sign = { readonly atMs: number } & Effect

type Effect =
  | { readonly kind: 'crash'; readonly reason: Message }
  | { readonly kind: 'component'; readonly state: string }
  | { readonly kind: 'deployment'; readonly detailedStatus: string }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'finding'; readonly finding: TraceFinding }

type Draft = { -readonly [key in keyof DeviceTimeline]: DeviceTimeline[key] } & {
  /** The release was on the device, running or not. */
  hadRelease: boolean
}

/** A timeline for every device, as the header lists them. Pure. */
export function foldTimelines(header: TraceHeader, records: readonly TraceRecord[]): readonly DeviceTimeline[] {
  const deployments = deploymentsByDirection(header, records)
  const drafts = new Map(
    Object.entries(header.stages).flatMap(([stage, things]) =>
      things.map((thing): [string, Draft] => [thing, begin(thing, header.lines[thing] as number, stage)]),
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
      note(draft, record.atMs, effectOf(record))
    }
    if (record.kind === 'evaluated' && record.findings.some(isBad)) {
      for (const one of drafts.values()) note(one, record.atMs, badFindingOf(one, record.findings))
    }
  }
  return [...drafts.values()].map(({ hadRelease, ...timeline }) => timeline)
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
  hadRelease: false,
})

function follow(draft: Draft, header: TraceHeader, deployments: DeploymentsByDirection, record: TraceRecord): void {
  const { atMs } = record
  const { version, replaces } = header.release
  switch (record.kind) {
    case 'deployment-received':
      if (deployments.release.has(record.deploymentId)) draft.receivedAtMs ??= atMs
      else if (deployments.rollback.has(record.deploymentId)) draft.rollbackReceivedAtMs ??= atMs
      return
    case 'component-state':
      draft.hadRelease ||= record.version === version
      return
    case 'firmware-started':
      if (record.version === version) draft.startedAtMs ??= atMs
      else if (record.version === replaces && draft.hadRelease) draft.revertedAtMs ??= atMs
      return
    case 'firmware-crashed':
      if (record.version === version) draft.crashedAtMs ??= atMs
      return
    case 'device-healthy':
      if (record.version === replaces && draft.hadRelease) draft.healthyAtMs ??= atMs
  }
}

/** The first effect counts, and only from the onset on. */
function note(draft: Draft, atMs: number, effect: Effect | null): void {
  if (effect === null || draft.onsetAtMs === null || atMs < draft.onsetAtMs) return
  draft.firstSign ??= { atMs, ...effect }
}

/** What the device itself shows. */
function effectOf(record: TraceRecord): Effect | null {
  switch (record.kind) {
    case 'firmware-crashed':
      return { kind: 'crash', reason: record.reason }
    case 'component-state': {
      const { state } = record
      return state === 'ERRORED' || state === 'BROKEN' ? { kind: 'component', state } : null
    }
    case 'deployment-finished': {
      const { status, detailedStatus } = record
      return status === 'SUCCEEDED' ? null : { kind: 'deployment', detailedStatus }
    }
    case 'device-disconnected':
      return { kind: 'disconnected' }
    default:
      return null
  }
}

/** By name where devices are named, up to the few that a list has. */
function isAbout(finding: TraceFinding, thing: string, line: number): boolean {
  const { things, lines } = finding
  if (things !== undefined && things.count === things.first.length) return things.first.includes(thing)
  if (finding.thing !== undefined) return finding.thing === thing
  return finding.line === line || (lines?.first.includes(line) ?? false)
}

/** A finding of the whole stage names no device. */
function badFindingOf({ thing, line }: Draft, findings: readonly TraceFinding[]): Effect | null {
  const finding = findings.find((one) => isBad(one) && isAbout(one, thing, line))
  return finding === undefined ? null : { kind: 'finding', finding }
}

/** Every moment of a timeline, by the name that it has there. */
export const MOMENTS = {
  received: 'receivedAtMs',
  started: 'startedAtMs',
  onset: 'onsetAtMs',
  crashed: 'crashedAtMs',
  firstSign: 'firstSign',
  rollbackReceived: 'rollbackReceivedAtMs',
  reverted: 'revertedAtMs',
  healthy: 'healthyAtMs',
} as const satisfies Readonly<Record<string, keyof DeviceTimeline>>

export interface Moment {
  readonly atMs: number
  readonly kind: keyof typeof MOMENTS
}

/** What happened on the device, in order of time. */
export const momentsOf = (timeline: DeviceTimeline): readonly Moment[] =>
  (Object.keys(MOMENTS) as Moment['kind'][])
    .flatMap((kind) => {
      const value = timeline[MOMENTS[kind]]
      const atMs = typeof value === 'object' ? (value?.atMs ?? null) : value
      return atMs === null ? [] : [{ atMs, kind }]
    })
    .sort((a, b) => a.atMs - b.atMs)
