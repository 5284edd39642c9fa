const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const LISTED = 5
/** As many as the reference plant has. */
const LISTED_LINES = 17

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

/** The lines that a message is about, in the same way. */
export interface LineList {
  readonly count: number
  readonly first: readonly number[]
}

export const lineList = (lines: readonly number[]): LineList => {
  const sorted = [...lines].sort((a, b) => a - b)
  return { count: sorted.length, first: sorted.slice(0, LISTED_LINES) }
}

/** "line 3", "lines 1, 2 and 4 more". */
export const linesText = ({ count, first }: LineList): string =>
  `${count === 1 ? 'line' : 'lines'} ${listedOf({ count, first: first.map(String) }, LISTED_LINES)}`

/** "a, b and 3 more". */
export function listedOf({ count, first }: DeviceList, most = LISTED): string {
  const named = first.slice(0, most)
  const names = named.join(', ')
  return count <= named.length ? names : `${names} and ${count - named.length} more`
}

/** "1 device", "2 devices". */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`
