import { type DeviceTimeline, momentsOf } from './timeline.ts'

/**
 * The devices that a report shows, among those that the release or a fault reached: first the ones that were rolled back
 * and never became healthy, then those that crashed, then those with a fault, and among equals the slowest. Pure.
 */
export function mostAffected(timelines: readonly DeviceTimeline[], limit: number): readonly DeviceTimeline[] {
  return timelines
    .filter(({ receivedAtMs, onsetAtMs }) => receivedAtMs !== null || onsetAtMs !== null)
    .map((timeline) => ({ timeline, rank: rankOf(timeline) }))
    .sort((a, b) => compareRanks(b.rank, a.rank))
    .slice(0, limit)
    .map(({ timeline }) => timeline)
}

const rankOf = (one: DeviceTimeline): readonly number[] => [
  Number(one.rollbackReceivedAtMs !== null && one.healthyAtMs === null),
  Number(one.crashedAtMs !== null),
  Number(one.onsetAtMs !== null),
  spanMs(one),
]

/** First to last moment; 0 when nothing happened. */
function spanMs(timeline: DeviceTimeline): number {
  const moments = momentsOf(timeline)
  return moments.length === 0 ? 0 : (moments.at(-1)?.atMs ?? 0) - (moments[0]?.atMs ?? 0)
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number)
}
