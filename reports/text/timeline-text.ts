import { textOf } from '../messages/registry.ts'
import { durationText, isoTime, localTime } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'
import { type DeviceTimeline, type Moment, momentsOf, type Sign } from '../run/timeline.ts'
import { findingText } from './finding-text.ts'
import { terminalText } from './terminal-text.ts'

const MOMENT_TEXTS: Readonly<Record<Moment['kind'], string>> = {
  received: 'deployment received',
  started: 'firmware started',
  onset: 'fault onset',
  crashed: 'crashed',
  firstSign: 'first sign',
  rollbackReceived: 'rollback received',
  reverted: 'reverted',
  healthy: 'healthy again',
}

/** One device's timeline in plain text, in the zone of the plant, with the time from each moment to the next. */
export function renderTimeline(timeline: DeviceTimeline, zone: string): string {
  const { thing, line, stage } = timeline
  const moments = momentsOf(timeline)
  const head = `${thing.toUpperCase()}: line ${line}, ${stage}`
  if (moments.length === 0) return `${head}\n  neither the release nor a fault reached it`
  const rows = moments.map(({ atMs, kind }, i) => {
    const previous = moments[i - 1]
    const after = previous === undefined ? '' : `+${durationText((atMs - previous.atMs) / 60_000)}`
    return [localTime(atMs, zone), MOMENT_TEXTS[kind], detailText(timeline, kind), after]
  })
  return terminalText([head, ...alignedTable([`time (${zone})`, 'moment', 'detail', 'after'], rows, 3)].join('\n'))
}

function detailText({ faultKind, firstSign }: DeviceTimeline, kind: Moment['kind']): string {
  if (kind === 'onset') return faultKind ?? ''
  return kind === 'firstSign' && firstSign !== null ? signText(firstSign) : ''
}

function signText(sign: Sign): string {
  switch (sign.kind) {
    case 'crash':
      return textOf(sign.reason)
    case 'component':
      return `component ${sign.state}`
    case 'deployment':
      return `deployment ${sign.detailedStatus}`
    case 'disconnected':
      return 'connection lost'
    case 'finding':
      return `${sign.finding.rule}: ${findingText(sign.finding)}`
  }
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

/** The moments of a row, in the order of the columns. */
const ROW_MOMENTS: readonly Moment['kind'][] = [
  'received',
  'started',
  'onset',
  'firstSign',
  'crashed',
  'rollbackReceived',
  'reverted',
  'healthy',
]

/** One device as a row under `TIMELINE_COLUMNS`; times are UTC. */
export function timelineRow(timeline: DeviceTimeline): readonly string[] {
  const atMs = Object.fromEntries(momentsOf(timeline).map((one) => [one.kind, one.atMs]))
  const times = ROW_MOMENTS.map((kind) => atMs[kind])
  return [timeline.thing, timeline.faultKind ?? '-', ...times.map((one) => (one === undefined ? '-' : rowTime(one)))]
}

/** `03-02 13:01:00`. */
const rowTime = (atMs: number): string => isoTime(atMs).slice(5, 19).replace('T', ' ')
