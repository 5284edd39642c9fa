import { COUNTS, type Metric } from './columns.ts'
import type { RecordedDevice, Track } from './read.ts'

/** A count may be the total so far, or that of the time since the sample before. */
export type CountKind = 'cumulative' | 'per sample'

/** How a count is recorded, and how that is known. */
export interface CountRule {
  readonly kind: CountKind
  readonly because: 'said' | 'values' | 'other counts'
  readonly rises: number
  readonly falls: number
}

/** The values of these counts may mean both. */
export interface Undecided {
  readonly undecided: readonly { readonly metric: Metric; readonly rises: number; readonly falls: number }[]
}

/** Fewer changes than this say nothing. */
const LEAST_CHANGES = 5
/** Total counts fall at resets alone; counts of single samples fall as often as they rise. */
const MOST_FALLS_OF_TOTALS = 0.1
const LEAST_FALLS_OF_SAMPLES = 0.5

/**
 * Tells totals from counts of single samples by their values: what goes up and down alike is of single samples, since in
 * the long run every rise has its fall; what hardly ever falls is a total, and its falls are resets. Where there are too
 * few changes to say, a count is recorded as the others are, since one program writes them all.
 */
export function countRules(
  devices: readonly RecordedDevice[],
  said: ReadonlyMap<Metric, CountKind>,
): ReadonlyMap<Metric, CountRule> | Undecided {
  const rules = new Map<Metric, CountRule>()
  const open: { metric: Metric; rises: number; falls: number }[] = []
  for (const metric of COUNTS) {
    const tracks = devices.flatMap(({ tracks: own }) => own[metric] ?? [])
    if (tracks.length === 0) continue
    const { rises, falls, highest } = changesOf(tracks)
    const known = said.get(metric)
    const kind = known ?? (highest === 0 ? 'per sample' : kindOf(rises, falls))
    if (kind === null) open.push({ metric, rises, falls })
    else rules.set(metric, { kind, because: known === undefined ? 'values' : 'said', rises, falls })
  }
  const kinds = new Set([...rules.values()].flatMap(({ kind, rises }) => (rises > 0 ? [kind] : [])))
  const [common] = kinds
  if (open.length > 0 && (kinds.size !== 1 || common === undefined)) return { undecided: open }
  for (const { metric, rises, falls } of open) {
    rules.set(metric, { kind: common as CountKind, because: 'other counts', rises, falls })
  }
  return rules
}

function kindOf(rises: number, falls: number): CountKind | null {
  if (rises + falls < LEAST_CHANGES) return null
  if (falls <= rises * MOST_FALLS_OF_TOTALS) return 'cumulative'
  return falls >= rises * LEAST_FALLS_OF_SAMPLES ? 'per sample' : null
}

function changesOf(tracks: readonly Track[]): { rises: number; falls: number; highest: number } {
  let [rises, falls, highest] = [0, 0, 0]
  for (const { values } of tracks) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      if (value > highest) highest = value
      if (i === 0) continue
      const before = values[i - 1] as number
      if (value > before) rises += 1
      else if (value < before) falls += 1
    }
  }
  return { rises, falls, highest }
}

/** What was counted since the sample before: NaN at the first of a total. A total that falls has begun anew at 0. */
export function increments(
  { values }: Track,
  kind: CountKind,
): { added: readonly number[]; resets: readonly number[] } {
  if (kind === 'per sample') return { added: values, resets: [] }
  const resets: number[] = []
  const added = values.map((value, i) => {
    if (i === 0) return Number.NaN
    const before = values[i - 1] as number
    if (value >= before) return value - before
    resets.push(i)
    return value
  })
  return { added, resets }
}
