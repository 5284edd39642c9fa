import { durationText, isoTime, localTime } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'
import { type DeviceTimeline, momentsOf } from '../run/timeline.ts'

/** One device's timeline for people, in site-local time, with the time from each moment to the next. */
export function renderTimeline(timeline: DeviceTimeline, zone: string): string {
  const { thing, line, stage } = timeline
  const moments = momentsOf(timeline)
  const head = `${thing.toUpperCase()}: line ${line}, ${stage}`
  if (moments.length === 0) return `${head}\n  neither the release nor a fault reached it`
  const rows = moments.map(({ atMs, what, detail }, i) => {
    const previous = moments[i - 1]
    const after = previous === undefined ? '' : `+${durationText((atMs - previous.atMs) / 60_000)}`
    return [localTime(atMs, zone), what, detail, after]
  })
  return [head, ...alignedTable([`time (${zone})`, 'moment', 'what', 'after'], rows, 3)].join('\n')
}

export const TIMELINE_COLUMNS = [
  'device',
  'fault',
  'received',
  'started',
  'onset',
  'first sign',
  'crashed',
  'rollback received',
  'reverted',
  'healthy again',
] as const

/** One device as a row under `TIMELINE_COLUMNS`; times are UTC. */
export const timelineRow = (timeline: DeviceTimeline): readonly string[] => [
  timeline.thing,
  timeline.faultKind ?? '-',
  ...[
    timeline.receivedAtMs,
    timeline.startedAtMs,
    timeline.onsetAtMs,
    timeline.firstSign?.atMs ?? null,
    timeline.crashedAtMs,
    timeline.rollbackReceivedAtMs,
    timeline.revertedAtMs,
    timeline.healthyAtMs,
  ].map((atMs) => (atMs === null ? '-' : isoTime(atMs).slice(5, 19).replace('T', ' '))),
]
