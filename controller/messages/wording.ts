const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const LISTED = 5

export const hoursText = (durationMs: number): string => `${(durationMs / HOUR_MS).toFixed(1)} h`

export const minutesText = (durationMs: number): string => `${Math.round(durationMs / MINUTE_MS)} min`

/** Names, the first few of many. */
export const listed = (things: readonly string[]): string => listedOf({ count: things.length, first: things })

/**
 * The devices that a message is about: how many, and the first few by name, so that a large fleet fits in a message.
 */
export interface DeviceList {
  readonly count: number
  readonly first: readonly string[]
}

export const deviceList = (things: readonly string[]): DeviceList => ({
  count: things.length,
  first: things.slice(0, LISTED),
})

/** "a, b and 3 more". */
export function listedOf({ count, first }: DeviceList): string {
  const named = first.slice(0, LISTED)
  const names = named.join(', ')
  return count <= named.length ? names : `${names} and ${count - named.length} more`
}

/** "1 device", "2 devices". */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`
