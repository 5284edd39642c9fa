const HOUR_MS = 3_600_000
const LISTED = 5

export const hoursText = (durationMs: number): string => `${(durationMs / HOUR_MS).toFixed(1)} h`

/** Names, the first few of many. */
export const listed = (things: readonly string[]): string =>
  things.length <= LISTED
    ? things.join(', ')
    : `${things.slice(0, LISTED).join(', ')} and ${things.length - LISTED} more`
