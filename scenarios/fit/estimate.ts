import type { Interval } from './numbers.ts'

/** What a figure is measured in, and so how a plant file writes it. */
export type Unit = 'share' | 'share a day' | 'ms' | 'MiB' | 'number' | 'yes or no'

/** Why a figure cannot be told from a recording. */
export const WHY = {
  NO_COLUMN: ({ columns }: { readonly columns: readonly string[] }) => `no column ${columns.join(' or ')}`,
  TOO_SHORT: ({ needs, has }: { readonly needs: string; readonly has: string }) =>
    `too short: needs ${needs}, has ${has}`,
  TOO_FEW: ({ what, needs, has }: { readonly what: string; readonly needs: number; readonly has: number }) =>
    `too few ${what}: needs ${needs}, has ${has}`,
  TOO_COARSE: ({ needs, has }: { readonly needs: string; readonly has: string }) =>
    `samples too far apart: needs ${needs}, has ${has}`,
  TOO_RARE: ({ watched, every }: { readonly watched: string; readonly every: string }) =>
    `none in ${watched}, which is too short to say that there are none: the preset has one in ${every}`,
  NOT_SEPARATE: ({ from }: { readonly from: string }) => `cannot be told from ${from}`,
  BEYOND_FILE: ({ value, least, most }: { readonly value: string; readonly least: string; readonly most: string }) =>
    `${value} is outside of what a plant file can say (${least} to ${most})`,
} as const satisfies Record<string, (data: never) => string>

export type Why = {
  [Code in keyof typeof WHY]: { readonly code: Code; readonly data: Parameters<(typeof WHY)[Code]>[0] }
}[keyof typeof WHY]

export const whyText = ({ code, data }: Why): string => (WHY[code] as (data: unknown) => string)(data)

/** Where a figure stands in the plant file, such as `noise.wander.spread`. */
export type Key = string

/**
 * One figure of the plant file. `none`: the recording could have shown it and does not; it is then left out of the plant.
 * `not estimable`: it stays at the value of the preset.
 */
export type Estimate = {
  readonly key: Key
  readonly unit: Unit
  /** What the interval was made from: so many devices, hours, stoppages. */
  readonly n: number
  readonly of: string
} & (
  | {
      readonly is: 'estimated'
      readonly value: number
      readonly interval: Interval | null
      readonly method: Method
      /** Why there is no interval, or what the figure does not hold. */
      readonly note?: string
    }
  /** `watchedMs` is for how long it was looked for, where it comes and goes. */
  | { readonly is: 'none'; readonly note: string; readonly watchedMs?: number }
  | { readonly is: 'not estimable'; readonly why: Why }
)

export type Method = 'exact' | 'bootstrap' | "Student's t" | 'read off'

interface About {
  readonly key: Key
  readonly unit: Unit
  readonly n: number
  readonly of: string
}

export const estimated = (about: About, value: number, interval: Interval | null, method: Method): Estimate => ({
  ...about,
  is: 'estimated',
  value,
  interval,
  method,
})

export const none = (about: About, note: string, watchedMs?: number): Estimate => ({
  ...about,
  is: 'none',
  note,
  ...(watchedMs !== undefined && { watchedMs }),
})

export const notEstimable = (key: Key, unit: Unit, why: Why): Estimate => ({
  key,
  unit,
  n: 0,
  of: '',
  is: 'not estimable',
  why,
})

export const noColumn = (...columns: readonly string[]): Why => ({ code: 'NO_COLUMN', data: { columns } })
export const tooFew = (what: string, needs: number, has: number): Why => ({
  code: 'TOO_FEW',
  data: { what, needs, has },
})

/** The same reason for several figures. */
export const allNotEstimable = (keys: Readonly<Record<Key, Unit>>, why: Why): readonly Estimate[] =>
  Object.entries(keys).map(([key, unit]) => notEstimable(key, unit, why))

/** The value of a figure, where it was estimated; 0 where there is none of it. */
export function figureOf(estimates: readonly Estimate[], key: Key): number | null {
  const found = estimates.find((one) => one.key === key)
  if (found === undefined || found.is === 'not estimable') return null
  return found.is === 'none' ? 0 : found.value
}
