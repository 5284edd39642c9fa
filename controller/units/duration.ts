import { decimalText } from './decimal.ts'

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** The largest value of a quantity, and how it is written. */
export interface Largest {
  readonly value: number
  readonly written: string
}

/** Longer than any window, freeze or baseline. */
export const LONGEST_DURATION: Largest = { value: 366 * 86_400_000, written: '366d' }

/** `24h`, `90 min`, `14d`, `1h30m` -> whole milliseconds. Null when it is not a duration, or not of whole milliseconds. */
export function parseDuration(text: string): number | null {
  const parts = [...text.matchAll(/\s*(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)/gy)]
  const isWhole =
    parts.length > 0 && parts.reduce((length, [part]) => length + part.length, 0) === text.trimEnd().length
  if (!isWhole) return null
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (DURATION_MS[unit as string] as number), 0)
  return Math.abs(ms - Math.round(ms)) < 1e-6 ? Math.round(ms) : null
}

/**
 * Milliseconds -> `2d`, in the largest of d, h, min, s that divides them; `parseDuration` reads exactly the same number
 * from it.
 */
export function writtenDuration(durationMs: number): string {
  const unit = ['d', 'h', 'min', 's'].find((one) => durationMs !== 0 && durationMs % (DURATION_MS[one] as number) === 0)
  return unit === undefined ? `${decimalText(durationMs)}ms` : `${durationMs / (DURATION_MS[unit] as number)}${unit}`
}
