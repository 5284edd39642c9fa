import { Temporal } from 'temporal-polyfill'
import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TracePolicy, TraceRecord, TraceWeeklyWindow } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import { isSlowed, placeOf, settingOf } from './trace-records.ts'

/** New firmware or a migration came to devices of the stage: by a deployment, or by a device that was released into it. */
interface Change {
  readonly sequence: number
  readonly atMs: number
  readonly stage: StageName
  /** Gates of which one must be open: the stage's own, or any for the devices that follow production. */
  readonly gates: readonly StageName[]
}

/** A function that is slowed down may decide so long before the deployment exists. */
const LONGEST_RUN_MS = 5 * 60_000
/** Wall times so near to a change of the clocks are ambiguous, or missing. */
const NEAR_CHANGE_MS = 3 * 3_600_000

/** The calendar of the policy, read anew: by wall times, without the controller's code. */
export const CALENDAR_INVARIANTS = {
  DEPLOYED_OUTSIDE_CALENDAR: (header: TraceHeader, records: readonly TraceRecord[]) => {
    const policy = settingOf(records)?.policy
    if (policy === undefined) return []
    const isHotfix = header.release.hotfix !== undefined
    const slackMs = isSlowed(records) ? LONGEST_RUN_MS : 0
    return changesOf(header, records).flatMap((change) => {
      const closedBy = closureAt(policy, change, change.atMs, isHotfix)
      const isOpen = closedBy === null || closureAt(policy, change, change.atMs - slackMs, isHotfix) === null
      return isOpen ? [] : [{ stage: change.stage, closedBy, ...placeOf(change) }]
    })
  },
} satisfies Partial<SafetyTable>

function changesOf(header: TraceHeader, records: readonly TraceRecord[]): readonly Change[] {
  const { version, migration } = header.release
  const stages = Object.keys(header.stages)
  const last = stages.at(-1) as StageName
  /** Components of the newest deployment of each group. */
  const inPlace = new Map<string, Readonly<Record<string, string>>>()
  return records.flatMap((record): readonly Change[] => {
    const { sequence, atMs } = record
    if (record.kind === 'deployment-created') {
      const before = inPlace.get(record.target)
      inPlace.set(record.target, record.components)
      const isMigration =
        migration !== undefined &&
        record.components[migration.component] === migration.version &&
        before?.[migration.component] !== migration.version
      const stage = stages.find((one) => one === record.target)
      const isNew = record.components[FIRMWARE_COMPONENT] === version || (isMigration && before === undefined)
      return stage === undefined || !isNew ? [] : [{ sequence, atMs, stage, gates: [stage] }]
    }
    const isReleased =
      record.kind === 'device-moved' &&
      record.change === 'removed' &&
      record.group === HOLDBACK_GROUP &&
      inPlace.get(last)?.[FIRMWARE_COMPONENT] === version
    return isReleased ? [{ sequence, atMs, stage: last, gates: stages }] : []
  })
}

/** What forbids to change the stage at that instant; null if nothing does. Hotfixes wait for deny windows only. */
function closureAt(
  policy: TracePolicy,
  { stage, gates }: Change,
  atMs: number,
  isHotfix: boolean,
): 'gate' | 'deny' | 'freeze' | null {
  if (isNearClockChange(policy.zone, atMs)) return null
  const now = localAt(policy.zone, atMs)
  if ((policy.deny[stage] ?? []).some((window) => isInside(window, now))) return 'deny'
  if (isHotfix) return null
  const isFrozen = policy.freezes.some(
    ({ from, to }) =>
      isNotAfter(Temporal.PlainDateTime.from(from), now) && !isNotAfter(Temporal.PlainDateTime.from(to), now),
  )
  if (isFrozen) return 'freeze'
  return gates.some((gate) => (policy.gates[gate] ?? []).some((window) => isInside(window, now))) ? null : 'gate'
}

/** A window belongs to the day that it begins on, and may last into the next. */
const isInside = ({ days, from, to }: TraceWeeklyWindow, now: Temporal.PlainDateTime): boolean =>
  [0, 1].some((daysAgo) => {
    const date = now.toPlainDate().subtract({ days: daysAgo })
    const begin = date.toPlainDateTime(from)
    const end = date.add({ days: to <= from ? 1 : 0 }).toPlainDateTime(to)
    return days.includes(date.dayOfWeek) && isNotAfter(begin, now) && !isNotAfter(end, now)
  })

const isNotAfter = (one: Temporal.PlainDateTime, other: Temporal.PlainDateTime): boolean =>
  Temporal.PlainDateTime.compare(one, other) <= 0

const localAt = (zone: string, atMs: number): Temporal.PlainDateTime =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDateTime()

const isNearClockChange = (zone: string, atMs: number): boolean => {
  const offsetAt = (ms: number): number =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds
  return offsetAt(atMs - NEAR_CHANGE_MS) !== offsetAt(atMs + NEAR_CHANGE_MS)
}
