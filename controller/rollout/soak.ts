import { type Evidence, type MemberState, NO_EVIDENCE } from '../evidence/evidence.ts'
import type { Lack } from '../messages/decisions.ts'
import { deviceList } from '../messages/wording.ts'
import { stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { quorumOf } from '../policy/stages.ts'
import type { Stage } from './rollout.ts'

/** The clock of one soak, as plain JSON. */
export interface SoakClock {
  readonly stage: Stage['name']
  /** When the soak began; another value is another soak. */
  readonly sinceMs: number
  /** Time of the soak in which the telemetry was down: the clock stood still. [source: telemetry-hold] */
  readonly heldMs: number
  /** Time that the counted devices ran the new firmware since then, together, by the name of the shift. */
  readonly exposureByShiftMs: Readonly<Record<string, number>>
}

/** What a soak has shown. */
export interface SoakProgress {
  /** What the window has not shown yet, apart from time; empty when nothing is missing. */
  readonly lacks: readonly Lack[]
  readonly exposedMs: number
  readonly neededMs: number
  /** Members that are not counted: they had not installed when the soak began. They run a window of their own. */
  readonly uncounted: readonly string[]
}

const HOUR_MS = 3_600_000
/** A shift that the window has less of than this is not required. */
const GRAZED_MS = HOUR_MS

/** A soak's members at its beginning: devices that were offline then are not waited for. [source: offline-devices] */
const isCounted = (member: MemberState | undefined, sinceMs: number): member is MemberState =>
  member !== undefined && member.installedAtMs !== null && member.installedAtMs <= sinceMs

/** Silent since the update: judged by rule lost-device, which allows for one. */
const isLost = ({ heardAtMs }: MemberState, policy: Policy, nowMs: number): boolean =>
  heardAtMs === null || nowMs - heardAtMs > policy.lostAfterMs

/**
 * The clock after an evaluation: the time that every counted device ran since the evaluation before is added to the
 * shifts it fell into, however late it became known; time under a hold does not count for the window.
 */
export function tick(
  clock: SoakClock | null,
  stage: Stage,
  evaluation: {
    readonly before: Evidence | null
    readonly after: Evidence
    readonly previousAtMs: number | null
    readonly nowMs: number
    readonly isHeld: boolean
  },
  policy: Policy,
): SoakClock | null {
  const sinceMs = stage.soakingSinceMs
  if (sinceMs === null) return null
  const isSame = clock !== null && clock.stage === stage.name && clock.sinceMs === sinceMs
  const { heldMs, exposureByShiftMs } = isSame ? clock : { heldMs: 0, exposureByShiftMs: {} }
  const { before, after, nowMs, isHeld } = evaluation
  /** How many devices add how much: most add the same, and calendars are slow. */
  const spans = new Map<number, number>()
  for (const thing of stage.members) {
    const member = after.members[thing]
    if (!isCounted(member, sinceMs)) continue
    const knownMs = (before ?? NO_EVIDENCE).members[thing]?.exposureMs ?? 0
    const newMs = Math.min(member.exposureMs - knownMs, nowMs - sinceMs)
    if (newMs > 0) spans.set(newMs, (spans.get(newMs) ?? 0) + 1)
  }
  const exposure: Record<string, number> = { ...exposureByShiftMs }
  for (const [newMs, devices] of spans) addByShift(exposure, policy, nowMs - newMs, nowMs, devices)
  const sinceEvaluationMs = nowMs - Math.max(evaluation.previousAtMs ?? nowMs, sinceMs)
  return { stage: stage.name, sinceMs, heldMs: heldMs + (isHeld ? sinceEvaluationMs : 0), exposureByShiftMs: exposure }
}

/** Adds a span of so many devices' time to the shifts it lies in. */
function addByShift(sums: Record<string, number>, policy: Policy, fromMs: number, toMs: number, devices = 1): void {
  for (let endMs = toMs; endMs > fromMs; ) {
    const { name, shiftStartMs } = stratumAt(policy, endMs - 1)
    const shift = name.split('/')[0] as string
    const startMs = Math.max(shiftStartMs, fromMs)
    sums[shift] = (sums[shift] ?? 0) + devices * (endMs - startMs)
    endMs = startMs
  }
}

/** Time of the window that has passed, holds left out. */
export const watchedMs = ({ soakingSinceMs }: Stage, clock: SoakClock | null, nowMs: number): number =>
  nowMs - (soakingSinceMs ?? nowMs) - (clock?.heldMs ?? 0)

/**
 * What a soak has shown when its window has elapsed. It counts device exposure: every counted device for its share of
 * the window, all of them together for theirs, and every shift of the window covered.
 * [source: monitoring-window, soak-exposure]
 */
export function soakProgress(
  stage: Stage,
  evidence: Evidence | null,
  clock: SoakClock | null,
  policy: Policy,
  nowMs: number,
): SoakProgress {
  const sinceMs = stage.soakingSinceMs ?? nowMs
  const members = stage.members.map((thing) => ({ thing, state: evidence?.members[thing] }))
  const counted = members.flatMap(({ thing, state }) => (isCounted(state, sinceMs) ? [{ thing, ...state }] : []))
  const uncounted = members.filter(({ state }) => !isCounted(state, sinceMs)).map(({ thing }) => thing)
  const present = counted.filter((one) => !isLost(one, policy, nowMs))
  const exposedMs = present.reduce((sum, one) => sum + one.exposureMs, 0)
  const neededMs = policy.exposureShare * present.length * policy.windowMs
  const deviceMs = policy.deviceExposureShare * policy.windowMs
  const short = present.filter((one) => one.exposureMs < deviceMs).map(({ thing }) => thing)
  const quorum = quorumOf(policy, stage.name, stage.members.length)
  const lacks: Lack[] = []
  if (present.length < quorum) lacks.push({ code: 'DEVICES_LACKING', data: { present: present.length, quorum } })
  if (short.length > 0) {
    lacks.push({ code: 'DEVICE_EXPOSURE_LACKING', data: { devices: deviceList(short), neededMs: deviceMs } })
  }
  if (exposedMs < neededMs) lacks.push({ code: 'EXPOSURE_LACKING', data: { exposedMs, neededMs } })
  lacks.push(...uncoveredShifts(clock, sinceMs, counted.length, policy))
  return { lacks, exposedMs, neededMs, uncounted }
}

/** The shifts that the window covers and the devices were not observed in for long enough. */
function uncoveredShifts(clock: SoakClock | null, sinceMs: number, devices: number, policy: Policy): Lack[] {
  const inWindow: Record<string, number> = {}
  addByShift(inWindow, policy, sinceMs, sinceMs + policy.windowMs)
  return Object.entries(inWindow)
    .filter(([, ms]) => ms >= GRAZED_MS)
    .flatMap(([shift, ms]) => {
      const neededMs = policy.shiftExposureShare * ms
      const exposedMs = (clock?.exposureByShiftMs[shift] ?? 0) / Math.max(devices, 1)
      return exposedMs < neededMs
        ? [{ code: 'SHIFT_EXPOSURE_LACKING' as const, data: { shift, exposedMs, neededMs } }]
        : []
    })
}

/**
 * Devices that came after their stage's soak had begun and have not run their share of a window yet.
 * [source: offline-devices]
 */
export function stragglersOf(stage: Stage, evidence: Evidence, policy: Policy): readonly string[] {
  const sinceMs = stage.soakingSinceMs
  if (sinceMs === null) return []
  return stage.members.filter((thing) => {
    const installedAtMs = evidence.members[thing]?.installedAtMs ?? null
    const exposureMs = evidence.members[thing]?.exposureMs ?? 0
    return (
      installedAtMs !== null && installedAtMs > sinceMs && exposureMs < policy.deviceExposureShare * policy.windowMs
    )
  })
}

/** Evidence of a soak that starts again: what devices did is kept, their exposure is not. */
export const withoutExposure = (evidence: Evidence): Evidence => ({
  ...evidence,
  members: Object.fromEntries(
    Object.entries(evidence.members).map(([thing, member]) => [thing, { ...member, exposureMs: 0 }]),
  ),
})
